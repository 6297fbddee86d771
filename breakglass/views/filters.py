"""What a list is filtered by, read from its address: every problem is a sentence beside its field, nothing is lost."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any

from django.http import QueryDict

from audit.evidence.period import BadPeriod, parse_day
from breakglass.models import Gate

type Choices = Mapping[str, str]


@dataclass(frozen=True)
class Field:
    """One field of the form, by its name in the address; `most` is how many characters it may have."""

    name: str
    label: str
    hint: str = ""
    most: int = 100
    choices: Choices | None = None
    date: bool = False


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What is looked for; whatever is empty is not asked. The period ends just before `until`."""

    q: str = ""
    gate: Gate | None = None
    rule: str = ""
    whole_gate: str = ""
    service: str = ""
    environment: str = ""
    branch: str = ""
    artifact: str = ""
    person: str = ""
    reviewer: str = ""
    status: str = ""
    decision: str = ""
    covered: str = ""
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def scope(self) -> dict[str, str]:
        """The parts of a scope that are named."""
        names = ("service", "environment", "branch", "artifact")
        return {name: value for name in names if (value := getattr(self, name))}

    def period(self, column: str) -> dict[str, datetime]:
        """The period as conditions on a column of moments."""
        ends = {f"{column}__gte": self.since, f"{column}__lt": self.until}
        return {condition: moment for condition, moment in ends.items() if moment is not None}


@dataclass(frozen=True)
class Read:
    """A query as it was read. With any problem there is no filter; `general` are those of no field."""

    typed: Mapping[str, str]
    problems: Mapping[str, Sequence[str]] = field(default_factory=dict)
    general: Sequence[str] = ()
    filter: Filter | None = None
    as_csv: bool = False


GATE = Field("gate", "Gate")
RULE = Field("rule", "Rule", most=120)
SCOPE = (
    Field("service", "Service"),
    Field("environment", "Environment"),
    Field("branch", "Branch", most=250),
    Field("artifact", "Artifact", "sha256: and 64 digits", most=71),
)
PERIOD = (
    Field("from", "From", "The first day, in UTC", date=True),
    Field("to", "To", "The day after the last, in UTC", date=True),
)
DAYS = {"from": "since", "to": "until"}
NAMES = frozenset(Filter.__dataclass_fields__) - {*DAYS.values()} | {*DAYS}
FORMATS = ("", "csv")


def read(query: QueryDict, fields: Iterable[Field], gates: Mapping[str, Gate]) -> Read:
    """The filter that the address asks for, or what is wrong with it, all problems at once."""
    here = {one.name: one for one in fields}
    typed = {name: query.get(name, "").strip() for name in here}
    problems = {name: sentence for name, one in here.items() if (sentence := _problem(one, query, gates))}
    found: dict[str, Any] = {name: value for name, value in typed.items() if value and name not in problems}
    problems |= _read_days(found)
    general = _general(query, here)
    if problems or general:
        return Read(typed, {name: [sentence] for name, sentence in problems.items()}, general)
    found |= {"artifact": found["artifact"].lower()} if "artifact" in found else {}
    if "gate" in found:
        found["gate"] = gates[found["gate"]]
    return Read(typed, filter=Filter(**found), as_csv=query.get("format") == "csv")


def _problem(one: Field, query: QueryDict, gates: Mapping[str, Gate]) -> str:
    """What is wrong with one field as it was typed, as a sentence; "" when nothing is."""
    sent, choices = query.getlist(one.name), gates if one.name == "gate" else one.choices
    text = sent[-1].strip() if sent else ""
    if len(sent) > 1:
        return f"The address has {len(sent)} of these: choose one."
    if len(text) > one.most:
        return f"This has {len(text)} characters and the longest has {one.most}: look at it again."
    if not text.isprintable():
        return "There is an invisible character in this: type it again."
    if text and choices is not None and text not in choices:
        return f"There is none of that name: choose from {', '.join(choices)}."
    return ""


def _read_days(found: dict[str, Any]) -> dict[str, str]:
    """Put the moments that the days stand for in their place; what is wrong with the days."""
    problems, days = {}, {}
    for name in DAYS.keys() & found.keys():
        try:
            days[name] = parse_day(name, found.pop(name))
        except BadPeriod as error:
            problems[error.field] = error.sentence
    if len(days) == len(DAYS) and days["to"] <= days["from"]:
        problems["to"] = f"The period ends on {days['to']}, which is not after its start: choose a later end."
    found |= {DAYS[name]: datetime.combine(day, time(), UTC) for name, day in days.items()}
    return problems


def _general(query: QueryDict, here: Container[str]) -> list[str]:
    """What is wrong with the address beside the form's own fields; what no list knows is left alone."""
    foreign = [name for name in sorted(NAMES) if query.get(name) and name not in here]
    said = [f"This list can't be filtered by {name}: take it out of the address." for name in foreign]
    if query.get("format", "") not in FORMATS:
        said.append("The list can be had as format=csv, and else as this page.")
    return said
