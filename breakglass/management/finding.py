"""What the commands find by the names in their arguments."""

from django.core.management.base import CommandError

from tenants.models import Tenant


def find_tenant(slug: str) -> Tenant:
    """The tenant. Raises CommandError for a slug that nobody has."""
    tenant = Tenant.objects.filter(slug=slug).first() if slug.isprintable() else None
    if tenant is None:
        raise CommandError(f"There is no tenant {slug!r}: check the spelling of its slug.")
    return tenant
