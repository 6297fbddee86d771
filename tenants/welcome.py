"""The link with which somebody whose account was made for them sets their first password."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from tenants.models import User


def first_password_url(user: User) -> str:
    """Works once, within PASSWORD_RESET_TIMEOUT seconds. Whoever has it has the account: say it to nobody else."""
    names = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return f"{settings.SITE_URL}{reverse('account_reset_password_from_key', kwargs=names)}"
