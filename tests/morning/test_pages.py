"""The pages of the morning, over HTTP: what they show, what they send, and that a refusal loses nothing."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client

from breakglass.actions import ending, post_mortems, signing_off, writing
from breakglass.models import Bypass, Message, PostMortem
from breakglass.notify import delivery, letters
from tests.cast import NOW, Cast
from tests.clock import Clock, stop
from tests.conftest import Approve, Ask
from tests.morning.conftest import ENDED, MORNING, TEXT
from tests.pages.reading import Page

RULE = "no-known-exploited-critical"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stop(monkeypatch, MORNING)


def path(owed: PostMortem, act: str = "") -> str:
    return f"/t/acme/post-mortems/{owed.bypass_id}/{act}"


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(re.sub(r"</?time[^>]*>", "", answer.content.decode()).split())


def test_the_whole_morning(acme: Cast, owed: PostMortem) -> None:
    rosa, pete = acme.client("rosa"), acme.client("pete")
    sent = [
        rosa.post(path(owed, "write/"), {"version": "1", "text": TEXT}),
        rosa.post(path(owed, "judge/"), {"rule": RULE, "verdict": "right", "comment": ""}),
        rosa.post(path(owed, "add-action/"), {"action": "Check it.", "owner": acme.pete.pk, "url": ""}),
        rosa.post(path(owed, "assign/"), {"assignee": acme.pete.pk}),
        pete.post(path(owed, "sign-off/"), {"version": "2"}),
    ]
    assert [(answer.status_code, answer.headers.get("Location")) for answer in sent] == [(302, path(owed))] * 5
    item = post_mortems.find(owed.bypass_id).actions.get()
    assert pete.post(path(owed, "finish-action/"), {"item": item.pk}).status_code == 302
    page = text_of(rosa, path(owed))
    assert "Signed off by Pete, 2 Mar 2026 09:07:11 UTC." in page
    assert ("<h3>What happened</h3>" in page, "Save as version" in page) == (True, False)


def test_an_edit_that_was_overtaken_shows_both_texts(acme: Cast, written: PostMortem) -> None:
    writing.write(bypass_id=written.bypass_id, by=acme.ada, version=2, text="Ada's <b>text</b>.", now=MORNING)
    answer = acme.client("pete").post(path(written, "write/"), {"version": "2", "text": "Pete's <i>text</i>."})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Ada&#x27;s &lt;b&gt;text&lt;/b&gt;." in page
    assert "Pete&#x27;s &lt;i&gt;text&lt;/i&gt;.</textarea>" in page
    again = acme.client("pete").post(path(written, "write/"), {"version": "3", "text": "Both."})
    assert again.status_code == 302


@pytest.mark.parametrize(
    ("act", "sent", "status"),
    [
        ("write/", {"version": "x", "text": "Kept?"}, 409),
        ("write/", {"version": "2", "text": ""}, 400),
        ("judge/", {"rule": "no-such", "verdict": "right"}, 400),
        ("judge/", {}, 400),
        ("add-action/", {"action": "Kept?", "owner": "9" * 30}, 400),
        ("finish-action/", {"item": "1"}, 404),
        ("link-incident/", {"incident_url": "https://incidents.example/2"}, 409),
        ("assign/", {"assignee": ""}, 400),
        ("sign-off/", {"version": "2"}, 403),
    ],
)
def test_a_refused_form_says_why_and_keeps_what_was_typed(
    acme: Cast, written: PostMortem, act: str, sent: dict[str, str], status: int
) -> None:
    answer = acme.client("rosa").post(path(written, act), sent)
    page = answer.content.decode()
    assert (answer.status_code, "Nothing was changed" in page) == (status, True)
    assert page.count("Kept?") == ("Kept?" in sent.values())


@pytest.mark.parametrize(
    ("act", "sent", "field"),
    [("add-action/", {"action": "", "owner": "", "url": ""}, "owner"), ("assign/", {"assignee": ""}, "assignee")],
)
def test_a_refused_form_stays_open_and_says_it_at_the_field(
    acme: Cast, owed: PostMortem, act: str, sent: dict[str, str], field: str
) -> None:
    page = Page(acme.client("rosa").post(path(owed, act), sent))
    assert (page.answer.status_code, page.by_id[f"{field}-problem"]) == (400, "Choose a member of this tenant.")
    assert page.answer.content.count(b'class="write" open') == 1


def test_an_empty_text_stays_open_to_be_written(acme: Cast, owed: PostMortem) -> None:
    answer = acme.client("rosa").post(path(owed, "write/"), {"version": "1", "text": ""})
    assert (answer.status_code, answer.content.count(b'class="card write" open')) == (400, 1)


def test_an_old_version_can_be_read(acme: Cast, written: PostMortem) -> None:
    rosa = acme.client("rosa")
    assert "ci-checks was opened</h3>" in text_of(rosa, path(written) + "?version=1")
    for wanted in ("2", "99", "x", "-1", "9" * 40):
        assert "<h3>What happened</h3>" in text_of(rosa, path(written) + f"?version={wanted}")


def test_hostile_text_does_not_act(acme: Cast, written: PostMortem) -> None:
    text = "<script>alert(1)</script>\n\n[x](javascript:alert(1))\n\n</section><img src=x onerror=alert(1)>"
    writing.write(bypass_id=written.bypass_id, by=acme.ada, version=2, text=text, now=MORNING)
    page = text_of(acme.client("rosa"), path(written))
    assert ("<script>alert" in page, 'href="javascript' in page, "<img" in page, "style=" in page) == (False,) * 4


def test_any_record_of_the_chain_leads_to_its_post_mortem(acme: Cast, owed: PostMortem) -> None:
    rosa = acme.client("rosa")
    assert f'href="{path(owed)}"' in text_of(rosa, f"/t/acme/bypasses/{owed.bypass_id}/")
    assert rosa.get("/t/acme/post-mortems/bg_00000000000000000000/").status_code == 404


def test_lists_by_state(acme: Cast, written: PostMortem, clock: Clock) -> None:
    link = f'href="{path(written)}"'

    def seen() -> list[bool]:
        rosa = acme.client("rosa")  # a session lasts twelve hours
        return [link in text_of(rosa, f"/t/acme/post-mortems/?show={show}") for show in ("open", "overdue", "done")]

    assert (seen(), link in text_of(acme.client("rosa"), "/t/acme/")) == ([True, False, False], True)
    clock.now = written.due_at
    assert (seen(), link in text_of(acme.client("pete"), "/t/acme/")) == ([True, True, False], True)
    signing_off.sign_off(bypass_id=written.bypass_id, by=acme.pete, version=2, now=MORNING)
    assert (seen(), link in text_of(acme.client("rosa"), "/t/acme/")) == ([False, False, True], False)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_database_as_often_for_three(
    acme: Cast, ask: Ask, approve: Approve, rows: int, django_assert_num_queries: object
) -> None:
    for number in range(rows):
        bypass = approve(ask(branch=f"b-{number}"))
        ending.return_bypass(bypass_id=bypass.pk, by=acme.rosa, now=ENDED)
    client = acme.client("rosa")
    with django_assert_num_queries(7):  # type: ignore[operator]
        page = text_of(client, "/t/acme/post-mortems/")
    assert page.count('class="row"') == rows


def test_admins_publish_the_template(acme: Cast) -> None:
    address = "/t/acme/post-mortems/template"
    assert "{timeline}</textarea>" not in text_of(acme.client("rosa"), address)
    assert acme.client("rosa").post(address, {"source": "# {gate}"}).status_code == 403
    assert acme.client("alex").post(address, {"source": "# {gate}"}).status_code == 302
    assert "Version 1, published" in text_of(acme.client("rosa"), address)


def test_more_time_is_one_tap(acme: Cast, opened: Bypass, clock: Clock) -> None:
    clock.now = NOW.replace(minute=10)
    rosa, record = acme.client("rosa"), f"/t/acme/bypasses/{opened.pk}/"
    assert "Ask for more time" in text_of(rosa, record)
    answer = rosa.post(f"{record}extend/")
    longer = Bypass.objects.get(extends=opened)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/t/acme/bypasses/{longer.pk}/")
    assert f'<a href="{record}">{opened.pk}</a>' in text_of(acme.client("pete"), answer.headers["Location"])
    assert acme.client("pete").post(f"{record}extend/").status_code == 403
    assert rosa.post(f"{record}extend/", {"ttl": "forever"}).status_code == 400


def test_the_warnings_link_leads_to_one_button(acme: Cast, opened: Bypass, clock: Clock) -> None:
    clock.now = NOW.replace(minute=14)
    warning = Message.objects.select_related(*delivery.LOADED).get(bypass=opened, kind="ends_in_10")
    letter = letters.write(warning, clock.now)
    address = f"/t/acme/bypasses/{opened.pk}/extend/"
    assert (letter.button, letter.link) == ("Ask for more time", f"http://localhost:8000{address}")
    page = text_of(acme.client("rosa"), address)
    assert (page.count('class="big"'), page.count(f'action="{address}"')) == (1, 1)
    assert "Only Rosa, who asked for this bypass, can extend it." in text_of(acme.client("pete"), address)
    assert acme.client("rosa").post(address).status_code == 302
    longer = Bypass.objects.get(extends=opened)
    assert f"{longer.pk} extends this bypass already: see to that one." in text_of(acme.client("rosa"), address)
    clock.now = NOW.replace(hour=3)
    late = acme.client("rosa").get(address)
    assert (late.status_code, late.headers["Location"]) == (302, f"/t/acme/bypasses/{opened.pk}/")


@pytest.mark.parametrize("days", ["7", "30", "90", "", "x"])
def test_the_feedback_page_has_a_table_behind_each_chart(acme: Cast, written: PostMortem, days: str) -> None:
    page = text_of(acme.client("olga"), f"/t/acme/feedback/?days={days}")
    assert (page.count('role="img"'), page.count("<table>"), "style=" in page) == (3, 3, False)
    chosen = page.split('aria-label="Period"')[1].split('aria-current="page"')[1].split("</a>")[0]
    assert chosen.strip(" >") == f"Last {days if days in {'7', '90'} else '30'} days"


@pytest.mark.parametrize("text", ["[" * 1_000_000, "> " * 500_000], ids=["brackets", "quotes"])
def test_a_megabyte_is_refused_and_nothing_is_lost(acme: Cast, written: PostMortem, text: str) -> None:
    answer = acme.client("rosa").post(path(written, "write/"), {"version": "2", "text": text})
    page = html.unescape(answer.content.decode())
    assert (answer.status_code, text.strip() in page, "keep it to 60,000" in page) == (400, True, True)
    assert post_mortems.find(written.bypass_id).version == 2
