"""The accounts that people get by being invited: what may be written, and who may not be let in."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from audit.identity import Actor, NoIdentity
from breakglass.errors import BadInput
from tenants.models import User

NAME_MOST = 100


def check_all(**checks: Callable[[], str]) -> None:
    """Each check answers with what is wrong, or nothing. Raises BadInput with all of it."""
    found = {field: (sentence,) for field, check in checks.items() if (sentence := check())}
    if found:
        raise BadInput(found)


def check_name(name: str) -> str:
    """What is wrong with a name, or nothing."""
    fits = 1 <= len(name.strip()) <= NAME_MOST and name.isprintable()
    return "" if fits else f"Write from 1 to {NAME_MOST} characters, on one line."


def find_account(email: str) -> User | None:
    """Whose address this is."""
    return User.objects.filter(email=email).first() if email.isprintable() else None


def check_email(email: str, account: User | None) -> str:
    """What is wrong with an address, or with letting the account that has it in; or nothing."""
    try:
        validate_email(email)
        Actor(type="person", id="", name="", san=email, issuer=settings.SITE_URL)
    except (ValidationError, NoIdentity):
        return "Write one e-mail address, as in alex@acme.example."
    if account is not None and account.is_staff:
        return "This is the operator's account, which has no rights inside a tenant: choose another address."
    if account is not None and not account.is_active:
        return "This account is closed: choose another address."
    return ""
