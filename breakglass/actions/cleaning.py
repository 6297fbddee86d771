"""Django's own checks of a row, said as everything else is: a sentence or more by field."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model

from breakglass.errors import BadInput


def together(*checks: Callable[[], object]) -> None:
    """Make every check, and raise one BadInput with all that they raise."""
    found: dict[str, tuple[str, ...]] = {}
    for check in checks:
        try:
            check()
        except BadInput as error:
            for field, says in error.fields.items():
                found[field] = tuple(dict.fromkeys((*found.get(field, ()), *says)))
    if found:
        raise BadInput(found)


def full_clean(row: Model, *, but: Collection[str] = ()) -> None:
    """Raises BadInput, for all fields but those named. What is wrong with the row as a whole is said of its slug."""
    try:
        row.full_clean(exclude=but)
    except ValidationError as error:
        raise BadInput(
            {
                "slug" if field == NON_FIELD_ERRORS else field: [_sentence(row, one) for one in found]
                for field, found in error.error_dict.items()
            }
        ) from error


def _sentence(row: Model, error: ValidationError) -> str:
    if error.code in {"unique", "unique_together"}:
        return f"There is a {row._meta.verbose_name} {row} already: choose another slug."
    if error.code == "blank":
        return "Write something here: it can't be empty."
    return " ".join(error.messages)
