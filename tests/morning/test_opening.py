"""Every end of an open gate owes one post-mortem, in the end's own transaction."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from audit import log
from breakglass.actions import ending, filling, post_mortems, writing
from breakglass.actions.filling import DEFAULT, fill
from breakglass.actions.records import find
from breakglass.models import Bypass, PostMortem, Revision
from tenants.actions import remove_member
from tests.cast import NOW, Cast
from tests.conftest import Approve, Ask
from tests.morning.conftest import ENDED, MINUTE, MORNING, at, documents, newest, steps

type End = Callable[[Cast, Bypass], object]
ENDS: dict[str, End] = {
    "returned": lambda acme, bypass: ending.return_bypass(bypass_id=bypass.pk, by=acme.rosa, now=ENDED),
    "revoked": lambda acme, bypass: ending.revoke(bypass_id=bypass.pk, by=acme.pete, comment="Stop.", now=ENDED),
    "expired": lambda acme, bypass: ending.note_the_clock(bypass_id=bypass.pk, now=MORNING),
}


@pytest.mark.parametrize("how", ENDS)
def test_each_end_owes_one(acme: Cast, opened: Bypass, how: str) -> None:
    ENDS[how](acme, opened)
    ENDS[how](acme, opened)
    (owed,) = PostMortem.objects.select_related("bypass")
    assert (owed.bypass.status, owed.version, owed.assignee_id) == (how, 1, acme.rosa.pk)
    assert steps(owed) == ["post-mortem.opened"]


def test_a_request_that_never_opened_owes_none(acme: Cast, ask: Ask) -> None:
    ending.withdraw(bypass_id=ask().pk, by=acme.rosa, now=ENDED)
    ending.note_the_clock(bypass_id=ask(branch="other").pk, now=MORNING)
    assert PostMortem.objects.count() == 0


@pytest.mark.parametrize("how", ENDS)
def test_when_the_append_fails_nothing_has_ended(
    acme: Cast, opened: Bypass, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = log.append

    def fail(**words: object) -> object:
        if getattr(words["data"], "kind") == "post-mortem.opened":  # noqa: B009
            raise log.LogError("The disk is full.")
        return append(**words)  # type: ignore[arg-type]

    monkeypatch.setattr(log, "append", fail)
    with pytest.raises(log.LogError):
        ENDS[how](acme, opened)
    assert (find(opened.pk).status, PostMortem.objects.count(), Revision.objects.count()) == ("active", 0, 0)
    assert [one["kind"] for one in documents(opened.pk)] == ["bypass.requested", "bypass.approved"]


def test_it_is_due_by_the_tier_from_the_end_itself(acme: Cast, opened: Bypass) -> None:
    ending.note_the_clock(bypass_id=opened.pk, now=MORNING)
    owed = post_mortems.find(opened.pk)
    assert (owed.opened_at, owed.due_at) == (at("02:23:11"), at("02:23:11") + timedelta(days=5))
    assert newest(owed) == {
        "bypass": opened.pk,
        "ended": opened.pk,
        "assignee": {"id": acme.rosa.pk, "name": "Rosa", "email": "rosa@acme.example"},
        "due_at": "2026-03-07T02:23:11Z",
        "template": 0,
        "digest": post_mortems.digest(post_mortems.text_of(owed)),
        "drill": False,
    }


def test_a_drill_owes_one_too(acme: Cast, ask: Ask, approve: Approve) -> None:
    drill = approve(ask(gate="practice", environment="production", ttl="1m"), ttl=60)
    ending.note_the_clock(bypass_id=drill.pk, now=MORNING)
    owed = post_mortems.find(drill.pk)
    assert (owed.drill, owed.due_at - owed.opened_at) == (True, timedelta(days=5))


def test_whoever_left_is_assigned_nothing(acme: Cast, opened: Bypass) -> None:
    remove_member(member=acme.rosa, by=acme.alex, now=NOW + 2 * MINUTE)
    ending.note_the_clock(bypass_id=opened.pk, now=MORNING)
    assert post_mortems.find(opened.pk).assignee == acme.alex


def test_a_pending_incident_is_to_be_linked(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask(incident_url="pending"))
    ending.return_bypass(bypass_id=bypass.pk, by=acme.rosa, now=ENDED)
    assert post_mortems.find(bypass.pk).incident_url == ""


def test_the_text_tells_the_night_with_a_link_for_each_entry(acme: Cast, owed: PostMortem) -> None:
    text = post_mortems.text_of(owed)
    entries = list(log.entries_of(str(acme.tenant.pk), about=owed.bypass_id))
    links = [f"([{one.id}](http://localhost:8000/t/acme/audit/1/{one.index}/))" for one in entries]
    timeline = text.split("### Timeline\n\n")[1].split("\n\n")[0].splitlines()
    assert [line.rsplit(" ", 1)[1] for line in timeline] == links
    assert timeline[-1].startswith("- 2 Mar 2026 02:12:11 UTC: Rosa was done and shut the gate, with 10m 59s unused (")
    assert text.splitlines()[0] == "# payments in ci: ci-checks was opened"


def test_no_field_of_the_template_is_left_over(opened: Bypass) -> None:
    assert [word for word in DEFAULT.split() if word.startswith("{") and word in fill(DEFAULT, opened)] == []


def test_braces_that_name_no_field_stay(opened: Bypass) -> None:
    assert fill("{nothing} {} {service} {{x", opened) == "{nothing} {} payments {{x"


def test_no_template_keeps_a_gate_from_being_shut(
    acme: Cast, opened: Bypass, django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    post_mortems.publish_template(source="{timeline}{checks}" * 3000, by=acme.alex, now=NOW)
    with django_assert_max_num_queries(60):
        ending.revoke(bypass_id=opened.pk, by=acme.alex, comment="", now=ENDED)
    text = post_mortems.text_of(post_mortems.find(opened.pk))
    assert (text.startswith("- 2 Mar 2026"), text.endswith("{timeline}{checks}"), len(text) < 120_000) == (True,) * 3


def test_what_the_portal_wrote_is_never_too_long_to_be_written_on(acme: Cast, opened: Bypass) -> None:
    post_mortems.publish_template(source="{timeline}" * 5000, by=acme.alex, now=NOW)
    ending.revoke(bypass_id=opened.pk, by=acme.alex, comment="", now=ENDED)
    text = post_mortems.text_of(post_mortems.find(opened.pk))
    longer = f"{text}\n\nIt was the currency."
    assert len(longer) > post_mortems.TEXT_MOST
    wrote = writing.write(bypass_id=opened.pk, by=acme.rosa, version=1, text=longer, now=ENDED)
    assert post_mortems.text_of(wrote) == longer


def test_a_long_night_is_listed_in_short(acme: Cast, opened: Bypass) -> None:
    lines = filling._listed(["x" * 999] * 50).splitlines()
    assert (len(lines), lines[-1]) == (11, "- and 40 more, on the record")


def test_what_people_typed_formats_nothing(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask(justification="# Now\n<b>*all*</b> {timeline}"))
    assert fill("{justification}", bypass) == "> \\# Now\n> \\<b\\>\\*all\\*\\</b\\> \\{timeline\\}"


def test_the_tenants_template_is_used_from_then_on(acme: Cast, opened: Bypass) -> None:
    post_mortems.publish_template(source="# {gate}", by=acme.alex, now=NOW)
    again = post_mortems.publish_template(source="# {gate}\n", by=acme.ben, now=NOW)
    ending.return_bypass(bypass_id=opened.pk, by=acme.rosa, now=ENDED)
    owed = post_mortems.find(opened.pk)
    assert (again.number, post_mortems.text_of(owed), newest(owed)["template"]) == (1, "# ci-checks", 1)


def test_the_database_keeps_it_to_one(acme: Cast, owed: PostMortem) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        PostMortem.objects.create(
            bypass=owed.bypass, assignee=acme.rosa, drill=False, opened_at=NOW, due_at=NOW + MINUTE
        )
