"""What every page of a tenant shares: who may open it, what a refusal becomes, and that no cache keeps it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.cache import cache_control

from breakglass.errors import BypassError, NotFound
from breakglass.views import errors
from tenants.access import TenantRequest, member
from tenants.roles import Role

NO_STORE = cache_control(private=True, no_store=True)

type AnyView = Callable[..., HttpResponse]


def page(*roles: Role) -> Callable[[AnyView], AnyView]:
    """A page for members (with one of the roles, if any is named). A refusal that it lets through is a page, too."""

    def decorate(view: AnyView) -> AnyView:
        return member(*roles)(NO_STORE(_caught(view)))

    return decorate


def _caught(view: AnyView) -> AnyView:
    @wraps(view)
    def inside(request: TenantRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotFound as error:
            raise Http404 from error
        except BypassError as error:
            return errors.refused(request, error)

    return inside
