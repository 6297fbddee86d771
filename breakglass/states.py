"""The states of a bypass and the only ways between them, as one table. The clock is an argument, never read here."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from breakglass.errors import WrongState


class Status(StrEnum):
    """Where a bypass is, as stored. What it is now is `effective()`."""

    REQUESTED = "requested"
    ACTIVE = "active"
    WITHDRAWN = "withdrawn"
    DENIED = "denied"
    LAPSED = "lapsed"
    EXPIRED = "expired"
    RETURNED = "returned"
    REVOKED = "revoked"

    @property
    def label(self) -> str:
        """The word a page shows."""
        return self.value.capitalize()


@dataclass(frozen=True, slots=True)
class Transition:
    """One way from a state to the next, and who takes it, in words."""

    name: str
    source: Status
    target: Status
    who: str


TRANSITIONS = (
    Transition("approve", Status.REQUESTED, Status.ACTIVE, "whoever gives the last needed approval"),
    Transition("withdraw", Status.REQUESTED, Status.WITHDRAWN, "its requester"),
    Transition("deny", Status.REQUESTED, Status.DENIED, "anyone who could approve it"),
    Transition("lapse", Status.REQUESTED, Status.LAPSED, "the clock, with nobody in time"),
    Transition("expire", Status.ACTIVE, Status.EXPIRED, "the clock"),
    Transition("return", Status.ACTIVE, Status.RETURNED, "its requester, when done"),
    Transition("revoke", Status.ACTIVE, Status.REVOKED, "whoever could approve it, or an admin"),
)
_BY_NAME = {transition.name: transition for transition in TRANSITIONS}

TERMINAL = frozenset(Status) - {transition.source for transition in TRANSITIONS}
ENDED = frozenset({Status.EXPIRED, Status.RETURNED, Status.REVOKED})
CHOICES = [(status.value, status.label) for status in Status]

_HAPPENED = {
    Status.REQUESTED: "it still waits for approval",
    Status.ACTIVE: "it is active",
    Status.WITHDRAWN: "its requester has withdrawn it",
    Status.DENIED: "it was denied",
    Status.LAPSED: "nobody approved it in time",
    Status.EXPIRED: "its time has run out",
    Status.RETURNED: "its requester has returned it",
    Status.REVOKED: "it was revoked",
}
_NEXT = {
    Status.REQUESTED: "Wait for the approval, or withdraw the request.",
    Status.ACTIVE: "Return or revoke it to end it early.",
}
_NEXT_AFTER_THE_END = "Nothing changes it any more: send a new request if the gate still has to open."
_DONE = {
    "approve": "approved",
    "withdraw": "withdrawn",
    "deny": "denied",
    "lapse": "marked as lapsed",
    "expire": "marked as expired",
    "return": "returned",
    "revoke": "revoked",
}


def target(name: str, status: Status) -> Status:
    """Where the transition leads from here. Raises WrongState, saying what happened instead."""
    transition = _BY_NAME[name]
    if status != transition.source:
        after = _NEXT.get(status, _NEXT_AFTER_THE_END)
        raise WrongState(f"This bypass can't be {_DONE[name]}: {_HAPPENED[status]}. {after}")
    return transition.target


def effective(status: Status, *, expires_at: datetime | None, lapses_at: datetime | None, now: datetime) -> Status:
    """The state at `now`, whatever the column says (aware datetimes; the end itself is already outside).

    A missing time counts as passed: a hole in the data never holds a gate open.
    """
    if status == Status.ACTIVE and (expires_at is None or expires_at <= now):
        return Status.EXPIRED
    if status == Status.REQUESTED and (lapses_at is None or lapses_at <= now):
        return Status.LAPSED
    return status


def diagram() -> str:
    """The table as a Mermaid stateDiagram-v2, for the README."""
    arrows = [f"    {one.source.name} --> {one.target.name}: {one.name} ({one.who})" for one in TRANSITIONS]
    ends = [f"    {status.name} --> [*]" for status in Status if status in TERMINAL]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {Status.REQUESTED.name}", *arrows, *ends]) + "\n"
