"""The admin of a tenant: what it sets up, and its records to look at. A model that is not named here is not in it."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest

from breakglass.admin.base import Kept
from breakglass.admin.channels import TemplateAdmin, WebhookAdmin
from breakglass.admin.gates import CredentialAdmin, GateAdmin
from breakglass.admin.people import GroupAdmin, MemberAdmin
from breakglass.admin.records import RECORDS
from breakglass.admin.sites import Site
from breakglass.models import Gate, GateCredential, PostMortemTemplate, Webhook
from tenants.access import TenantRequest
from tenants.models import Group, Member
from tenants.roles import Role

SET_UP: dict[Any, type[Kept]] = {
    Gate: GateAdmin,
    GateCredential: CredentialAdmin,
    PostMortemTemplate: TemplateAdmin,
    Webhook: WebhookAdmin,
    Member: MemberAdmin,
    Group: GroupAdmin,
}


class TenantSite(Site):
    """Entered by the tenant's admins alone."""

    def has_permission(self, request: HttpRequest) -> bool:
        """As the door has found."""
        return Role.ADMIN in cast("TenantRequest", request).roles

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Named for the tenant."""
        name = cast("TenantRequest", request).tenant.name
        return {**super().each_context(request), "site_header": name, "site_title": f"{name} · Breakglass"}


site = TenantSite()
for model, model_admin in (SET_UP | RECORDS).items():
    site.register(model, model_admin)
