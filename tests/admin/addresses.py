"""Every address of both admins, generated from what their sites resolve: a new one is in the matrix by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.admin.utils import quote
from django.urls import URLPattern, URLResolver, get_resolver

from breakglass.admin import operator, operator_urls, tenant, tenant_urls
from breakglass.admin.sites import Site
from tenants import context
from tests.cast import Cast

URLS: dict[Site, str] = {tenant.site: tenant_urls.__name__, operator.site: operator_urls.__name__}


def routes(site: Site) -> Iterator[tuple[str, type[Any] | None]]:
    """Each route below the mount, and the model that it is about."""
    models = {f"{model._meta.app_label}/{model._meta.model_name}/": model for model in site._registry}
    for route in _routes(get_resolver(URLS[site]).url_patterns):
        yield route, next((model for place, model in models.items() if route.startswith(place)), None)


def _routes(patterns: list[Any], before: str = "") -> Iterator[str]:
    for one in patterns:
        here = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _routes(one.url_patterns, here)
        else:
            assert isinstance(one, URLPattern)
            yield here


def addresses(site: Site, cast: Cast | None = None) -> list[str]:
    """The same as somebody would type them; about the first row of the tenant, where one is about a row."""
    found = []
    for route, model in routes(site):
        if "app_label" in route:
            found += [f"{label}/" for label in {model._meta.app_label for model in site._registry}]
        elif "<path:object_id>" in route:
            found.append(route.replace("<path:object_id>", str(quote(first(model, cast)))))
        else:
            found.append(route)
    return sorted(found)


def first(model: Any, cast: Cast | None) -> Any:
    """The id of the tenant's first row."""
    if cast is None:
        return model.objects.values_list("pk", flat=True).order_by("pk")[0]
    with context.entered(cast.tenant):
        return model.objects.values_list("pk", flat=True).order_by("pk")[0]
