"""The template of post-mortems, a version at a time, and the webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.contrib.admin import action
from django.db.models import F, QuerySet
from django.http import HttpRequest

from breakglass.actions.channels import add_webhook, disable_webhook
from breakglass.actions.filling import DEFAULT, FIELDS
from breakglass.actions.post_mortems import TEXT_MOST, publish_template
from breakglass.admin.acting import ActForm, Acting, Done
from breakglass.errors import BadInput
from breakglass.models import PostMortemTemplate, Webhook
from breakglass.notify import http, signing
from breakglass.views.clock import moment
from tenants.access import TenantRequest


class TemplateForm(ActForm):
    """Markdown with fields."""

    source = forms.CharField(
        max_length=TEXT_MOST,
        widget=forms.Textarea(attrs={"rows": 24, "cols": 90}),
        help_text=f"Markdown. The portal fills in {', '.join(f'{{{name}}}' for name in FIELDS)}.",
    )

    class Meta:
        model = PostMortemTemplate
        fields = ("source",)


class TemplateAdmin(Acting):
    """A published version stays as it is: another text is another version."""

    form = TemplateForm
    may_add = True
    related = ("published_by__user",)
    list_display = ("number", "published_at", "published_by")
    ordering = ("-number",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is typed; of a version, what there is."""
        return ("number", "source", "published_at", "published_by") if obj else ("source",)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The version that counts now, to be written on."""
        latest = PostMortemTemplate.objects.order_by("-number").first()
        return {"source": latest.source if latest else DEFAULT}

    def act(self, request: TenantRequest, row: Any, typed: Mapping[str, Any], *, change: bool) -> Done:
        """Publish it."""
        version = publish_template(source=typed["source"], by=request.member, now=moment(request))
        return Done(f"Post-mortems begin with version {version.number} from now on.")


class WebhookForm(ActForm):
    """An address. Its secret is the portal's to make."""

    url = forms.CharField(
        label="Address",
        max_length=500,
        widget=forms.URLInput(attrs={"size": 80}),
        help_text="An https:// address. It gets CloudEvents, signed as Standard Webhooks.",
    )

    class Meta:
        model = Webhook
        fields = ("url",)


class WebhookAdmin(Acting):
    """Added, its secret shown once, and switched off."""

    form = WebhookForm
    may_add = True
    list_display = ("url", "created_at", "disabled_at", "disabled_because")
    ordering = (F("disabled_at").asc(nulls_first=True), "-created_at", "-pk")
    actions = ("switch_off",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is typed; of one that is there, what is known, which is never its secret."""
        return self.list_display if obj else ("url",)

    def act(self, request: TenantRequest, row: Any, typed: Mapping[str, Any], *, change: bool) -> Done:
        """Add it, if it is an address that the portal sends to."""
        try:
            http.check_url(typed["url"])
        except http.Blocked as blocked:
            raise BadInput({"url": [str(blocked)]}) from blocked
        secret = signing.new_secret()
        webhook = add_webhook(url=typed["url"], secret=secret, by=request.member, now=moment(request))
        return Done(f"{webhook.url} is told of every act from now on", secret)

    @action(description="Switch off", permissions=["view"])
    def switch_off(self, request: HttpRequest, queryset: QuerySet[Webhook]) -> None:
        """They are told nothing more."""
        member, now = cast("TenantRequest", request).member, moment(request)
        why = f"{member.user.name} switched it off."

        def act(webhook: Webhook) -> str:
            disable_webhook(webhook_id=webhook.pk, why=why, by=member, now=now)
            return f"{webhook.url} is switched off."

        self.do_to_each(request, queryset, act)
