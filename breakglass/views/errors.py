"""The pages for what can't be answered: all in one look, each saying what to do next."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import resolve

from breakglass.errors import BypassError
from tenants import drafts
from tenants.access import declared

NOT_FOUND = "Nothing is here that you can see. Check the link, or ask whoever sent it which account opens it."
FORBIDDEN = "Your account may not do this. Ask an admin of the tenant for the role it needs."
BAD_REQUEST = "The portal can't read what was sent. Go back, look at what you typed, and send it again."
TOO_BIG = "This is more than a form may hold, so nothing was read. Go back, shorten it, and send it again."
TOO_LONG_OPEN = "This page was open too long, or you have signed in again since it was opened, so nothing was sent. "
GO_BACK = "Go back: your text is still there. Copy it, reload the page, and send it again."
OPEN_AGAIN = "Your text is kept: open the page again, look at it, and send it."
TITLES = {
    400: "Not understood",
    403: "Not allowed",
    404: "Not found",
    409: "Too late, or changed",
    413: "Too large",
    503: "Busy",
}


def refused(request: HttpRequest, error: BypassError) -> HttpResponse:
    """An act or a question that was refused, as a page with its sentence."""
    return _page(request, error.status, error.sentence)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, from Django itself; 413 for a form with more in it than is read."""
    if isinstance(exception, RequestDataTooBig):
        return _page(request, 413, TOO_BIG)
    return _page(request, 400, BAD_REQUEST)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403, for a form without the token of this session: `reason` is Django's, for developers.

    What somebody signed in typed into a tenant's form is kept for when it is opened again; a password never is.
    """
    access = declared(resolve(request.path).func)
    ours = access is not None and access.who == "member" and request.user.is_authenticated
    kept = ours and drafts.keep(request)
    return _page(
        request,
        403,
        TOO_LONG_OPEN + (OPEN_AGAIN if kept else GO_BACK),
        title="Not sent",
        again=request.path if kept else "",
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, with the sentence of whoever refused."""
    return _page(request, 403, str(exception) or FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, the same for what does not exist and for what belongs to others."""
    return _page(request, 404, NOT_FOUND)


def broken(request: HttpRequest) -> HttpResponse:
    """500. It asks nothing of the database when that is what broke."""
    try:
        return _no_store(render(request, "errors/broken.html", status=500))
    except Exception:
        return _no_store(HttpResponse(render_to_string("errors/broken.html"), status=500))


def _page(request: HttpRequest, status: int, sentence: str, *, title: str = "", again: str = "") -> HttpResponse:
    words = {"title": title or TITLES[status], "sentence": sentence, "status": status, "again": again}
    return _no_store(render(request, "errors/page.html", words, status=status))


def _no_store(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "private, no-store"
    return answer
