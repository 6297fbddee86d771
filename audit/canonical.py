"""Canonical JSON (RFC 8785): the one byte form of a value, which is what gets signed."""

import base64
import json
import re
from datetime import UTC, datetime

import rfc8785

from audit.errors import NotCanonical

# RFC 7493 section 2.1: surrogates and noncharacters mean different things to different readers.
_LAST_OF_PLANES = "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
_ILLEGAL = re.compile(f"[\ud800-\udfff\ufdd0-\ufdef{_LAST_OF_PLANES}]")


def _check(value: object, where: str) -> None:
    if isinstance(value, str):
        if illegal := _ILLEGAL.search(value):
            raise NotCanonical(
                f"{where or 'The text'} holds U+{ord(illegal[0]):04X} at position {illegal.start()}, which is not a "
                "character and can't be signed: take it out."
            )
    elif isinstance(value, dict):
        for key, item in value.items():
            _check(key, f"A key of {where or 'the value'}")
            _check(item, f"{where}.{key}" if where else str(key))
    elif isinstance(value, list | tuple):
        for position, item in enumerate(value):
            _check(item, f"{where}[{position}]")
    elif isinstance(value, float):
        raise NotCanonical(f"{where or 'The value'} is a fraction; write it as text or as a whole number.")


def canonical(value: object) -> bytes:
    """The RFC 8785 bytes of a JSON value of dicts, lists, tuples, str, int, bool and None.

    Raises NotCanonical, naming the place, for fractions, lone surrogates, noncharacters and integers beyond 2**53.
    """
    _check(value, "")
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]  # its type for JSON is narrower than JSON
    except rfc8785.CanonicalizationError as error:
        raise NotCanonical(f"The value has no canonical form: {error}.") from error


def parse_canonical(data: bytes) -> dict[str, object]:
    """The JSON object whose canonical form is exactly these bytes; NotCanonical otherwise."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NotCanonical(f"These bytes are not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise NotCanonical("These bytes are JSON but not an object.")
    if canonical(value) != data:
        raise NotCanonical("These bytes are JSON but not in canonical form.")
    return value


def b64(data: bytes | memoryview) -> str:
    return base64.b64encode(data).decode("ascii")


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC with whole seconds, as in 2026-03-02T02:07:00Z; the fraction is cut off."""
    if moment.tzinfo is None:
        raise NotCanonical("A time without a zone can't be recorded: hand in an aware datetime.")
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
