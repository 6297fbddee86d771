"""What somebody asks for, read from the fields of a form or an API call. Pure: it knows no database and no clock."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from audit.canonical import canonical
from audit.errors import NotCanonical
from breakglass import durations
from breakglass.errors import BadInput
from breakglass.scopes import Scope, parse_rules, parse_scope

JUSTIFICATION_MOST = 4000
URL_MOST = 500
COMMENT_MOST = 2000
REASON_KINDS = ("incident", "customer_escalation", "regulatory", "other")
PENDING = "pending"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_EVALUATION = re.compile(r"evl_[0-9a-f]{1,36}")


@dataclass(frozen=True, kw_only=True)
class AskFields:
    """The fields as they came, none of them trusted."""

    service: str = ""
    environment: str = ""
    branch: str = ""
    artifact: str = ""
    rules: Sequence[str] = ()
    whole_gate: bool = False
    reason_kind: str = ""
    justification: str = ""
    incident_url: str = ""
    ttl: str = ""
    evaluation: str = ""


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A well-formed ask: `rules` None is the whole gate, `ttl` is in seconds."""

    scope: Scope
    rules: frozenset[str] | None
    reason_kind: str
    justification: str
    incident_url: str
    ttl: int
    evaluation: str

    def digest(self, gate: str, extends: str = "") -> str:
        """What makes two asks the same one: a double click, a reloaded page. `extends` is a bypass id."""
        document = {
            "gate": gate,
            "scope": [self.scope.service, self.scope.environment, self.scope.branch, self.scope.artifact],
            "rules": None if self.rules is None else sorted(self.rules),
            "why": [self.reason_kind, self.justification, self.incident_url],
            "ttl": self.ttl,
            "extends": extends,
        }
        return "sha256:" + hashlib.sha256(canonical(document)).hexdigest()


def parse_ask(fields: AskFields) -> Ask:
    """Read every field, and raise one BadInput with a sentence for each that is wrong."""
    readers: dict[str, Callable[[], Any]] = {
        "scope": lambda: parse_scope(
            fields.service, fields.environment, fields.branch.strip(), fields.artifact.strip()
        ),
        "rules": lambda: _rules(fields),
        "reason_kind": lambda: _reason_kind(fields.reason_kind),
        "justification": lambda: _justification(fields.justification),
        "incident_url": lambda: _incident_url(fields.incident_url),
        "ttl": lambda: durations.parse(fields.ttl.strip()),
        "evaluation": lambda: _evaluation(fields.evaluation),
    }
    found: dict[str, Any] = {}
    problems: dict[str, tuple[str, ...]] = {}
    for name, read in readers.items():
        try:
            found[name] = read()
        except BadInput as error:
            problems |= error.fields
    if problems:
        raise BadInput(problems)
    return Ask(**found)


def clean_text(field: str, text: str, most: int) -> str:
    """Text without surrounding space and with plain line ends; control characters and overlong text are refused."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > most:
        raise BadInput({field: [f"This is {len(text):,} characters long: keep it to {most:,} and link to the rest."]})
    if _CONTROL.search(text):
        raise BadInput({field: ["This has a control character in it: remove it, or type the text again."]})
    try:
        canonical(text)
    except NotCanonical as error:
        raise BadInput({field: [str(error)]}) from error
    return text


def clean_url(field: str, text: str) -> str:
    """An http or https address, or nothing. What shows another target than it has is refused: user@, bidi marks."""
    text = clean_text(field, text, URL_MOST)
    if not text:
        return text
    try:
        parts = urlsplit(text)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(c.isspace() for c in text)
    except ValueError:
        sound = False
    if not sound:
        raise BadInput({field: ["This is not a web address: it has to begin with https:// or http://."]})
    if not text.isprintable() or "@" in parts.netloc:
        raise BadInput({field: ["This address shows another target than it has: leave out user@ and invisible marks."]})
    return text


def _rules(fields: AskFields) -> frozenset[str] | None:
    rules = parse_rules(rule.strip() for rule in fields.rules if rule.strip())
    if fields.whole_gate and rules:
        raise BadInput({"rule": ["Name the rules to skip, or choose the whole gate: not both."]})
    if not fields.whole_gate and not rules:
        raise BadInput({"rule": ["Name at least one rule to skip, or choose the whole gate."]})
    return None if fields.whole_gate else rules


def _reason_kind(text: str) -> str:
    if text not in REASON_KINDS:
        raise BadInput({"reason_kind": ["Choose what kind of reason this is."]})
    return text


def _justification(text: str) -> str:
    if text := clean_text("justification", text, JUSTIFICATION_MOST):
        return text
    raise BadInput({"justification": ["Say why the gate has to be opened, in a sentence the approver can judge."]})


def _evaluation(text: str) -> str:
    """Only a link back to the check that was refused: one that is no id is dropped."""
    return text if _EVALUATION.fullmatch(text) else ""


def _incident_url(text: str) -> str:
    if text.strip().lower() == PENDING:
        return PENDING
    if url := clean_url("incident_url", text):
        return url
    raise BadInput({"incident_url": [f"Link the incident, or write '{PENDING}' while there is none yet."]})
