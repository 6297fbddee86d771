"""Members, roles and groups in the admin: what widens waits for another admin's consent, what narrows is done."""

from __future__ import annotations

from typing import Any

import pytest

from breakglass.actions import proposing
from breakglass.models import Proposal
from tenants import context
from tenants.models import Group, GroupMembership, Member, RoleGrant
from tests.admin.conftest import DURING, Browser
from tests.admin.test_acts import ALEX, only, said
from tests.cast import Cast
from tests.pages.reading import Page
from tests.tenancy.planted import Planted

GROUPS, MEMBERS = "tenants/group/", "tenants/member/"
WAITS = "it waits for another admin's consent: Settings."

pytestmark = pytest.mark.usefixtures("planted")


def waiting(alex: Browser) -> list[str]:
    """What was proposed in the admin and waits for consent."""
    with context.entered(alex.cast.tenant):
        return [one.change.says for one in Proposal.objects.filter(state="open", proposed_at=DURING).order_by("pk")]


def roles(alex: Browser, who: str) -> set[str]:
    """What somebody holds."""
    with context.entered(alex.cast.tenant):
        held = RoleGrant.objects.filter(member=getattr(alex.cast, who), until=None)
        return set(held.values_list("role", flat=True))


def within(alex: Browser, group: str) -> set[str]:
    """Who is in a group."""
    with context.entered(alex.cast.tenant):
        now = GroupMembership.objects.filter(group__slug=group, until=None)
        return set(now.values_list("member__user__name", flat=True))


def of(alex: Browser, who: str) -> str:
    """The page of a member."""
    return f"{MEMBERS}{getattr(alex.cast, who).pk}/change/"


def group(alex: Browser, slug: str = "sre-leads") -> str:
    """The page of a group."""
    return f"{GROUPS}{only(alex, Group, slug=slug).pk}/change/"


def ids(alex: Browser, *names: str) -> list[int]:
    """The ids of some members."""
    return [getattr(alex.cast, name).pk for name in names]


def test_an_invitation_waits_for_consent(alex: Browser) -> None:
    answer = alex.post(f"{MEMBERS}add/", email=" Nina@Acme.example ", name="Nina", roles=["approver"])
    assert f"Add Nina (nina@acme.example) as approver: {WAITS}" in said(alex, answer)
    assert waiting(alex) == ["add Nina (nina@acme.example) as approver"]
    assert alex.written("change.proposed")[-1][0] == ALEX
    with context.entered(alex.cast.tenant):
        proposal = Proposal.objects.get(proposed_at=DURING)
        assert not Member.objects.filter(user__email="nina@acme.example").exists()
        proposing.consent(proposal_id=proposal.pk, by=alex.cast.ben, now=DURING)
    assert roles(alex, "nina") == {"approver"}


def test_the_message_leads_to_the_proposal(alex: Browser) -> None:
    answer = alex.post(of(alex, "ada"), roles=["approver", "auditor"])
    with context.entered(alex.cast.tenant):
        number = Proposal.objects.get(proposed_at=DURING).pk
    page = alex.get(answer.headers["Location"].removeprefix(alex.base))
    assert any(link.startswith("/t/acme/settings/") and str(number) in link for link in page.links)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"email": "nobody"}, "Write one e-mail address, as in alex@acme.example."),
        ({"email": "rosa@acme.example"}, "rosa@acme.example is a member already."),
        ({"name": ""}, "This field is required."),
        ({"roles": "owner"}, "owner is not one of the available choices."),
    ],
)
def test_an_invitation_that_is_refused_is_still_typed(changed: dict[str, str], sentence: str, alex: Browser) -> None:
    sent = {"email": "nina@acme.example", "name": "Nina", "roles": "approver"} | changed
    before = alex.size()
    page = Page(alex.post(f"{MEMBERS}add/", **sent))
    assert (page.answer.status_code in {400, 409}, sentence in page.text) == (True, True)
    assert (page.value("email"), page.value("name"), alex.size()) == (sent["email"], sent["name"], before)


def test_a_role_more_waits_and_a_role_less_is_taken(alex: Browser) -> None:
    text = said(alex, alex.post(of(alex, "ada"), roles=["requester"]))
    assert f"Give Ada (ada@acme.example) the role requester: {WAITS}" in text
    assert "Take the role approver from Ada (ada@acme.example): done." in text
    assert (roles(alex, "ada"), waiting(alex)) == (set(), ["give Ada (ada@acme.example) the role requester"])
    words = {"id": alex.cast.ada.pk, "name": "Ada", "email": "ada@acme.example"}
    assert alex.written("role.revoked") == [(ALEX, {"member": words, "role": "approver"})]


