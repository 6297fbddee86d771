"""What people do to a post-mortem: no text is lost, each step is an entry, and nobody signs off their own words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from audit import log
from breakglass.actions import findings, post_mortems, signing_off, writing
from breakglass.actions.writing import EDITED, Edited
from breakglass.errors import BadInput, Forbidden, NotFound, WrongState
from breakglass.models import ActionItem, Finding, Message, PostMortem, Revision, RuleVerdict
from tenants.models import Member
from tests.cast import Cast
from tests.morning.conftest import MINUTE, MORNING, TEXT, newest, steps

RULE = "no-known-exploited-critical"
type Act = Callable[[Cast, PostMortem, Member], object]


def by(owed: PostMortem, who: Member) -> dict[str, Any]:
    """What every act is told."""
    return {"bypass_id": owed.bypass_id, "by": who, "now": MORNING}


ACTS: dict[str, Act] = {
    "post-mortem.written": lambda acme, owed, who: writing.write(version=2, text="Another text.", **by(owed, who)),
    "post-mortem.judged": lambda acme, owed, who: writing.judge(
        rule=RULE, verdict="right", comment="Well caught.", **by(owed, who)
    ),
    "post-mortem.action-added": lambda acme, owed, who: writing.add_action(
        text="Check it.", owner=acme.pete.pk, url="https://tickets.example/1", **by(owed, who)
    ),
    "post-mortem.assigned": lambda acme, owed, who: writing.assign(to=acme.pete.pk, **by(owed, who)),
}


@pytest.mark.parametrize("kind", ACTS)
def test_each_act_is_one_entry_however_often_it_is_sent(acme: Cast, written: PostMortem, kind: str) -> None:
    before = len(steps(written))
    ACTS[kind](acme, written, acme.ada)
    ACTS[kind](acme, written, acme.ada)
    assert steps(written)[before:] == [kind]


@pytest.mark.parametrize("kind", ACTS)
def test_auditors_only_read(acme: Cast, written: PostMortem, kind: str) -> None:
    with pytest.raises(Forbidden) as refused:
        ACTS[kind](acme, written, acme.olga)
    assert refused.value.sentence == "Auditors read post-mortems: requesters, approvers and admins write them."


@pytest.mark.parametrize("kind", ACTS)
def test_when_the_append_fails_nothing_is_written(
    acme: Cast, written: PostMortem, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**words: object) -> object:
        raise log.LogError("The disk is full.")

    before = everything()
    monkeypatch.setattr(log, "append", fail)
    with pytest.raises(log.LogError):
        ACTS[kind](acme, written, acme.ada)
    assert everything() == before


@pytest.mark.parametrize("kind", ACTS)
def test_nothing_changes_after_the_sign_off(acme: Cast, written: PostMortem, kind: str) -> None:
    signing_off.sign_off(version=2, **by(written, acme.pete))
    with pytest.raises(WrongState) as refused:
        ACTS[kind](acme, written, acme.ada)
    assert refused.value.sentence == "The post-mortem of this incident is signed off, and stays as it is."


def everything() -> list[list[dict[str, Any]]]:
    models: tuple[Any, ...] = (PostMortem, Revision, RuleVerdict, ActionItem, Message, Finding)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_two_who_edit_lose_nothing(acme: Cast, written: PostMortem) -> None:
    writing.write(version=2, text="Ada's.", **by(written, acme.ada))
    with pytest.raises(Edited) as refused:
        writing.write(version=2, text="Pete's.", **by(written, acme.pete))
    assert (refused.value.sentence, refused.value.status) == (EDITED, 409)
    texts = Revision.objects.filter(post_mortem=written).order_by("number").values_list("text", "by_id")[1:]
    assert list(texts) == [(TEXT, acme.rosa.pk), ("Ada's.", acme.ada.pk)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (" \n", "Write the post-mortem: an empty one says nothing."),
        ("x" * 60_001, "This is 60,001 characters long: keep it to 60,000 and link to the rest."),
        ("a\0b", "This has a control character in it: remove it, or type the text again."),
    ],
)
def test_a_text_that_can_not_be_kept(acme: Cast, written: PostMortem, text: str, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        writing.write(version=2, text=text, **by(written, acme.rosa))
    assert refused.value.fields == {"text": (sentence,)}


def test_a_verdict_is_about_a_skipped_rule(acme: Cast, written: PostMortem) -> None:
    with pytest.raises(BadInput) as refused:
        writing.judge(rule="another", verdict="right", comment="", **by(written, acme.rosa))
    assert list(refused.value.fields) == ["rule"]
    with pytest.raises(BadInput) as refused:
        writing.judge(rule=RULE, verdict="fine", comment="", **by(written, acme.rosa))
    assert list(refused.value.fields) == ["verdict"]


@pytest.mark.parametrize(
    ("changed", "field"), [({"text": " "}, "action"), ({"owner": 0}, "owner"), ({"url": "javascript:x"}, "url")]
)
def test_an_action_is_whole(acme: Cast, written: PostMortem, changed: dict[str, Any], field: str) -> None:
    words: dict[str, Any] = {"text": "Check it.", "owner": acme.pete.pk, "url": "", **changed}
    with pytest.raises(BadInput) as refused:
        writing.add_action(**words, **by(written, acme.rosa))
    assert list(refused.value.fields) == [field]


def test_an_action_is_done_once_and_after_the_sign_off_too(acme: Cast, written: PostMortem) -> None:
    ACTS["post-mortem.action-added"](acme, written, acme.rosa)
    signing_off.sign_off(version=2, **by(written, acme.pete))
    item = ActionItem.objects.get()
    for _ in range(2):
        writing.finish_action(action_id=item.pk, **by(written, acme.pete))
    item.refresh_from_db()
    assert (item.done_at, item.done_by_id, steps(written)[-1]) == (MORNING, acme.pete.pk, "post-mortem.action-done")
    with pytest.raises(NotFound):
        writing.finish_action(action_id=item.pk + 1, **by(written, acme.pete))


def test_the_incident_is_linked_once(acme: Cast, written: PostMortem) -> None:
    PostMortem.objects.filter(pk=written.pk).update(incident_url="")
    with pytest.raises(WrongState) as refused:
        signing_off.sign_off(version=2, **by(written, acme.pete))
    assert refused.value.sentence == "This can't be signed off yet. What is missing: the incident link."
    for url in ("", "javascript:x"):
        with pytest.raises(BadInput):
            writing.link_incident(url=url, **by(written, acme.rosa))
    writing.link_incident(url="https://incidents.example/1", **by(written, acme.rosa))
    with pytest.raises(WrongState):
        writing.link_incident(url="https://incidents.example/2", **by(written, acme.rosa))
    assert newest(written) == {"bypass": written.bypass_id, "incident_url": "https://incidents.example/1"}


def test_a_new_assignee_is_told(acme: Cast, written: PostMortem) -> None:
    ACTS["post-mortem.assigned"](acme, written, acme.rosa)
    told = Message.objects.filter(member=acme.pete, kind__in=["owed", "due_soon", "late"]).order_by("not_before")
    assert list(told.values_list("kind", "not_before")) == [
        ("owed", MORNING),
        ("due_soon", written.due_at.replace(day=written.due_at.day - 1)),
        ("late", written.due_at),
    ]


@pytest.mark.parametrize("name", ["pete", "ada", "alex"])
def test_somebody_else_signs_it_off(acme: Cast, written: PostMortem, name: str) -> None:
    for _ in range(2):
        signing_off.sign_off(version=2, **by(written, getattr(acme, name)))
    assert newest(written) == {
        "bypass": written.bypass_id,
        "version": 2,
        "digest": post_mortems.digest(TEXT),
        "text": TEXT,
        "writers": [{"id": acme.rosa.pk, "name": "Rosa", "email": "rosa@acme.example"}],
        "verdicts": [{"rule": RULE, "verdict": "too_strict"}],
        "incident_url": "https://incidents.acme.example/4711",
        "late": False,
    }
    assert steps(written).count("post-mortem.signed-off") == 1


def test_no_writer_signs_it_off(acme: Cast, written: PostMortem) -> None:
    with pytest.raises(Forbidden) as refused:
        signing_off.sign_off(version=2, **by(written, acme.rosa))
    assert refused.value.sentence == "You wrote some of this post-mortem: somebody else has to sign it off."
    with pytest.raises(IntegrityError, match="Nobody signs off a post-mortem that they wrote"), transaction.atomic():
        PostMortem.objects.filter(pk=written.pk).update(signed_off_at=MORNING, signed_off_by=acme.rosa)


def test_what_was_seen_is_what_is_signed_off(acme: Cast, written: PostMortem) -> None:
    writing.write(version=2, text="Ada's.", **by(written, acme.ada))
    with pytest.raises(WrongState) as refused:
        signing_off.sign_off(version=2, **by(written, acme.pete))
    assert refused.value.field == "version"


def test_an_unwritten_one_is_not_signed_off(acme: Cast, owed: PostMortem) -> None:
    with pytest.raises(WrongState) as refused:
        signing_off.sign_off(version=1, **by(owed, acme.pete))
    assert refused.value.sentence == (
        f"This can't be signed off yet. What is missing: a text that somebody wrote, a verdict on {RULE}."
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": 1}, "A text's versions only go up."),
        (
            {"due_at": MORNING},
            "opened_at, due_at of breakglass_postmortem never change.",
        ),
    ],
)
def test_the_database_keeps_what_was_promised(
    acme: Cast, written: PostMortem, change: dict[str, Any], said: str
) -> None:
    with pytest.raises(IntegrityError, match=said), transaction.atomic():
        PostMortem.objects.filter(pk=written.pk).update(**change)


def test_the_database_keeps_what_is_signed_off(acme: Cast, written: PostMortem) -> None:
    signing_off.sign_off(version=2, **by(written, acme.pete))
    acts: list[Callable[[], object]] = [
        lambda: PostMortem.objects.filter(pk=written.pk).update(signed_off_at=None, signed_off_by=None),
        lambda: Revision.objects.create(post_mortem=written, number=3, text="x", by=acme.rosa, at=MORNING),
        lambda: Revision.objects.filter(post_mortem=written).update(text="x"),
        lambda: RuleVerdict.objects.filter(post_mortem=written).update(verdict="right"),
        lambda: Revision.objects.filter(post_mortem=written).delete(),
    ]
    for act in acts:
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


def test_a_late_one_is_a_finding_until_it_is_signed_off(acme: Cast, written: PostMortem) -> None:
    due = written.due_at
    assert findings.late_post_mortems(due - MINUTE) == []
    assert findings.late_post_mortems(due) == [written.pk]
    found = findings.note_late(post_mortem_id=written.pk, now=due)
    assert found is not None
    assert (found.owner, found.bypass, findings.late_post_mortems(due)) == (acme.rosa, written.bypass, [])
    signing_off.sign_off(bypass_id=written.bypass_id, by=acme.pete, version=2, now=due)
    found.refresh_from_db()
    assert (found.closed_at, newest(written)["late"]) == (due, True)
