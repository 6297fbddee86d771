"""Who did it, in the words that the log keeps: a person by e-mail, a machine and the portal by URI."""

from __future__ import annotations

from django.conf import settings

from audit import log
from tenants.models import MachineToken, Member, Tenant


def tenant(of: Tenant) -> log.Tenant:
    """The tenant as the log writes it."""
    return log.Tenant(id=str(of.pk), slug=of.slug, name=of.name)


def person(member: Member) -> log.Actor:
    """A member; the portal's own URL is the issuer, since it vouches for a local account."""
    return log.Actor(
        type="person",
        id=str(member.pk),
        name=member.user.name,
        san=member.user.email,
        issuer=settings.SITE_URL,
        sub=str(member.human_id),
    )


def machine(token: MachineToken, of: Tenant) -> log.Actor:
    """A gate or deploy tool, by its token."""
    uri = f"{settings.SITE_URL}/t/{of.slug}/tokens/{token.pk}"
    return log.Actor(type="machine", id=str(token.pk), name=token.name, san=uri, issuer=settings.SITE_URL)


def portal(of: Tenant) -> log.Actor:
    """The portal itself, when the clock or the operator acts."""
    uri = f"{settings.SITE_URL}/t/{of.slug}"
    return log.Actor(type="portal", id="portal", name="the portal", san=uri, issuer=settings.SITE_URL)


def of(actor: Member | MachineToken | None, tenant: Tenant) -> log.Actor:
    """Whoever acts; None is the portal."""
    match actor:
        case Member():
            return person(actor)
        case MachineToken():
            return machine(actor, tenant)
        case None:
            return portal(tenant)
