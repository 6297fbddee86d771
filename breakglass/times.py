"""Whole seconds: every window begins and ends on one."""

from datetime import datetime, timedelta


def whole_second(moment: datetime) -> datetime:
    """The second that has begun."""
    return moment.replace(microsecond=0)


def after(moment: datetime, seconds: int) -> datetime:
    """A whole second, `seconds` after the one that has begun at `moment`."""
    return whole_second(moment) + timedelta(seconds=seconds)
