"""The one reading of `20s 15m 4h 5d`, bounded on both sides, and its way back to words."""

import re

from breakglass.errors import BadInput

SECONDS = {"s": 1, "m": 60, "h": 60 * 60, "d": 24 * 60 * 60}
SHORTEST = 1
LONGEST = 90 * SECONDS["d"]

# Seven digits hold 90 days in seconds; a longer number is refused before anybody multiplies it.
_FORM = re.compile(r"([1-9][0-9]{0,6})([smhd])")


def parse(text: str, *, field: str = "ttl") -> int:
    """Whole seconds, from 1 second to 90 days. Raises BadInput on `field` for anything else."""
    form = _FORM.fullmatch(text)
    if form is None:
        raise BadInput({field: ["A duration is a number and a unit: write it like 20s, 15m, 4h or 5d."]})
    seconds = int(form[1]) * SECONDS[form[2]]
    if seconds > LONGEST:
        raise BadInput({field: [f"{text} is longer than 90d: write a shorter duration."]})
    return seconds


def show(seconds: int) -> str:
    """The same duration in its largest exact unit: 3600 is 1h, 5400 is 90m."""
    unit = next(unit for unit in "dhms" if seconds % SECONDS[unit] == 0 and (seconds or unit == "s"))
    return f"{seconds // SECONDS[unit]}{unit}"
