"""How a tenant is, for the operator: whether it can work at all. It says nothing of what is in it."""

from __future__ import annotations

from audit import log
from breakglass.actions.deciding import policy_in_force
from breakglass.actions.post_mortems import first_admin
from breakglass.errors import PolicyError
from tenants import context
from tenants.models import Tenant


def health(tenant: Tenant) -> list[str]:
    """A sentence for each thing that is wrong; none for a tenant that is well."""
    with context.entered(tenant):
        return [sentence for check in (_log, _admin, _policy) if (sentence := check(tenant))]


def _log(tenant: Tenant) -> str:
    try:
        log.current_log(str(tenant.pk))
    except log.NoLog:
        return "It has no open log: nothing can be done in it."
    return ""


def _admin(tenant: Tenant) -> str:
    return "" if first_admin() else "Nobody is its admin."


def _policy(tenant: Tenant) -> str:
    try:
        return "" if policy_in_force() else "No policy is in force: nothing can be asked for."
    except PolicyError:
        return "Its policy can't be read: nothing can be asked for."
