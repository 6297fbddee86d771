"""Members with their roles, and groups with theirs. What widens who may approve waits for another admin's consent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, cast

from django import forms
from django.contrib.admin import action, display
from django.db.models import F, Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from breakglass.actions.proposing import propose
from breakglass.admin.acting import ActForm, Acting, Done
from breakglass.changes import AddMember, Change, CreateGroup, GrantRole, JoinGroup, RemoveMember, RevokeRole
from breakglass.models import ProposalState
from breakglass.views.clock import moment
from breakglass.views.inviting import ROLES
from tenants.access import TenantRequest
from tenants.actions import in_words, leave_group
from tenants.models import Group, GroupMembership, Member, RoleGrant
from tenants.roles import Role


def proposed(request: TenantRequest, change: Change) -> str:
    """Propose the change, and say whether it is made or waits; at the portal's own addresses."""
    proposal = propose(change=change, by=request.member, now=moment(request))
    what = f"{change.says[0].upper()}{change.says[1:]}"
    if proposal.state == ProposalState.DONE:
        return format_html("{}: done.", what)
    page = reverse("proposal", args=[request.tenant.slug, proposal.pk])
    if proposal.due_at is not None:
        waits = "{}: nobody else could consent, so it waits a day and every member is told: <a href='{}'>Settings</a>."
        return format_html(waits, what, page)
    return format_html("{}: it waits for another admin's consent: <a href='{}'>Settings</a>.", what, page)


def all_of(said: Iterable[str], otherwise: str) -> Done:
    """What came of each change of one save."""
    told = list(said)
    return Done(format_html_join(" ", "{}", ((one,) for one in told)) if told else otherwise)


