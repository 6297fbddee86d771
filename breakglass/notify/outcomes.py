"""What came of one try to send a message, whatever the channel."""

from __future__ import annotations

from dataclasses import dataclass

from breakglass.models import Attempt

SAID_MOST = 500


@dataclass(frozen=True)
class Outcome:
    """Delivered, deferred (try again later) or refused (never again).

    `gone` asks to switch the channel off; after `down` nothing else that goes the same way is worth a try just now.
    """

    result: Attempt.Outcome
    said: str
    gone: bool = False
    down: bool = False


def delivered(said: str) -> Outcome:
    """The server has taken it."""
    return Outcome(Attempt.Outcome.DELIVERED, clean(said))


def deferred(said: str, *, down: bool = False) -> Outcome:
    """Not now: the next try may find it better."""
    return Outcome(Attempt.Outcome.DEFERRED, clean(said), down=down)


def refused(said: str, *, gone: bool = False) -> Outcome:
    """Never: the next try would hear the same."""
    return Outcome(Attempt.Outcome.REFUSED, clean(said), gone)


def clean(said: str) -> str:
    """One line of at most 500 characters, as it can be shown and stored whatever a server sent."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in said).split())
    return line if len(line) <= SAID_MOST else line[: SAID_MOST - 1] + "…"
