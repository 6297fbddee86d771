"""The forms of a post-mortem: each is one POST, one action, and back to its page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from breakglass.actions import post_mortems, signing_off, writing
from breakglass.errors import BypassError
from breakglass.views import post_mortems as pages
from breakglass.views.clock import moment
from breakglass.views.edge import page
from tenants.access import TenantRequest

type Act = Callable[[TenantRequest, str], object]


def _form(act: Act) -> Callable[..., HttpResponse]:
    """A POST that ends at the post-mortem; a refused one shows it with the sentence, and nothing typed is lost."""

    @page()
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(act)
    def inside(request: TenantRequest, bypass_id: str) -> HttpResponse:
        if request.method == "POST":
            try:
                act(request, bypass_id)
            except BypassError as error:
                found = post_mortems.find(bypass_id)
                return pages.answer(request, found, typed=request.POST, refused=error)
        return redirect("post-mortem", request.tenant.slug, bypass_id)

    return inside


def _typed(request: TenantRequest, name: str) -> str:
    return request.POST.get(name, "")


def _number(request: TenantRequest, name: str) -> int:
    """A whole number as the page wrote it; 0, which is nobody's, for anything else."""
    text = _typed(request, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


@_form
def write(request: TenantRequest, bypass_id: str) -> None:
    """`text`, begun at `version`."""
    writing.write(
        bypass_id=bypass_id,
        by=request.member,
        version=_number(request, "version"),
        text=_typed(request, "text"),
        now=moment(request),
    )


@_form
def judge(request: TenantRequest, bypass_id: str) -> None:
    """`verdict` on `rule`, and a `comment`."""
    writing.judge(
        bypass_id=bypass_id,
        by=request.member,
        rule=_typed(request, "rule"),
        verdict=_typed(request, "verdict"),
        comment=_typed(request, "comment"),
        now=moment(request),
    )


@_form
def add_action(request: TenantRequest, bypass_id: str) -> None:
    """`action` for `owner`, a member's id, and perhaps a `url`."""
    writing.add_action(
        bypass_id=bypass_id,
        by=request.member,
        text=_typed(request, "action"),
        owner=_number(request, "owner"),
        url=_typed(request, "url"),
        now=moment(request),
    )


@_form
def finish_action(request: TenantRequest, bypass_id: str) -> None:
    """`item` is the action's id."""
    writing.finish_action(
        bypass_id=bypass_id, by=request.member, action_id=_number(request, "item"), now=moment(request)
    )


@_form
def link_incident(request: TenantRequest, bypass_id: str) -> None:
    """`incident_url`, once it is no longer pending."""
    writing.link_incident(
        bypass_id=bypass_id, by=request.member, url=_typed(request, "incident_url"), now=moment(request)
    )


@_form
def assign(request: TenantRequest, bypass_id: str) -> None:
    """`assignee` is a member's id."""
    writing.assign(bypass_id=bypass_id, by=request.member, to=_number(request, "assignee"), now=moment(request))


@_form
def sign_off(request: TenantRequest, bypass_id: str) -> None:
    """`version` is what the page showed."""
    signing_off.sign_off(
        bypass_id=bypass_id, by=request.member, version=_number(request, "version"), now=moment(request)
    )
