"""Who a policy may name, as the loader sees it: a tenant's groups and members at one moment, as plain values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class DirectoryGroup:
    """An approver group's id and how many people are in it now: one with two accounts is one."""

    id: int
    size: int


@dataclass(frozen=True, slots=True)
class Directory:
    """Groups by slug; member ids by e-mail address, in lower case."""

    groups: Mapping[str, DirectoryGroup] = field(default_factory=dict)
    members: Mapping[str, int] = field(default_factory=dict)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The repair for a name that nobody has: the nearest one, or a list of what there is."""
    names = sorted(known)
    if near := get_close_matches(name[:100], names, n=1):
        return f"did you mean '{near[0]}'?"
    if not names:
        return "there are none yet: add it first"
    return f"write one of {', '.join(names[:10])}" + (", ..." if len(names) > 10 else "")
