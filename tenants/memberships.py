"""The one question that looks across tenants: where an account is a member."""

from django.db.models import QuerySet

from tenants.models import Member, Tenant, User


def tenants_of(user: User) -> list[Tenant]:
    """The tenants that the account is a member of now, by name."""
    here: QuerySet[Member] = QuerySet(Member).filter(user=user, left_at=None)
    return list(Tenant.objects.filter(pk__in=here.values("tenant_id")).order_by("name", "pk"))
