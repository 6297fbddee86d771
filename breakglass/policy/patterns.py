"""The route patterns: `*` is any run of characters, `?` is one, everything else is itself; case counts.

The matcher is bit-parallel (one machine state per pattern position, all of them in one integer), so the time is
linear in the text and no pattern can make it explode.
"""

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class _Machine:
    stays: int  # states that a star lets stay on any character
    any_one: int  # states that a question mark lets go on, whatever the character
    on: dict[str, int]  # states that go on with this very character
    end: int


@lru_cache(maxsize=4096)
def _machine(pattern: str) -> _Machine:
    stays, any_one, on, state = 0, 0, dict[str, int](), 1
    for sign in pattern:
        if sign == "*":
            stays |= state
            continue
        if sign == "?":
            any_one |= state
        else:
            on[sign] = on.get(sign, 0) | state
        state <<= 1
    return _Machine(stays, any_one, on, state)


def matches(pattern: str, text: str) -> bool:
    """Does the whole text match? An empty pattern matches everything."""
    if matches_everything(pattern):
        return True
    machine, states = _machine(pattern), 1
    for character in text:
        goes_on = states & (machine.any_one | machine.on.get(character, 0))
        states = (goes_on << 1) | (states & machine.stays)
    return bool(states & machine.end)


def matches_everything(pattern: str) -> bool:
    """Is it empty, or nothing but stars?"""
    return not pattern.strip("*")