def test_the_same_roles_again_are_nothing(alex: Browser) -> None:
    before = alex.size()
    assert "Ada has these roles already." in said(alex, alex.post(of(alex, "ada"), roles=["approver"]))
    assert (alex.size(), waiting(alex)) == (before, [])


def test_taking_an_admins_role_waits(alex: Browser) -> None:
    said(alex, alex.post(of(alex, "ben"), roles=[]))
    assert (roles(alex, "ben"), waiting(alex)) == ({"admin"}, ["take the role admin from Ben (ben@acme.example)"])


def test_a_member_is_removed_and_an_admin_waits(alex: Browser) -> None:
    text = said(alex, alex.post(MEMBERS, action="remove", _selected_action=ids(alex, "sam", "ben")))
    assert ("Remove Sam (sam@acme.example): done." in text, WAITS in text) == (True, True)
    assert waiting(alex) == ["remove Ben (ben@acme.example)"]
    assert (alex.cast.sam.left_at, alex.cast.ben.left_at) == (DURING, None)
    assert alex.get(of(alex, "sam")).answer.status_code == 200
    assert alex.post(of(alex, "sam"), roles=["approver"]).status_code == 403


def test_the_only_admin_is_not_removed(alex: Browser) -> None:
    globex = Browser(Cast("globex"), "gwen")
    answer = globex.post(MEMBERS, action="remove", _selected_action=ids(globex, "gwen"))
    assert "is the only admin: make somebody else an admin first." in said(globex, answer)
    page = Page(globex.post(of(globex, "gwen"), roles=["auditor"]))
    assert (page.answer.status_code, page.fields["roles"]) == (409, ["auditor"])
    assert (roles(globex, "gwen"), waiting(globex)) == ({"admin", "approver"}, [])


def test_a_group_waits_for_consent(alex: Browser) -> None:
    answer = alex.post(f"{GROUPS}add/", slug="cto", name="CTO", members=ids(alex, "ada", "sam"))
    assert WAITS in said(alex, answer)
    assert waiting(alex) == ["make the group cto with Ada (ada@acme.example), Sam (sam@acme.example)"]


@pytest.mark.parametrize(
    ("slug", "sentence"),
    [
        ("sre-leads", "There is a group sre-leads already: choose another slug."),
        ("peers", "In a policy the word peers means everybody else who may request: give the group another slug."),
        ("C T O", "Use 2 to 40 lower-case letters, digits and dashes."),
    ],
)
def test_a_group_that_is_refused_is_still_typed(slug: str, sentence: str, alex: Browser) -> None:
    sent: dict[str, Any] = {"slug": slug, "name": "CTO", "members": ids(alex, "ada")}
    page = Page(alex.post(f"{GROUPS}add/", **sent))
    assert (page.answer.status_code, sentence in page.text, waiting(alex)) == (400, True, [])
    assert (page.value("slug"), page.fields["members"]) == (slug, [str(alex.cast.ada.pk)])


def test_joining_waits_and_leaving_is_done(alex: Browser) -> None:
    assert within(alex, "sre-leads") == {"Ada"}
    text = said(alex, alex.post(group(alex), members=ids(alex, "sam")))
    assert "Ada is no longer in the group sre-leads." in text
    assert f"Put Sam (sam@acme.example) in the group sre-leads: {WAITS}" in text
    assert (within(alex, "sre-leads"), len(alex.written("group.left"))) == (set(), 1)
    assert waiting(alex) == ["put Sam (sam@acme.example) in the group sre-leads"]


def test_another_tenants_member_joins_no_group(alex: Browser) -> None:
    before = alex.size()
    for address in (group(alex), f"{GROUPS}add/"):
        sent = {"slug": "cto", "name": "CTO", "members": [Cast("globex").gwen.pk]}
        page = Page(alex.post(address, **sent))
        assert (page.answer.status_code, "is not one of the available choices" in page.text) == (400, True)
    assert (alex.size(), waiting(alex), within(alex, "sre-leads")) == (before, [], {"Ada"})


def test_another_tenants_member_is_not_removed(alex: Browser) -> None:
    alex.post(MEMBERS, action="remove", _selected_action=[Cast("globex").hugo.pk])
    assert Cast("globex").hugo.left_at is None


def test_no_account_of_another_tenant_is_found(alex: Browser, theirs: Planted) -> None:
    for query in ("globex", "gwen", "rosa@globex.example"):
        assert "0 member" in alex.get(MEMBERS, q=query).text
