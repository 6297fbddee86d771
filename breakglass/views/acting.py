"""The forms of a record: each is one POST, one action, and back to the record."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from breakglass import durations, permissions
from breakglass.actions import ending, records, reviewing
from breakglass.actions.timely import timely
from breakglass.errors import BadInput, BypassError
from breakglass.views import record
from breakglass.views.clock import at, moment
from breakglass.views.edge import page
from tenants.access import TenantRequest

type Act = Callable[[TenantRequest, str], object]


def _form(act: Act) -> Callable[..., HttpResponse]:
    """A POST that ends at the record; a refused one shows it with the sentence, and nothing typed is lost.

    A refused review that matters becomes an entry, in a transaction of its own.
    """

    @page()
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(act)
    def inside(request: TenantRequest, bypass_id: str) -> HttpResponse:
        if request.method == "POST":
            try:
                timely(lambda now: act(at(request, now), bypass_id))
            except BypassError as error:
                reviewing.record_refusal(bypass_id=bypass_id, by=request.member, error=error, now=moment(request))
                bypass = records.find(bypass_id)
                return record.answer(request, bypass, typed=request.POST, refused=error)
        return redirect("record", request.tenant.slug, bypass_id)

    return inside


def _comment(request: TenantRequest) -> str:
    return request.POST.get("comment", "")


def _ttl(request: TenantRequest, bypass_id: str) -> int:
    """Seconds. Whoever may not approve at all is told that, rather than what is wrong with the TTL."""
    try:
        return durations.parse(request.POST.get("ttl", "").strip())
    except BadInput:
        bypass, person = records.find(bypass_id), records.person_of(request.member)
        reviews, now = records.reviews_of(bypass), moment(request)
        permissions.check_can_approve(person, bypass, bypass.frozen_tier, reviews, now)
        raise


@_form
def approve(request: TenantRequest, bypass_id: str) -> None:
    """`ttl` is a duration, `statement` the digest of what the page showed."""
    reviewing.approve(
        bypass_id=bypass_id,
        by=request.member,
        shown=request.POST.get("statement", ""),
        ttl=_ttl(request, bypass_id),
        comment=_comment(request),
        now=moment(request),
    )


@_form
def deny(request: TenantRequest, bypass_id: str) -> None:
    """One denial ends the request."""
    reviewing.deny(bypass_id=bypass_id, by=request.member, comment=_comment(request), now=moment(request))


@_form
def withdraw(request: TenantRequest, bypass_id: str) -> None:
    """The requester takes it back."""
    ending.withdraw(bypass_id=bypass_id, by=request.member, now=moment(request))


@_form
def return_(request: TenantRequest, bypass_id: str) -> None:
    """The requester is done."""
    ending.return_bypass(bypass_id=bypass_id, by=request.member, now=moment(request))


@_form
def revoke(request: TenantRequest, bypass_id: str) -> None:
    """Somebody else shuts the gate."""
    ending.revoke(bypass_id=bypass_id, by=request.member, comment=_comment(request), now=moment(request))
