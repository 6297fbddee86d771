"""What we change of django-allauth."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Nobody signs up: a tenant's admins make the accounts."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "No account has this address and this password: check both, or set another password."
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False
