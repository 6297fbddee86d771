"""Moments as the portal writes them: UTC, whole seconds, RFC 3339 with Z."""

from datetime import UTC, datetime, timedelta


def rfc3339(moment: datetime) -> str:
    """`2026-11-22T02:00:00Z`; a fraction of a second is dropped."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def whole_second(moment: datetime) -> datetime:
    """The second that has begun."""
    return moment.replace(microsecond=0)


def after(moment: datetime, seconds: int) -> datetime:
    """A whole second, `seconds` after the one that has begun at `moment`."""
    return whole_second(moment) + timedelta(seconds=seconds)
