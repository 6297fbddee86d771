"""Never silent: what every page of a tenant shows, error pages too, while a bypass is active there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest

from breakglass.actions import deciding
from breakglass.models import Bypass
from breakglass.views.clock import moment
from tenants import context
from tenants.models import Member, RoleGrant, Tenant, User
from tenants.roles import Role

_TENANT_PATH = re.compile(r"/t/([-a-zA-Z0-9_]+)(?:/|$)")


@dataclass(frozen=True)
class Here:
    """The tenant of the page, who looks at it, and what is active in it now."""

    tenant: Tenant
    member: Member
    roles: frozenset[Role]
    active: list[Bypass]

    @property
    def may_ask(self) -> bool:
        """Whether the menu offers the request form."""
        return Role.REQUESTER in self.roles

    @property
    def may_audit(self) -> bool:
        """Whether the menu offers the log."""
        return bool(self.roles & {Role.AUDITOR, Role.ADMIN})

    @property
    def may_administer(self) -> bool:
        """Whether the menu offers what admins set up."""
        return Role.ADMIN in self.roles


def active_bypasses(request: HttpRequest) -> dict[str, Any]:
    """For every template: `here` (None outside a tenant and for strangers) and `now`, the page's one moment."""
    if "here" not in vars(request):
        vars(request)["here"] = _here(request)
    return {"here": vars(request)["here"], "now": moment(request)}


def _here(request: HttpRequest) -> Here | None:
    tenant = getattr(request, "tenant", None) or _tenant_of_path(request)
    if tenant is None:
        return None
    with context.entered(tenant):
        member = getattr(request, "member", None) or _member(request)
        if member is None:
            return None
        roles = getattr(request, "roles", None)
        active = deciding.active(now=moment(request))
        return Here(tenant, member, _roles(member) if roles is None else roles, active)


def _tenant_of_path(request: HttpRequest) -> Tenant | None:
    """For error pages of addresses that no view answers."""
    found = _TENANT_PATH.match(request.path)
    user = getattr(request, "user", None)
    if found is None or user is None or not user.is_authenticated:
        return None
    return Tenant.objects.filter(slug=found[1]).first()


def _member(request: HttpRequest) -> Member | None:
    user = cast("User", request.user)
    return Member.objects.select_related("user").filter(user=user, left_at=None).first()


def _roles(member: Member) -> frozenset[Role]:
    held = RoleGrant.objects.filter(member=member, until=None).values_list("role", flat=True)
    return frozenset(Role(role) for role in held)
