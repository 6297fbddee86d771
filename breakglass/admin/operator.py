"""The operator's admin: makes tenants and says how they are. It shows nothing that is a tenant's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.contrib.admin import display
from django.http import HttpRequest, HttpResponse

from breakglass.actions.accounts import NAME_MOST
from breakglass.actions.founding import Founded, found_tenant
from breakglass.admin.acting import ActForm, Acting, Done
from breakglass.admin.addresses import portal_addresses
from breakglass.admin.health import health
from breakglass.admin.sites import Site
from breakglass.models import Attempt
from breakglass.notify import mail, welcome
from breakglass.views.clock import moment
from tenants.access import TenantRequest
from tenants.models import Tenant, User

WHY = "You get this because the operator named you as the tenant's first admin."


class OperatorSite(Site):
    """Entered by the operator alone."""

    site_header = "Breakglass operator"
    site_title = "Breakglass operator"

    def has_permission(self, request: HttpRequest) -> bool:
        """As the door has found."""
        return cast("User", request.user).is_staff


class TenantForm(ActForm):
    """A tenant and its first admin."""

    admin_email = forms.CharField(
        label="First admin's e-mail", max_length=254, widget=forms.TextInput(attrs={"size": 40})
    )
    admin_name = forms.CharField(
        label="First admin's name", max_length=NAME_MOST, widget=forms.TextInput(attrs={"size": 40})
    )

    class Meta:
        model = Tenant
        fields = ("slug", "name")
        help_texts = {"slug": "In every address of the tenant and in its log's name: it never changes."}


class TenantAdmin(Acting):
    """Tenants by name, and how each is."""

    form = TenantForm
    may_add = True
    list_display = ("slug", "name", "created_at", "is_well")
    search_fields = ("slug", "name")
    ordering = ("name", "pk")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is typed to make one; of one that is there, its name and how it is."""
        return self.list_display if obj else ("slug", "name", "admin_email", "admin_name")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All of one that is there."""
        return self.list_display if obj else ()

    @display(description="health")
    def is_well(self, tenant: Tenant) -> str:
        """A sentence for each thing that is wrong."""
        return " ".join(health(tenant)) or "Well."

    def act(self, request: TenantRequest, row: Any, typed: Mapping[str, Any], *, change: bool) -> Done:
        """Found it. Its first admin gets a letter once that is done, whatever the mail server says."""
        made = found_tenant(**typed, now=moment(request))
        vars(request)["founded"] = made
        return Done(f"{made.tenant.name} has its log and a first policy.")

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Django's; once a tenant is made, its admin is written to."""
        answer = super().changeform_view(request, object_id, form_url, extra_context)
        made: Founded | None = vars(request).get("founded")
        return answer if made is None else self._write_to(request, made)

    def _write_to(self, request: HttpRequest, made: Founded) -> HttpResponse:
        """Where the letter could not be sent, its link is on the answer, to be passed on."""
        user = made.admin.user
        with portal_addresses(request):
            letter = welcome.write(made.tenant, user, place="its admin", why=WHY)
            outcome = mail.send(letter, to=user.email, key=f"welcome-{made.admin.pk}", thread="")
        if outcome.result == Attempt.Outcome.DELIVERED:
            return self.told(request, Done(f"A letter with what to do next went to {user.email}."))
        says = f"The letter to {user.email} could not be sent: give them this link yourself"
        return self.show_secret(request, Done(says, letter.link))


site = OperatorSite()
site.register(Tenant, TenantAdmin)
