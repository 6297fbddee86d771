"""The post-mortem that every bypass makes owed when it ends: one for its chain, opened with the end itself."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db import transaction

from audit import kinds
from audit.canonical import timestamp
from breakglass import permissions
from breakglass.actions import telling
from breakglass.actions.filling import CHAPTER, DEFAULT, fill
from breakglass.actions.records import person_of
from breakglass.asks import PENDING, clean_text
from breakglass.errors import BadInput, NotFound
from breakglass.models import Bypass, PostMortem, PostMortemTemplate, Revision
from tenants import context
from tenants.actions import in_words, record
from tenants.models import Member, RoleGrant, Tenant
from tenants.roles import Role

DEFAULT_DUE = 5 * 24 * 60 * 60  # seconds
TEXT_MOST = 60_000
RELATED = ("bypass__gate", "bypass__requester__user", "bypass__policy_version", "assignee__user", "signed_off_by__user")


def find(bypass_id: str) -> PostMortem:
    """The post-mortem of the chain that the bypass is in, with all a page says of it. Raises NotFound."""
    return _found(bypass_id, lock=False)


def lock(bypass_id: str) -> PostMortem:
    """The same, locked until the transaction ends. Raises NotFound."""
    return _found(bypass_id, lock=True)


def _found(bypass_id: str, *, lock: bool) -> PostMortem:
    bypass = Bypass.objects.filter(pk=bypass_id).first()
    rows = PostMortem.objects.select_related(*RELATED)
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    found = rows.filter(bypass_id=bypass.first_id).first() if bypass else None
    if found is None:
        raise NotFound("There is no post-mortem here: one is opened when a bypass ends.")
    return found


def chain_of(first_id: str) -> list[Bypass]:
    """The bypass and whatever extends it, in the order they were asked for."""
    first = Bypass.objects.filter(pk=first_id)
    rows = (first | Bypass.objects.filter(chain=first_id)).select_related("requester__user", "policy_version")
    return list(rows.order_by("requested_at", "pk"))


def rules_of(post_mortem: PostMortem) -> list[str]:
    """The rules that it owes a verdict of: those that were skipped, "" for the whole gate."""
    return [""] if post_mortem.bypass.whole_gate else list(post_mortem.bypass.rules)


def digest(text: str) -> str:
    """`sha256:` and the hex digest of a text's UTF-8."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def about(post_mortem: PostMortem) -> str:
    """What its entries are filed under, beside the record's own."""
    return f"pm-{post_mortem.bypass_id}"


def owe(ended: Bypass, now: datetime) -> PostMortem:
    """The post-mortem that this end makes owed, locked: there is one for the chain. Before the end's own entry."""
    at = ended.closed_at or now
    due = ended.frozen_tier.post_mortem_due or DEFAULT_DUE
    rows = PostMortem.objects.select_for_update(of=("self",), no_key=True)
    post_mortem, _ = rows.get_or_create(
        bypass_id=ended.first_id,
        defaults={
            "template": PostMortemTemplate.objects.order_by("-number").first(),
            "assignee": _assignee(ended),
            "incident_url": "" if ended.incident_url == PENDING else ended.incident_url,
            "drill": ended.drill,
            "opened_at": at,
            "due_at": at + timedelta(seconds=due),
        },
    )
    return post_mortem


def fill_in(post_mortem: PostMortem, ended: Bypass, now: datetime) -> None:
    """Write what the portal knows of the ended bypass, its end too: the first text, or one more chapter."""
    owed = PostMortem.objects.select_related("template", "assignee__user").get(pk=post_mortem.pk)
    first = owed.version == 0
    if first:
        text = fill(owed.template.source if owed.template else DEFAULT, ended)
    else:
        text = f"{text_of(owed).rstrip()}\n\n{fill(CHAPTER, ended)}"
    add_revision(owed, text, by=None, now=now)
    entry = record(
        _opened(owed, ended, text) if first else _extended(owed, ended, text), by=None, now=now, about=about(owed)
    )
    if first:
        telling.tell_owed(owed, ended, entry=entry, now=now)


def _opened(owed: PostMortem, ended: Bypass, text: str) -> kinds.PostMortemOpened:
    return kinds.PostMortemOpened(
        bypass=owed.bypass_id,
        ended=ended.pk,
        assignee=in_words(owed.assignee),
        due_at=timestamp(owed.due_at),
        template=owed.template.number if owed.template else 0,
        digest=digest(text),
        drill=owed.drill,
    )


def _extended(owed: PostMortem, ended: Bypass, text: str) -> kinds.PostMortemExtended:
    return kinds.PostMortemExtended(bypass=owed.bypass_id, ended=ended.pk, version=owed.version, digest=digest(text))


def text_of(post_mortem: PostMortem) -> str:
    """The text as it is now."""
    return Revision.objects.get(post_mortem=post_mortem, number=post_mortem.version).text


def add_revision(post_mortem: PostMortem, text: str, *, by: Member | None, now: datetime) -> None:
    """The next version, whole; the post-mortem is locked."""
    post_mortem.version += 1
    Revision.objects.create(post_mortem=post_mortem, number=post_mortem.version, text=text, by=by, at=now)
    post_mortem.save(update_fields=["version"])


def _assignee(ended: Bypass) -> Member:
    """Whom the policy names, else the requester; an admin in place of somebody who has left."""
    named, members = ended.frozen_tier.post_mortem_assignee, Member.objects.select_related("user")
    wanted = members.filter(pk=named.member_id).first() if named else ended.requester
    if wanted is not None and wanted.is_here:
        return wanted
    return first_admin() or ended.requester


def first_admin() -> Member | None:
    """The admin who has been here longest."""
    admins = RoleGrant.objects.filter(role=Role.ADMIN, until=None, member__left_at=None, member__user__is_active=True)
    grant = admins.select_related("member__user").order_by("member__joined_at", "member_id").first()
    return grant.member if grant else None


@transaction.atomic
def publish_template(*, source: str, by: Member, now: datetime) -> PostMortemTemplate:
    """What post-mortems begin with from now on. The same text again is the same version. Raises Forbidden, BadInput."""
    permissions.check_can_publish_template(person_of(by))
    Tenant.objects.select_for_update(no_key=True).get(pk=context.current_id())
    text = clean_text("source", source, TEXT_MOST)
    if not text:
        raise BadInput({"source": ["Write the template: Markdown, with fields such as {timeline}."]})
    latest = PostMortemTemplate.objects.order_by("-number").first()
    if latest is not None and latest.source == text:
        return latest
    number = 1 if latest is None else latest.number + 1
    template = PostMortemTemplate.objects.create(number=number, source=text, published_at=now, published_by=by)
    record(kinds.TemplatePublished(number=number, digest=digest(text), source=text), by=by, now=now)
    return template
