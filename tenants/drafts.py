"""Keeps what somebody typed when their session had ended by the time they sent it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import resolve_url

from tenants.access import declared

KEY = "draft"
MOST = 200_000  # characters: more than any form of ours takes


class KeepWhatWasTyped:
    """Puts the fields of a signed-out POST in the session, and shows them again after sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Send a signed-out POST to sign-in with its fields kept; anything else goes on."""
        access = declared(view)
        if request.method != "POST" or request.user.is_authenticated or access is None or access.who != "member":
            return None
        keep(request)
        return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.path})}")


def keep(request: HttpRequest) -> bool:
    """Put the fields of the POST in the session; False if they are too long for it."""
    fields = request.POST.copy()
    fields.pop("csrfmiddlewaretoken", None)
    if len(typed := fields.urlencode()) > MOST:
        return False
    request.session[KEY] = {"path": request.path, "fields": typed}
    return True


def take(request: HttpRequest, path: str) -> QueryDict | None:
    """The fields that were kept for this path, once; None if there are none."""
    draft = request.session.get(KEY)
    if not draft or draft["path"] != path:
        return None
    del request.session[KEY]
    return QueryDict(draft["fields"])
