"""The pages of what takes two: who sees them, who may press what, and that nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from breakglass.actions.proposing import consent
from breakglass.models import PolicyVersion, Proposal, ProposalState
from tenants import actions as tenancy
from tenants import context
from tenants.models import GroupMembership, Member
from tenants.roles import Role
from tests.cast import NOW, Cast
from tests.clock import stop
from tests.pages.conftest import Get, Post, get, path, post
from tests.pages.reading import Page
from tests.proposals.conftest import POLICY, PUBLISH, join, proposed

__all__ = ["get", "post"]

NEW = path("settings/policy/new")
SIX_DAYS = POLICY.replace("5d", "6d")
ALIAS = "line 1: anchors and aliases are not read here; write the value out, in quotes if it begins with * or &"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    stop(monkeypatch, NOW + timedelta(minutes=5))


def at(proposal: Proposal, act: str = "") -> str:
    """The page of a proposal, or one of its forms."""
    return path(f"settings/proposals/{proposal.pk}/{act}")


def publishes(acme: Cast) -> list[str]:
    """The sources of the versions, oldest first."""
    with context.entered(acme.tenant):
        return list(PolicyVersion.objects.order_by("number").values_list("source", flat=True))


def test_a_policy_goes_from_the_form_to_the_other_admins_consent(running: Cast, get: Get, post: Post) -> None:
    form = get("alex", NEW)
    assert form.value("source") == publishes(running)[0].replace("\r", "")
    sent = post("alex", NEW, source=SIX_DAYS.replace("\n", "\r\n"), propose="1").answer
    waiting = Proposal.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, at(waiting))
    mine, bens = get("alex", at(waiting)), get("ben", at(waiting))
    assert mine.refusal("Consent") == "You proposed this yourself: another admin has to consent to it."
    assert mine.refusal("Refuse") == "You proposed this yourself: withdraw it instead."
    assert [button.label for button in bens.buttons if button.label in {"Consent", "Refuse", "Withdraw"}] == [
        "Consent",
        "Refuse",
    ]
    assert "- post_mortem: {due: 5d} + post_mortem: {due: 6d}" in bens.text
    assert post("ben", at(waiting, "consent/")).answer.status_code == 302
    assert publishes(running)[1:] == [SIX_DAYS]
    settings = get("rosa", path("settings/"))
    assert "by Alex, consented to by Ben" in settings.text


def test_check_shows_the_difference_and_proposes_nothing(running: Cast, post: Post) -> None:
    page = post("alex", NEW, source=SIX_DAYS, check="1")
    assert (page.answer.status_code, page.value("source")) == (200, SIX_DAYS)
    assert "+ post_mortem: {due: 6d}" in page.by_id["difference"] + page.text
    assert not Proposal.objects.exists()


def test_a_file_is_read_instead_of_the_text(running: Cast, post: Post) -> None:
    file = SimpleUploadedFile("policy.yaml", b"\xef\xbb\xbf" + SIX_DAYS.encode())
    post("alex", NEW, source="nonsense", file=file, propose="1")
    assert Proposal.objects.get().payload == {"source": SIX_DAYS}


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("", "the document is empty; start it with `version: 1`"),
        ("a: &a [*a]", ALIAS),
        ("a: !!python/object/apply:os.system [id]", "line 1: tags are not read here; take out what begins with !"),
        ("version: 1\x00", "the document holds a character that YAML does not allow; take it out"),
        ("#" * 300_000, "the document is larger than 256 KiB; shorten it"),
        (POLICY + "version: 1\n", "version is given twice; keep one of them"),
        (POLICY.replace("security-duty", "security-dut"), "did you mean 'security-duty'?"),
        ("[" * 5000, "the document nests deeper than 20 levels"),
    ],
)
@pytest.mark.parametrize("button", ["check", "propose"])
def test_a_bad_policy_is_a_sentence_and_stays_typed(
    running: Cast, post: Post, source: str, says: str, button: str
) -> None:
    page = post("alex", NEW, source=source, **{button: "1"})
    assert (page.answer.status_code, says in page.text) == (400, True)
    assert page.value("source") == source
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfe\x00", "the document is not UTF-8; save it as UTF-8"),
        (b"#" * (5 * 1024 * 1024), "the document is larger than 256 KiB; shorten it"),
    ],
)
def test_a_bad_file_is_a_sentence(running: Cast, post: Post, content: bytes, says: str) -> None:
    page = post("alex", NEW, source="", file=SimpleUploadedFile("policy.yaml", content), propose="1")
    assert (page.answer.status_code, says in page.text) == (400, True)


def test_five_megabytes_of_text_are_too_large(running: Cast, post: Post) -> None:
    page = post("alex", NEW, source="#" * (5 * 1024 * 1024))
    assert (page.answer.status_code, "This is more than a form may hold" in page.text) == (413, True)


def test_the_policy_in_force_is_not_proposed_again(running: Cast, post: Post) -> None:
    page = post("alex", NEW, source=publishes(running)[0], propose="1")
    assert (
        page.answer.status_code,
        "It is in force already, as version 1: change a line of it, or leave it as it is." in page.text,
    ) == (409, True)


def test_the_same_form_twice_is_one_proposal(running: Cast, post: Post) -> None:
    sent = [post("alex", NEW, source=SIX_DAYS, propose="1").answer["Location"] for _ in range(2)]
    assert sent == [at(Proposal.objects.get())] * 2


def test_only_admins_open_the_forms(running: Cast, get: Get, post: Post) -> None:
    for address in (NEW, path("settings/people/new"), path("gates/new"), path("gates/ci-checks/tokens/")):
        assert [get(who, address).answer.status_code for who in ("rosa", "olga", "alex")] == [403, 403, 200]
        assert post("rosa", address).answer.status_code == 403


def test_every_member_reads_and_only_another_admin_decides(running: Cast, get: Get, post: Post) -> None:
    waiting = proposed(join(running.sam), running.alex)
    page = get("rosa", at(waiting))
    assert page.refusal("Consent").startswith("Only admins consent to a change")
    answers = {
        act: post("rosa", at(waiting, f"{act}/")).answer.status_code for act in ("consent", "refuse", "withdraw")
    }
    assert answers == dict.fromkeys(("consent", "refuse", "withdraw"), 403)
    assert post("alex", at(waiting, "consent/")).answer.status_code == 403
    assert Proposal.objects.get().state == ProposalState.OPEN


def test_another_tenant_sees_nothing_of_it(running: Cast, globex: Cast) -> None:
    waiting = proposed(join(running.sam), running.alex)
    stranger = globex.client("gwen")
    for act in ("", "consent/", "refuse/", "withdraw/"):
        assert stranger.post(at(waiting, act)).status_code == 404
        there = f"/t/globex/settings/proposals/{waiting.pk}/{act}"
        assert stranger.post(there).status_code == (405 if act == "" else 404)
    assert stranger.get(f"/t/globex/settings/proposals/{waiting.pk}/").status_code == 404
    assert stranger.get("/t/globex/settings/policy/1/", {"against": "7"}).status_code == 404


def test_what_is_decided_says_so(running: Cast, get: Get, post: Post) -> None:
    waiting = proposed(join(running.sam), running.alex)
    assert post("ben", at(waiting, "refuse/"), comment="Sam is <b>new</b>.").answer.status_code == 302
    page = post("alex", at(waiting, "withdraw/"))
    assert (page.answer.status_code, "This was refused before" in page.text) == (409, True)
    shown = get("alex", at(waiting))
    assert ("Sam is <b>new</b>." in shown.text, [b.label for b in shown.buttons if b.label == "Consent"]) == (True, [])


def test_a_refused_refusal_keeps_the_comment(running: Cast, post: Post) -> None:
    waiting = proposed(join(running.sam), running.alex)
    page = post("ben", at(waiting, "refuse/"), comment="x" * 3000)
    assert (page.answer.status_code, page.value("comment")) == (400, "x" * 3000)


def test_two_versions_are_compared(running: Cast, get: Get) -> None:
    for source in (POLICY, SIX_DAYS):
        waiting = proposed(type(PUBLISH)(source=source), running.alex)
        consent(proposal_id=waiting.pk, by=running.ben, now=NOW)
    assert "All of it is new" in get("rosa", path("settings/policy/1/")).text
    assert "What changed since version 2" in get("rosa", path("settings/policy/3/")).text
    page = get("rosa", path("settings/policy/3/"), against="1")
    assert ("What changed since version 1" in page.text, page.value("against")) == (True, "1")
    for wrong in ("7", "x", "-1", "9" * 50, "²"):
        assert get("rosa", path("settings/policy/3/"), against=wrong).answer.status_code == 404


def test_whoever_has_to_consent_finds_it_on_the_first_page(running: Cast, get: Get) -> None:
    proposed(join(running.sam), running.alex)
    found = {who: "Waiting for my consent" in get(who, path()).text for who in ("alex", "ben", "rosa")}
    assert found == {"alex": False, "ben": True, "rosa": False}


def test_a_lone_admins_page_says_when(alone: Cast, get: Get) -> None:
    assert "every member is told what you propose, and it is in force after a day" in get("alex", NEW).text
    waiting = proposed(join(alone.sam), alone.alex)
    page = get("rosa", at(waiting))
    assert "It is carried out at 3 Mar 2026 02:07:11 UTC unless it is withdrawn or refused." in page.text


@pytest.mark.parametrize(("waiting", "decided"), [(1, 1), (3, 3)])
def test_the_list_asks_the_same_number_of_questions(
    running: Cast, get: Get, django_assert_num_queries: Any, waiting: int, decided: int
) -> None:
    others = [running.sam, running.lee, running.dana, running.rosa, running.pete, running.olga]
    made = [proposed(join(member), running.alex) for member in others[: waiting + decided]]
    for one in made[:decided]:
        consent(proposal_id=one.pk, by=running.ben, now=NOW)
    client = running.client("rosa")
    with django_assert_num_queries(LIST_QUERIES):
        Page(client.get(path("settings/proposals/")))


LIST_QUERIES = 8


def test_inviting_proposes_once_the_tenant_is_at_work(running: Cast, post: Post) -> None:
    sent = post("alex", path("settings/people/new"), email=" Nina@Acme.example ", name="Nina", role=["requester"])
    assert sent.answer["Location"] == at(Proposal.objects.get())
    assert Proposal.objects.get().payload == {"email": "nina@acme.example", "name": "Nina", "roles": ["requester"]}


def test_a_bad_invitation_is_kept_and_says_what_is_wrong(acme: Cast, post: Post) -> None:
    page = post("alex", path("settings/people/new"), email="nobody", name="N" * 200, role=["king"])
    assert (page.answer.status_code, page.value("email"), page.wrong) == (400, "nobody", {"email", "name"})


def test_in_the_first_set_up_an_invitation_is_a_member_at_once(acme: Cast, get: Get, post: Post) -> None:
    sent = post("alex", path("settings/people/new"), email="nina@acme.example", name="Nina", role=["requester"])
    assert sent.answer["Location"] == path()
    assert Member.objects.filter(user__email="nina@acme.example", left_at=None).exists()


def test_a_role_in_a_group_is_not_given_by_the_proposal_alone(running: Cast, post: Post) -> None:
    waiting = proposed(join(running.sam), running.alex)
    tenancy.revoke_role(member=running.ben, role=Role.ADMIN, by=None, now=NOW)
    assert post("ben", at(waiting, "consent/")).answer.status_code == 403
    assert not GroupMembership.objects.filter(group__slug="sre-leads", member=running.sam).exists()
