"""The way into both admins, and the only one: who may enter, and which page it is."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import SimpleTemplateResponse
from django.urls import resolve, reverse
from django.views.decorators.http import require_http_methods, require_safe

from breakglass.admin import operator_urls, tenant_urls
from breakglass.admin.addresses import mounted
from breakglass.views.edge import NO_STORE, page
from tenants.access import TenantRequest, operator
from tenants.roles import Role

FORMS = require_http_methods(["GET", "HEAD", "POST"])


@page(Role.ADMIN)
@require_safe
def tenant_admin(request: TenantRequest) -> HttpResponse:
    """The first page of the tenant's admin."""
    return _tenant(request, "")


@page(Role.ADMIN)
@FORMS
def tenant_page(request: TenantRequest, rest: str) -> HttpResponse:
    """Every other page of it."""
    return _tenant(request, rest)


def _tenant(request: TenantRequest, rest: str) -> HttpResponse:
    home = reverse("admin", args=[request.tenant.slug])
    back = reverse("now", args=[request.tenant.slug])
    log = reverse("audit", args=[request.tenant.slug])
    return _answer(request, rest, urls=tenant_urls.__name__, home=home, links={"back": back, "log": log})


@operator
@NO_STORE
@require_safe
def operator_admin(request: HttpRequest) -> HttpResponse:
    """The first page of the operator's admin."""
    return _operator(request, "")


@operator
@NO_STORE
@FORMS
def operator_page(request: HttpRequest, rest: str) -> HttpResponse:
    """Every other page of it."""
    return _operator(request, rest)


def _operator(request: HttpRequest, rest: str) -> HttpResponse:
    links = {"back": reverse("home")}
    return _answer(request, rest, urls=operator_urls.__name__, home=reverse("operator"), links=links)


def _answer(request: HttpRequest, rest: str, *, urls: str, home: str, links: dict[str, str]) -> HttpResponse:
    """The page below the mount, whole; a page that is not there raises Http404, as everywhere."""
    if "\x00" in rest + "".join(value for _, values in request.GET.lists() for value in values):
        raise Http404  # no text in the database holds one, and PostgreSQL refuses to look for it
    vars(request)["frame"] = links | {"banner": render_to_string("parts/banner.html", request=request)}
    with mounted(request, urls, home):
        match = resolve(f"/{rest}/" if rest else "/", urls)
        request.resolver_match = match
        answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return answer.render() if isinstance(answer, SimpleTemplateResponse) else answer
