"""Absolute addresses of pages, for whoever reads them outside the portal."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from breakglass.scopes import Scope
from tenants.models import Tenant


def record_url(tenant: Tenant, bypass_id: str) -> str:
    """The record of a bypass."""
    return _absolute(reverse("record", args=[tenant.slug, bypass_id]))


def post_mortem_url(tenant: Tenant, bypass_id: str) -> str:
    """The post-mortem of the chain that this bypass begins."""
    return _absolute(reverse("post-mortem", args=[tenant.slug, bypass_id]))


def proposal_url(tenant: Tenant, proposal_id: int) -> str:
    """The page of a proposal."""
    return _absolute(reverse("proposal", args=[tenant.slug, proposal_id]))


def tenant_url(tenant: Tenant) -> str:
    """The tenant's first page."""
    return _absolute(reverse("now", args=[tenant.slug]))


def entry_url(tenant: Tenant, log: int, index: int) -> str:
    """One entry of the tenant's log."""
    return _absolute(reverse("entry", args=[tenant.slug, log, index]))


def request_form_url(tenant: Tenant, gate: str, scope: Scope, rules: Iterable[str], evaluation: str = "") -> str:
    """The request form, prefilled with what a gate refused; a check that named no rule needs the whole gate."""
    named = sorted(rules)
    fields = [
        ("gate", gate),
        ("service", scope.service),
        ("environment", scope.environment),
        ("branch", scope.branch),
        ("artifact", scope.artifact),
        *(("rule", rule) for rule in named),
        ("whole_gate", "" if named else "1"),
        ("evaluation", evaluation),
    ]
    query = urlencode([(name, value) for name, value in fields if value])
    return f"{_absolute(reverse('new-bypass', args=[tenant.slug]))}?{query}"


def _absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"
