"""Where the tenant's machines are told of every act: its webhooks, for admins."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from breakglass.actions.channels import add_webhook, disable_webhook
from breakglass.errors import BadInput, BypassError
from breakglass.models import Message, MessageState, Webhook
from breakglass.notify import http, signing
from breakglass.views.clock import moment
from breakglass.views.edge import page
from tenants.access import TenantRequest
from tenants.roles import Role

MOST_SHOWN = 50


@page(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def channels(request: TenantRequest) -> HttpResponse:
    """The webhooks; a POST adds one, and the answer to it is the only page that ever shows its secret."""
    if request.method != "POST":
        return _answer(request)
    url, secret = request.POST.get("url", "").strip(), signing.new_secret()
    try:
        _check(url)
        added = add_webhook(url=url, secret=secret, by=request.member, now=moment(request))
    except BypassError as error:
        return _answer(request, typed=url, refused=error)
    return _answer(request, added=added, secret=secret)


@page(Role.ADMIN)
@require_POST
def disable(request: TenantRequest, webhook_id: int) -> HttpResponse:
    """Switch one off."""
    why = request.POST.get("why", "").strip() or f"{request.member.user.name} switched it off."
    disable_webhook(webhook_id=webhook_id, why=why, by=request.member, now=moment(request))
    return redirect("channels", request.tenant.slug)


def _check(url: str) -> None:
    try:
        http.check_url(url)
    except http.Blocked as error:
        raise BadInput({"url": [str(error)]}) from error


def _answer(
    request: TenantRequest,
    *,
    typed: str = "",
    refused: BypassError | None = None,
    added: Webhook | None = None,
    secret: str = "",
) -> HttpResponse:
    hooks = list(Webhook.objects.order_by("disabled_at", "-created_at", "-pk")[:MOST_SHOWN])
    words = {
        "on": [(one, _last(one)) for one in hooks if one.disabled_at is None],
        "off": [one for one in hooks if one.disabled_at is not None],
        "typed": typed,
        "refused": refused,
        "problem": [refused.sentence] if refused is not None else [],
        "added": added,
        "secret": secret,
    }
    return render(request, "channels.html", words, status=200 if refused is None else refused.status)


def _last(webhook: Webhook) -> Message | None:
    """What it was last told, or was last tried to be."""
    told = Message.objects.filter(webhook=webhook).exclude(state=MessageState.PENDING, attempts=0)
    return told.order_by("-pk").first()
