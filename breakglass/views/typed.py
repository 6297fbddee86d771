"""The request form's fields as they were typed, from the query, a POST or a kept draft: none is lost on the way."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

from breakglass.asks import AskFields

YES = frozenset({"1", "true", "yes", "on"})
_SINGLE = (
    "gate", "service", "environment", "branch", "artifact",
    "reason_kind", "justification", "incident_url", "ttl", "evaluation",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Typed:
    """Text as it came; `rule` holds one rule a line."""

    gate: str = ""
    service: str = ""
    environment: str = ""
    branch: str = ""
    artifact: str = ""
    rule: str = ""
    whole_gate: bool = False
    reason_kind: str = ""
    justification: str = ""
    incident_url: str = ""
    ttl: str = ""
    evaluation: str = ""

    @property
    def rules(self) -> list[str]:
        """The rules, in the order they were typed."""
        return [rule for line in self.rule.splitlines() if (rule := line.strip())]

    @property
    def has_scope(self) -> bool:
        """Whether enough is known to say where it would be sent."""
        return bool(self.gate and self.service and self.environment)

    def ask_fields(self) -> AskFields:
        """The same for `parse_ask`."""
        return AskFields(
            service=self.service,
            environment=self.environment,
            branch=self.branch,
            artifact=self.artifact,
            rules=self.rules,
            whole_gate=self.whole_gate,
            reason_kind=self.reason_kind,
            justification=self.justification,
            incident_url=self.incident_url,
            ttl=self.ttl,
            evaluation=self.evaluation,
        )


def read(fields: QueryDict) -> Typed:
    """What was sent; an unknown field is left alone. A gate, service or environment has no space around it."""
    texts = {name: fields.get(name, "") for name in _SINGLE}
    for name in ("gate", "service", "environment"):
        texts[name] = texts[name].strip().replace("\x00", "")
    return Typed(
        **texts,
        rule="\n".join(fields.getlist("rule")),
        whole_gate=fields.get("whole_gate", "").strip().lower() in YES,
    )
