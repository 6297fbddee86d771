"""Gates, and the machine credentials that speak for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django import forms
from django.contrib.admin import action, display
from django.db.models import F, QuerySet
from django.http import HttpRequest

from breakglass.actions.gate_changes import change_gate, split
from breakglass.actions.setting_up import create_gate, issue_credential
from breakglass.admin.acting import ActForm, Acting, Done
from breakglass.admin.fields import LinesField, WhenField
from breakglass.admin.people import proposed
from breakglass.models import Gate, GateCredential, InFlight
from breakglass.views.clock import moment
from tenants.access import TenantRequest
from tenants.actions import revoke_token

NAMES = "One a line: letters, digits and . _ / -"


class GateForm(ActForm):
    """A gate with its closed lists."""

    aliases: ClassVar[Mapping[str, str]] = {"service": "services", "environment": "environments"}

    services = LinesField(help_text=f"Whatever it stands before; nothing else can be bypassed here. {NAMES}")
    environments = LinesField(help_text=NAMES)
    required = forms.MultipleChoiceField(
        choices=[("branch", "branch"), ("artifact", "artifact digest")],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="What a request has to name, beside service and environment.",
    )
    in_flight = forms.ChoiceField(
        choices=InFlight.choices,
        initial=InFlight.ENFORCE,
        help_text="What becomes of work under way when a bypass ends.",
    )

    class Meta:
        model = Gate
        fields = ("slug", "name", "services", "environments", "required", "in_flight", "practice")
        help_texts = {
            "slug": "In its addresses and in what its pipelines send: it never changes.",
            "practice": "Its bypasses are drills. A gate that is made for practice stays one.",
        }


class GateAdmin(Acting):
    """Made and changed; a gate stays for ever, as its bypasses do."""

    form = GateForm
    may_add = may_change = True
    fields = GateForm.Meta.fields
    list_display = ("slug", "name", "in_environments", "at_the_end", "practice")
    list_filter = ("practice",)
    search_fields = ("slug", "name")
    ordering = ("name", "pk")

    @display(description="environments")
    def in_environments(self, gate: Gate) -> str:
        """What it stands before, in short."""
        return ", ".join(gate.environments)

    @display(description="in flight")
    def at_the_end(self, gate: Gate) -> str:
        """In a word."""
        return gate.in_flight

    def portal_page(self, row: Gate) -> tuple[str, object]:
        """With the lines to paste."""
        return "gate", row.slug

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Slug and practice are fixed with the making."""
        return ("slug", "practice") if obj else ()

    def act(self, request: TenantRequest, row: Any, typed: Mapping[str, Any], *, change: bool) -> Done:
        """Create the gate, or change it."""
        who: dict[str, Any] = {"by": request.member, "now": moment(request)}
        if change:
            narrow, more = split(row, typed["services"], typed["environments"], typed["required"])
            gate = change_gate(gate_id=row.pk, **{**typed, **narrow}, **who)
            return Done(f"The gate {gate.slug} is as you sent it." if more is None else proposed(request, more))
        gate = create_gate(**typed, **who)
        return Done(f"The gate {gate.slug} is here: issue a credential for its pipeline next.")


class CredentialForm(ActForm):
    """A machine token for one gate."""

    gate: Any = forms.ModelChoiceField(queryset=None)
    name = forms.CharField(
        max_length=100, widget=forms.TextInput(attrs={"size": 40}), help_text="Which pipeline or tool holds it."
    )
    services = LinesField(required=False, help_text=f"What it may speak for; left empty, all of the gate's. {NAMES}")
    expires_at = WhenField(required=False, label="Works until", help_text="UTC; left empty, until it is revoked.")

    class Meta:
        model = GateCredential
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "gate" in self.fields:
            cast("Any", self.fields["gate"]).queryset = Gate.objects.order_by("slug")


class CredentialAdmin(Acting):
    """Issued, its secret shown once, and revoked."""

    form = CredentialForm
    may_add = True
    related = ("gate", "token")
    list_display = ("name", "gate", "hint", "created", "expires", "revoked", "synced_at")
    list_filter = ("gate",)
    search_fields = ("token__name",)
    ordering = (F("token__revoked_at").asc(nulls_first=True), "-pk")
    actions = ("revoke",)
    readonly_fields = ("name", "gate", "hint", "for_services", "created", "expires", "revoked", "synced_at")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is typed to issue one; what is known of one, which is never its secret."""
        return self.readonly_fields if obj else ("gate", "name", "services", "expires_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All of one that is issued."""
        return self.readonly_fields if obj else ()

    @display(description="name", ordering="token__name")
    def name(self, one: GateCredential) -> str:
        """Of its token."""
        return one.token.name

    @display(description="ends in")
    def hint(self, one: GateCredential) -> str:
        """The last letters of the secret."""
        return f"…{one.token.hint}"

    @display(description="services")
    def for_services(self, one: GateCredential) -> str:
        """What it may speak for."""
        return ", ".join(one.services) or "all of the gate's"

    @display(description="issued", ordering="token__created_at")
    def created(self, one: GateCredential) -> Any:
        """When."""
        return one.token.created_at

    @display(description="works until", ordering="token__expires_at", empty_value="it is revoked")
    def expires(self, one: GateCredential) -> Any:
        """When it stops by itself."""
        return one.token.expires_at

    @display(description="revoked", ordering="token__revoked_at")
    def revoked(self, one: GateCredential) -> Any:
        """When."""
        return one.token.revoked_at

    def act(self, request: TenantRequest, row: Any, typed: Mapping[str, Any], *, change: bool) -> Done:
        """Issue it."""
        one, secret = issue_credential(**typed, by=request.member, now=moment(request))
        return Done(f"{one.token.name} speaks for {one.gate.slug} from now on", secret)

    @action(description="Revoke", permissions=["view"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[GateCredential]) -> None:
        """The tokens stop working at once."""
        member, now = cast("TenantRequest", request).member, moment(request)

        def act(one: GateCredential) -> str:
            revoke_token(token=one.token, by=member, now=now)
            return f"{one.token.name} stopped working."

        self.do_to_each(request, queryset, act)
