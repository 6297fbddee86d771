"""The CSV files of a pack, each a pure function of what the pack holds of the log."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from audit.evidence.csv_file import write_csv
from audit.evidence.history import History, histories
from audit.evidence.values import ACCESS, Held, PackEntry, Row
from audit.kinds import KINDS

type Table = tuple[Sequence[str], list[Sequence[object]]]

_SCOPE = ("gate", "service", "environment", "branch", "artifact")
_PERSON = ("member.name", "member.email")
_REVIEWS = {
    "clauses": "clauses", "roles": "roles", "ttl_seconds": "ttl", "opened": "active", "expires_at": "expires_at",
    "missing": "missing", "comment": "comment", "refused_because": "sentence", "statement": "statement",
}  # fmt: skip
_DEPLOYS = {"deploy": "deploy", **{name: f"scope.{name}" for name in _SCOPE}, "status": "status", "bypass": "bypass",
            "opened_by_entry": "entry", "url": "url", "provenance_url": "provenance_url", "drill": "drill"}  # fmt: skip
_POLICIES = {"number": "number", "digest": "digest", "source": "source"}
_ACCESS = {"group": "group", "role": "role", "roles": "roles", "member": "member.name", "email": "member.email",
           "token": "token", "name": "name", "gate": "gate", "services": "services",
           "expires_at": "expires_at"}  # fmt: skip
_CHECKS = ("at", "evaluation", *_SCOPE, "rules", "decision", "bypass")
_VERDICTS = ("at", "id", *_SCOPE, "decision", "rules", "evidence_url", "evaluated_at")
_STEPS = {name: kind for name, kind in KINDS.items() if name.startswith("post-mortem.")}
_POST_MORTEM = tuple(dict.fromkeys(name for kind in _STEPS.values() for name in kind.columns if name != "bypass"))
_WHO = ("entry", "time", "kind", "actor", "identity")
_AGREED = ("proposed_by", "consented_by")


def csv_files(held: Held) -> dict[str, bytes]:
    """Every CSV file of the pack by its name."""
    return {name: write_csv(*table(held)) for name, table in TABLES.items()}


def rows(held: Held) -> dict[str, int]:
    """How many rows each CSV file has, its header aside."""
    return {name: len(table(held)[1]) for name, table in TABLES.items()}


def field(data: Mapping[str, Any], path: str) -> object:
    """The value at a dotted path; None where there is none."""
    value: Any = data
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _who(entry: PackEntry) -> list[object]:
    return [entry.id, entry.time, entry.kind, entry.actor["name"], entry.actor["identity"]]


def _bypasses(held: Held) -> Table:
    header = (
        *("bypass", "asked_in_period", "drill", *_SCOPE, "whole_gate", "rules", "reason_kind", "justification"),
        *("incident_url", "requester", "requester_email", "requested_at", "tier", "policy", "policy_digest"),
        *("proposed_ttl_seconds", "approved_by", "opened_at", "expires_at", "status", "closed_at", "closed_by"),
        *("held_seconds", "checks_answered_bypass", "deploys", "extends", "entries"),
    )
    return header, [_bypass(history) for history in histories(held)]


def _bypass(history: History) -> Sequence[object]:
    asked, opened = history.request, history.opened
    approvals = [entry.data["approver"]["name"] for entry in history.of_kind("bypass.approved")]
    deploys = {entry.data["deploy"] for entry in history.of_kind("deploy.recorded")}
    window = (opened.data["starts_at"], opened.data["expires_at"]) if opened is not None else (None, None)
    return [
        *(history.id, history.in_period, asked["drill"], *(asked["scope"][name] for name in _SCOPE)),
        *(asked["whole_gate"], asked["rules"], asked["reason_kind"], asked["justification"], asked["incident_url"]),
        *(asked["requester"]["name"], asked["requester"]["email"], history.asked.time, asked["tier"]),
        *(asked["policy"]["number"], asked["policy"]["digest"], asked["proposed_ttl"], approvals, *window),
        *(history.status, history.closed_at, history.closed_by, history.held_seconds),
        *(len(history.of_kind("gate.checked")), len(deploys), asked.get("extends")),
        [entry.id for entry in history.entries],
    ]


def _entries_table(columns: Mapping[str, str], *kinds: str) -> Callable[[Held], Table]:
    def table(held: Held) -> Table:
        chosen = [entry for entry in held.within if entry.kind in kinds]
        header = (*_WHO, "bypass", *columns) if "bypass" not in columns else (*_WHO, *columns)
        return header, [_line(entry, columns) for entry in chosen]

    return table


def _line(entry: PackEntry, columns: Mapping[str, str]) -> Sequence[object]:
    about = [] if "bypass" in columns else [entry.bypass]
    return [*_who(entry), *about, *(field(entry.data, path) for path in columns.values())]


def _checks(held: Held) -> Table:
    """The first `bypass` answers, which are entries, and the checks that were sealed in the period."""
    lines: list[Sequence[object]] = []
    for entry in held.within:
        if entry.kind == "gate.checked":
            lines.append([entry.id, "entry", *_check(entry.data | entry.data["scope"], entry.time)])
        elif entry.kind == "checks.sealed":
            lines += [[entry.id, "batch", *_check(row, row["at"])] for row in held.batches[entry.id]]
    return ("entry", "kept_as", *_CHECKS), lines


def _check(row: Row, at: datetime | str) -> list[object]:
    return [at, *(row.get(name) for name in _CHECKS[1:])]


def _verdicts(held: Held) -> Table:
    sealed = [
        (entry.id, row) for entry in held.within if entry.kind == "verdicts.sealed" for row in held.batches[entry.id]
    ]
    return ("entry", *_VERDICTS), [[entry, *(row.get(name) for name in _VERDICTS)] for entry, row in sealed]


def _post_mortems(held: Held) -> Table:
    """Each step of each post-mortem."""
    steps = [entry for entry in held.within if entry.kind in _STEPS]
    header = (*_WHO, "bypass", *_POST_MORTEM)
    return header, [[*_who(s), s.bypass, *(s.data.get(name) for name in _POST_MORTEM)] for s in steps]


def _policies(held: Held) -> Table:
    return _dated([entry for entry in held.until_end if entry.kind == "policy.published"], _POLICIES, held)


def _access(held: Held) -> Table:
    """Roles, groups and credentials over time: what the period began with, and every change in it."""
    return _dated([entry for entry in held.until_end if entry.kind.partition(".")[0] in ACCESS], _ACCESS, held)


def _dated(entries: Iterable[PackEntry], columns: Mapping[str, str], held: Held) -> Table:
    """With who proposed and who consented, where it took two."""
    agreed = _agreed(held)
    return (*_WHO, "in_period", *columns, *_AGREED), [
        [
            *(*_who(entry), held.period.holds(entry.time)),
            *(field(entry.data, path) for path in columns.values()),
            *agreed.get(entry.id, (None, None)),
        ]
        for entry in entries
    ]


def _agreed(held: Held) -> dict[str, tuple[object, object]]:
    """Who proposed and who consented, by the id of the act's own entry."""
    made = [entry for entry in held.until_end if entry.kind in {"change.consented", "change.carried-out"}]
    return {
        act: (
            field(entry.data, "proposed_by.name") or "the operator",
            field(entry.data, "consented_by.name") or "the clock",
        )
        for entry in made
        for act in entry.data["entries"]
    }


def iterate(held: Held) -> Iterable[tuple[str, Table]]:
    """Each table with its name."""
    return ((name, table(held)) for name, table in TABLES.items())


TABLES: dict[str, Callable[[Held], Table]] = {
    "bypasses.csv": _bypasses,
    "reviews.csv": _entries_table(_REVIEWS, "bypass.approved", "bypass.denied", "review.refused"),
    "deploys.csv": _entries_table(_DEPLOYS, "deploy.recorded"),
    "checks.csv": _checks,
    "verdicts.csv": _verdicts,
    "post_mortems.csv": _post_mortems,
    "policies.csv": _policies,
    "access.csv": _access,
}
