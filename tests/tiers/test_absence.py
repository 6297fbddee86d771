"""Saying that one is away and back: what is refused, what the log keeps, and that nothing half-done stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from audit import log
from breakglass.actions import absence
from breakglass.errors import BadInput, Forbidden, NotFound
from tenants import people
from tenants.actions import remove_member
from tests.cast import NOW, Cast
from tests.tiers.conftest import Night, entries

TOMORROW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
LAST = NOW.replace(microsecond=0) + 90 * DAY
OUTSIDE = ["Choose a time after now, and at most 90 days ahead."]


def say(acme: Cast, until: datetime = TOMORROW, *, who: str = "dana", by: str = "dana") -> None:
    """`by` says that `who` is away."""
    absence.say_away(member_id=getattr(acme, who).pk, until=until, by=getattr(acme, by), now=NOW)


def back(acme: Cast, *, by: str = "dana", now: datetime = NOW) -> None:
    """`by` says that Dana is back."""
    absence.say_back(member_id=acme.dana.pk, by=getattr(acme, by), now=now)


def words(acme: Cast) -> dict[str, object]:
    """Dana in an entry."""
    return {"id": acme.dana.pk, "name": "Dana", "email": "dana@acme.example"}


def test_away_is_an_entry_in_the_members_own_name(acme: Cast) -> None:
    say(acme)
    (entry,) = entries(acme, "member.away")
    assert entry["data"] == {"member": words(acme), "until": "2026-03-03T09:00:00Z"}
    assert (entry["actor"]["name"], acme.dana.away_until) == ("Dana", TOMORROW)


def test_an_admin_says_that_somebody_is_back_in_the_admins_name(acme: Cast) -> None:
    say(acme)
    back(acme, by="ben")
    assert [entry["actor"]["name"] for entry in entries(acme, "member.back")] == ["Ben"]


@pytest.mark.parametrize("by", ["rosa", "lee", "olga", "alex"])
def test_nobody_else_says_that_somebody_is_away(acme: Cast, by: str) -> None:
    with pytest.raises(Forbidden) as refused:
        say(acme, by=by)
    assert (refused.value.sentence, acme.dana.away_until) == ("Only Dana can say that Dana is away.", None)


@pytest.mark.parametrize("by", ["rosa", "lee", "olga"])
def test_nobody_else_says_that_somebody_is_back(acme: Cast, by: str) -> None:
    say(acme)
    with pytest.raises(Forbidden) as refused:
        back(acme, by=by)
    assert refused.value.sentence == "Only Dana or an admin can say that Dana is back."
    assert acme.dana.away_until == TOMORROW


def test_the_same_again_is_no_entry(acme: Cast) -> None:
    say(acme)
    say(acme, TOMORROW + timedelta(milliseconds=9))
    assert len(entries(acme, "member.away")) == 1


def test_another_time_is_another_entry(acme: Cast) -> None:
    say(acme)
    say(acme, TOMORROW + DAY)
    assert [one["data"]["until"] for one in entries(acme, "member.away")] == [
        "2026-03-03T09:00:00Z",
        "2026-03-04T09:00:00Z",
    ]


def test_back_is_an_entry_once(acme: Cast) -> None:
    say(acme)
    back(acme)
    back(acme)
    assert [entry["data"] for entry in entries(acme, "member.back")] == [{"member": words(acme)}]
    assert acme.dana.away_until is None


def test_whose_time_has_passed_is_back_without_an_entry(acme: Cast) -> None:
    say(acme)
    back(acme, now=TOMORROW)
    assert entries(acme, "member.back") == []


@pytest.mark.parametrize("until", [NOW - DAY, NOW, NOW.replace(microsecond=0), LAST + timedelta(seconds=1)])
def test_a_time_outside_is_refused(acme: Cast, until: datetime) -> None:
    with pytest.raises(BadInput) as refused:
        say(acme, until)
    assert refused.value.fields == {"away_until": tuple(OUTSIDE)}
    assert entries(acme, "member.away") == []


@pytest.mark.parametrize("until", [NOW + timedelta(seconds=1), LAST])
def test_the_first_and_the_last_time_inside(acme: Cast, until: datetime) -> None:
    say(acme, until)
    assert acme.dana.away_until == until.replace(microsecond=0)


def test_away_ends_at_its_moment(acme: Cast) -> None:
    say(acme)
    lee = people.of(acme.lee)
    assert lee is not None
    seen = [lee.away_at(TOMORROW - TICK), lee.away_at(TOMORROW), lee.away_at(TOMORROW + TICK)]
    assert seen == [{acme.dana.pk}, frozenset(), frozenset()]


def test_one_person_read_alone_is_as_among_all(acme: Cast) -> None:
    say(acme)
    assert [people.of(person) for person in (acme.dana, acme.lee, acme.pete)] == [
        next(one for one in people.people() if one.member_id == person.pk)
        for person in (acme.dana, acme.lee, acme.pete)
    ]


def test_who_has_left_is_not_there(acme: Cast, globex: Cast) -> None:
    dana, gwen = acme.dana, globex.gwen
    remove_member(member=dana, by=acme.alex, now=NOW)
    for member in (dana, gwen):
        with pytest.raises(NotFound):
            absence.say_away(member_id=member.pk, until=TOMORROW, by=acme.alex, now=NOW)


def test_no_entry_no_act(acme: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    say(acme)

    def refuse(**_: object) -> None:
        raise OSError("No log today.")

    monkeypatch.setattr(log, "append", refuse)
    with pytest.raises(OSError, match="No log today"):
        say(acme, TOMORROW + DAY)
    with pytest.raises(OSError, match="No log today"):
        back(acme)
    assert acme.dana.away_until == TOMORROW


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("2026-03-03T09:00", TOMORROW),
        (" 2026-03-03 09:00:00 ", TOMORROW),
        ("2026-03-03T10:00+01:00", TOMORROW),
        ("2026-03-03", TOMORROW.replace(hour=0)),
    ],
)
def test_reads_a_time(text: str, until: datetime) -> None:
    assert absence.parse_until(text) == until


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "2026-02-30T09:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "\x00", "9" * 5000]
)
def test_what_is_no_time_is_kept_with_a_sentence(night: Night, text: str) -> None:
    answer = night.post("dana", "settings/", away_until=text)
    page = answer.content.decode()
    assert (answer.status_code, absence.NO_TIME in page, entries(night.cast, "member.away")) == (400, True, [])


def test_the_settings_page_says_it(night: Night) -> None:
    before = night.get("dana", "settings/").content.decode()
    night.post("dana", "settings/", away_until="2026-03-03T09:00")
    away, others = (night.get(who, "settings/").content.decode() for who in ("dana", "lee"))
    night.post("dana", "settings/", back="1")
    after = night.get("dana", "settings/").content.decode()
    until = '<time datetime="2026-03-03T09:00:00Z">3 Mar 2026 09:00:00 UTC</time>'
    sentence = f"You are away until <strong>{until}</strong>"
    assert [sentence in page for page in (before, away, others, after)] == [False, True, False, False]


def test_the_settings_page_is_for_members(night: Night) -> None:
    stranger = Cast("globex").client("rosa")
    sent = {"away_until": "2026-03-03T09:00"}
    assert (stranger.get("/t/acme/settings/").status_code, stranger.post("/t/acme/settings/", sent).status_code) == (
        404,
        404,
    )
    assert [night.get(who, "settings/").status_code for who in ("rosa", "ada", "olga", "alex")] == [200] * 4
