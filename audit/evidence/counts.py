"""The population and its counts: the numbers of the cover page, computed from what the pack holds. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from audit.evidence.history import histories
from audit.evidence.tables import rows
from audit.evidence.values import Held

POPULATION = (
    "Every bypass that was asked for in the period, whatever became of it, drills too; none is left out. A bypass that "
    "was asked for before it and has an entry in it is listed as carried over and not counted."
)


def counts(held: Held) -> dict[str, Any]:
    """What the manifest says of the population and of each file's rows."""
    known = histories(held)
    population = [history for history in known if history.in_period]
    return {
        "population": {
            "definition": POPULATION,
            "total": len(population),
            "excluded": 0,
            "drills": sum(bool(history.request["drill"]) for history in population),
            "by_status": _counted(history.status for history in population),
            "by_tier": _counted(history.request["tier"] for history in population),
            "carried_over": len(known) - len(population),
        },
        "rows": rows(held),
    }


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))


@dataclass
class GateNumbers:
    """What happened at one gate in the period."""

    gate: str
    passed: int = 0
    failed: int = 0
    enforced: int = 0
    bypassed: int = 0
    asked: int = 0
    opened: int = 0
    deploys: int = 0
    covered: int = 0


def by_gate(held: Held) -> list[GateNumbers]:
    """Verdicts, checks, bypasses and deploys of each gate, by its slug."""
    found: dict[str, GateNumbers] = {}

    def at(gate: str) -> GateNumbers:
        return found.setdefault(gate, GateNumbers(gate))

    for entry in held.within:
        for row in held.batches.get(entry.id, ()):
            if entry.kind == "checks.sealed":
                _check(at(row["gate"]), row["decision"])
            else:
                _verdict(at(row["gate"]), str(row.get("verdict", row.get("decision", ""))))
        if entry.kind == "gate.checked":
            _check(at(entry.data["scope"]["gate"]), entry.data["decision"])
    _deploys(held, at)
    for history in histories(held):
        if history.in_period:
            numbers = at(history.request["scope"]["gate"])
            numbers.asked += 1
            numbers.opened += history.opened is not None
    return sorted(found.values(), key=lambda numbers: numbers.gate)


def totals(held: Held) -> dict[str, int]:
    """The period in a few numbers; seconds for `held`, of what was asked for in the period."""
    gates = by_gate(held)
    population = [history for history in histories(held) if history.in_period]
    return {
        "asked": len(population),
        "opened": sum(history.opened is not None for history in population),
        "drills": sum(bool(history.request["drill"]) for history in population),
        "held": sum(history.held_seconds or 0 for history in population),
        "verdicts": sum(gate.passed + gate.failed for gate in gates),
        "failed": sum(gate.failed for gate in gates),
        "deploys": sum(gate.deploys for gate in gates),
        "covered": sum(gate.covered for gate in gates),
    }


def _check(numbers: GateNumbers, decision: str) -> None:
    if decision == "bypass":
        numbers.bypassed += 1
    else:
        numbers.enforced += 1


def _verdict(numbers: GateNumbers, verdict: str) -> None:
    if verdict == "pass":
        numbers.passed += 1
    else:
        numbers.failed += 1


def _deploys(held: Held, at: Any) -> None:
    """A deploy counts once, however often it was reported."""
    seen: dict[tuple[str, str], bool] = {}
    for entry in held.within:
        if entry.kind == "deploy.recorded":
            seen[entry.data["scope"]["gate"], entry.data["deploy"]] = bool(entry.data["bypass"])
    for (gate, _), covered in seen.items():
        at(gate).deploys += 1
        at(gate).covered += covered