class MemberForm(ActForm):
    """Somebody to invite, or a member's roles."""

    aliases: ClassVar[Mapping[str, str]] = {"role": "roles"}

    email = forms.CharField(label="E-mail", max_length=254, widget=forms.TextInput(attrs={"size": 40}))
    name = forms.CharField(max_length=100, widget=forms.TextInput(attrs={"size": 40}))
    roles = forms.MultipleChoiceField(
        choices=[(role.value, says) for role, says in ROLES.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Member
        fields = ()

    def __init__(self, *args: Any, instance: Any = None, initial: Any = None, **kwargs: Any) -> None:
        held = roles_of(instance) if instance is not None and instance.pk else []
        super().__init__(*args, instance=instance, initial={"roles": held} | (initial or {}), **kwargs)


def roles_of(member: Member) -> list[str]:
    """The roles that the member holds, in their order."""
    held = RoleGrant.objects.filter(member=member, until=None).values_list("role", flat=True)
    return sorted(held, key=[*map(str, Role)].index)


class MemberAdmin(Acting):
    """Invited, given roles and relieved of them, and removed."""

    form = MemberForm
    may_add = may_change = True
    related = ("user",)
    list_display = ("name", "email", "holds", "is_in", "joined_at", "left_at", "away_until")
    search_fields = ("user__name", "user__email")
    ordering = (F("left_at").asc(nulls_first=True), "user__name", "pk")
    actions = ("remove",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Member]:
        """With what each holds now."""
        roles = Prefetch("role_grants", RoleGrant.objects.filter(until=None), to_attr="roles_now")
        within = GroupMembership.objects.select_related("group").filter(until=None)
        groups = Prefetch("group_memberships", within, to_attr="groups_now")
        return super().get_queryset(request).prefetch_related(roles, groups)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is typed to invite somebody; a member's roles, and what is known of them."""
        known = ("name", "email", "roles", "is_in", "joined_at", "left_at", "away_until")
        return known if obj else ("email", "name", "roles")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Of a member all but the roles."""
        return ("name", "email", "is_in", "joined_at", "left_at", "away_until") if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever has left holds nothing any more."""
        return obj is None or obj.left_at is None

    @display(description="name", ordering="user__name")
    def name(self, member: Member) -> str:
        """Of the account."""
        return member.user.name

    @display(description="e-mail", ordering="user__email")
    def email(self, member: Member) -> str:
        """Of the account."""
        return member.user.email

    @display(description="roles")
    def holds(self, member: Any) -> str:
        """Now."""
        return ", ".join(grant.role for grant in member.roles_now)

    @display(description="groups")
    def is_in(self, member: Any) -> str:
        """Now."""
        return ", ".join(one.group.slug for one in member.groups_now)

    def act(self, request: TenantRequest, row: Any, typed: Mapping[str, Any], *, change: bool) -> Done:
        """Invite somebody, or bring a member's roles to what was sent."""
        if not change:
            roles = tuple(sorted(typed["roles"]))
            new = AddMember(email=typed["email"].strip().lower(), name=typed["name"].strip(), roles=roles)
            return all_of([proposed(request, new)], "")
        words, before, after = in_words(row), set(roles_of(row)), set(typed["roles"])
        changes: list[Change] = [GrantRole(member=words, role=role) for role in sorted(after - before)]
        changes += [RevokeRole(member=words, role=role) for role in sorted(before - after)]
        return all_of((proposed(request, one) for one in changes), f"{words.name} has these roles already.")

    @action(description="Remove from the tenant", permissions=["view"])
    def remove(self, request: HttpRequest, queryset: QuerySet[Member]) -> None:
        """With every role and group."""
        here = cast("TenantRequest", request)
        self.do_to_each(request, queryset, lambda member: proposed(here, RemoveMember(member=in_words(member))))


class GroupForm(ActForm):
    """An approver group."""

    members: Any = forms.ModelMultipleChoiceField(queryset=None, required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Group
        fields = ("slug", "name")
        help_texts = {"slug": "What policies call it: it never changes."}

    def __init__(self, *args: Any, instance: Any = None, initial: Any = None, **kwargs: Any) -> None:
        within = members_of(instance) if instance is not None and instance.pk else []
        super().__init__(*args, instance=instance, initial={"members": within} | (initial or {}), **kwargs)
        if "members" in self.fields:
            here = Member.objects.select_related("user").filter(left_at=None).order_by("user__name", "pk")
            cast("Any", self.fields["members"]).queryset = here


def members_of(group: Group) -> list[int]:
    """The ids of the members that are in the group now."""
    now = GroupMembership.objects.filter(group=group, until=None)
    return list(now.order_by("member_id").values_list("member_id", flat=True))


class GroupAdmin(Acting):
    """Made, joined and left; its name in policies stays."""

    form = GroupForm
    may_add = may_change = True
    list_display = ("slug", "name", "who")
    search_fields = ("slug", "name")
    ordering = ("slug",)
    fields = ("slug", "name", "members")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        """With who is in each now."""
        now = GroupMembership.objects.select_related("member__user").filter(until=None)
        within = Prefetch("memberships", now.order_by("member__user__name", "pk"), to_attr="members_now")
        return super().get_queryset(request).prefetch_related(within)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only who is in it changes."""
        return ("slug", "name") if obj else ()

    @display(description="members")
    def who(self, group: Any) -> str:
        """Now, by name."""
        return ", ".join(one.member.user.name for one in group.members_now) or "nobody"

    def act(self, request: TenantRequest, row: Any, typed: Mapping[str, Any], *, change: bool) -> Done:
        """Make the group, or bring who is in it to what was sent."""
        chosen = list(typed["members"])
        if not change:
            members = tuple(map(in_words, chosen))
            new = CreateGroup(slug=typed["slug"], name=typed["name"], members=members)
            return all_of([proposed(request, new)], "")
        before = members_of(row)
        joining = [member for member in chosen if member.pk not in before]
        leaving = Member.objects.select_related("user").filter(pk__in=before).exclude(pk__in=[one.pk for one in chosen])
        said = [_left(request, row, member) for member in leaving.order_by("pk")]
        said += [proposed(request, JoinGroup(group=row.slug, member=in_words(member))) for member in joining]
        return all_of(said, f"The group {row.slug} has these members already.")


def _left(request: TenantRequest, group: Group, member: Member) -> str:
    leave_group(group=group, member=member, by=request.member, now=moment(request))
    return f"{member.user.name} is no longer in the group {group.slug}."
