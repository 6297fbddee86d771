"""Every view says who may call it, with one of these decorators; without one the process does not start.

They also enter the tenant that the URL names. Somebody else's tenant and an invented one are the same 404.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, Literal, cast

from django.contrib.auth.decorators import login_not_required
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver

from tenants import context, machines
from tenants.models import MachineToken, Member, RoleGrant, Tenant, User
from tenants.roles import Role

# Views of packages, which can't carry a decorator of ours: allauth guards its own.
FOREIGN_MODULES = ("allauth.",)


@dataclass(frozen=True)
class Access:
    """Who may call a view: everybody, whoever is signed in, a member (with such a role), a machine, the operator."""

    who: Literal["public", "signed_in", "member", "machine", "operator"]
    roles: frozenset[Role] = field(default_factory=frozenset)


class TenantRequest(HttpRequest):
    """The request of a member's page."""

    tenant: Tenant
    member: Member
    roles: frozenset[Role]


class MachineRequest(HttpRequest):
    """The request of a machine."""

    tenant: Tenant
    token: MachineToken


type View[**P] = Callable[Concatenate[HttpRequest, P], HttpResponse]
type MemberView[**P] = Callable[Concatenate[TenantRequest, P], HttpResponse]
type MachineView[**P] = Callable[Concatenate[MachineRequest, P], HttpResponse]


def _declare(view: Callable[..., HttpResponse], access: Access) -> Callable[..., HttpResponse]:
    view.access = access  # type: ignore[attr-defined]
    return view


def declared(view: Callable[..., Any]) -> Access | None:
    """What a view declared, if it did."""
    return cast("Access | None", getattr(view, "access", None))


def public[**P](view: View[P]) -> Callable[..., HttpResponse]:
    """Anybody may call this, signed in or not."""
    return _declare(login_not_required(view), Access("public"))


def signed_in[**P](view: View[P]) -> Callable[..., HttpResponse]:
    """Whoever is signed in; LoginRequiredMiddleware sends the others to sign in."""
    return _declare(view, Access("signed_in"))


def member(*roles: Role) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A member of the URL's tenant, holding one of the roles if any is named: 404 to strangers, 403 to the others."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def inside(request: TenantRequest, tenant: str, *args: Any, **kwargs: Any) -> HttpResponse:
            place = Tenant.objects.filter(slug=tenant).first()
            if place is None:
                raise Http404
            with context.entered(place):
                _identify(request, place)
                if roles and not request.roles & set(roles):
                    raise PermissionDenied(f"This page is for {' and '.join(f'{role.value}s' for role in roles)}.")
                return view(request, *args, **kwargs)

        return _declare(inside, Access("member", frozenset(roles)))

    return decorate


def _identify(request: TenantRequest, tenant: Tenant) -> None:
    """Put tenant, member and roles on the request; raises Http404 for somebody who is no member."""
    here = Member.objects.select_related("user").filter(user=cast("User", request.user), left_at=None).first()
    if here is None:
        raise Http404
    request.tenant, request.member = tenant, here
    held = RoleGrant.objects.filter(member=here, until=None).values_list("role", flat=True)
    request.roles = frozenset(Role(role) for role in held)


def machine(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A machine token of the URL's tenant; anything else is the same 401."""

    @wraps(view)
    def inside(request: MachineRequest, tenant: str, *args: Any, **kwargs: Any) -> HttpResponse:
        place = Tenant.objects.filter(slug=tenant).first()
        if place is None:
            return machines.unauthorised(request)
        with context.entered(place):
            token = machines.authenticate(request)
            if token is None:
                return machines.unauthorised(request)
            request.tenant, request.token = place, token
            return view(request, *args, **kwargs)

    inside.csrf_exempt = True  # type: ignore[attr-defined]
    return _declare(login_not_required(inside), Access("machine"))


def operator[**P](view: View[P]) -> Callable[..., HttpResponse]:
    """Whoever runs the installation: a staff account. To everybody else who is signed in nothing is here."""

    @wraps(view)
    def inside(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not cast("User", request.user).is_staff:
            raise Http404
        return view(request, *args, **kwargs)

    return _declare(inside, Access("operator"))


def views(patterns: list[URLPattern | URLResolver] | None = None) -> Iterator[Callable[..., Any]]:
    """Every view that a URL leads to."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns)
        else:
            yield pattern.callback


def silent() -> list[str]:
    """The views of ours that declare no access."""
    return [
        f"{view.__module__}.{getattr(view, 'view_class', view).__name__}"
        for view in views()
        if declared(view) is None and not view.__module__.startswith(FOREIGN_MODULES)
    ]


def check_declared(**_: object) -> list[CheckMessage]:
    """The system check: neither migrate, nor the worker, nor the development server runs with a silent view."""
    return [
        Error(f"{name} does not say who may call it.", hint="See tenants/access.py.", id="tenants.E001")
        for name in silent()
    ]


def require_declared() -> None:
    """Raises ImproperlyConfigured naming each view of ours that declares no access: no server starts with one."""
    if names := silent():
        raise ImproperlyConfigured(f"Declare who may call {', '.join(names)}: see tenants/access.py.")
