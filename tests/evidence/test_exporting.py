"""Asking for a pack and having it made: once, whole or not at all, whoever dies in between; kept for 30 days."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ

from audit import log
from audit.evidence import collect as collecting
from audit.evidence.period import parse_period
from audit.models import Entry, Head, Log
from audit.verify.archive import read_members
from audit.verify.pack import check_pack
from breakglass import pack_tasks
from breakglass.actions import exporting
from breakglass.actions.batches import read_batch
from breakglass.errors import WrongState
from breakglass.models import Bypass, Pack, PackFile, PackState
from breakglass.models.packs import KEPT
from breakglass.views.evidence_pdf import render
from tests import clock
from tests.cast import Cast
from tests.evidence.conftest import MADE, PERIOD, Make, content

SLUG = "acme"
# WeasyPrint leaves its colour profile open.
pytestmark = pytest.mark.filterwarnings("ignore:.*sRGB2014:pytest.PytestUnraisableExceptionWarning")


def asked(acme: Cast) -> Pack:
    return exporting.request_pack(period=PERIOD, by=acme.olga, now=MADE)


def kinds_of(acme: Cast) -> list[str]:
    return list(log.entries_of(str(acme.tenant.pk)).filter(about__startswith="pack-").values_list("kind", flat=True))


def test_asking_leaves_an_entry_in_the_persons_name_and_a_task(acme: Cast) -> None:
    pack = asked(acme)
    entry = log.entries_of(str(acme.tenant.pk), about=f"pack-{pack.pk}").get()
    document = json.loads(bytes(entry.document))
    assert (entry.kind, document["actor"]["identity"]) == ("evidence.requested", "olga@acme.example")
    assert document["data"] == {"pack": pack.pk, "period_start": "2026-03-01", "period_end": "2026-04-01"}
    (task,) = [queued.task for queued in OrmQ.objects.all()]
    assert (task["func"], task["args"]) == ("breakglass.pack_tasks.make", (acme.tenant.pk, pack.pk))


def test_asking_twice_is_asking_once(acme: Cast) -> None:
    pack = asked(acme)
    assert exporting.request_pack(period=PERIOD, by=acme.olga, now=MADE + timedelta(hours=1)).pk == pack.pk
    assert exporting.request_pack(period=PERIOD, by=acme.ben, now=MADE).pk != pack.pk
    assert kinds_of(acme) == ["evidence.requested"] * 2


def test_nobody_fills_the_queue_with_packs(acme: Cast) -> None:
    periods = [parse_period("2026-03-01", f"2026-03-{day:02}") for day in (2, 3, 4, 5)]
    packs = [exporting.request_pack(period=period, by=acme.olga, now=MADE) for period in periods[:3]]
    with pytest.raises(WrongState) as refused:
        exporting.request_pack(period=periods[3], by=acme.olga, now=MADE)
    assert refused.value.sentence == exporting.TOO_MANY
    assert exporting.request_pack(period=periods[0], by=acme.olga, now=MADE).pk == packs[0].pk
    assert exporting.request_pack(period=periods[3], by=acme.ben, now=MADE).state == PackState.WAITING


def test_a_pack_that_is_there_can_be_made_again(acme: Cast, make: Make) -> None:
    pack = make()
    again = exporting.request_pack(period=PERIOD, by=acme.olga, now=MADE + exporting.AGAIN)
    assert again.pk != pack.pk


def test_without_an_entry_nothing_was_asked(acme: Cast) -> None:
    Head.objects.filter(log__tenant_id=str(acme.tenant.pk)).update(closed=True)
    Log.objects.filter(tenant_id=str(acme.tenant.pk)).update(closed_at=MADE)
    with pytest.raises(log.NoLog), transaction.atomic():
        asked(acme)
    assert (Pack.objects.count(), OrmQ.objects.count()) == (0, 0)


def test_without_its_entry_no_pack_is_made(acme: Cast) -> None:
    pack = asked(acme)

    def close(contents: exporting.Contents) -> None:
        Head.objects.filter(log__tenant_id=str(acme.tenant.pk)).update(closed=True)
        Log.objects.filter(tenant_id=str(acme.tenant.pk)).update(closed_at=MADE)

    with pytest.raises(log.NoLog):
        exporting.make_pack(pack_id=pack.pk, render=close, now=MADE)
    pack.refresh_from_db()
    assert (pack.state, pack.entry, PackFile.objects.count()) == (PackState.MAKING, "", 0)


def test_a_worker_that_dies_while_making_leaves_it_to_the_next(acme: Cast) -> None:
    pack = asked(acme)

    def die(contents: exporting.Contents) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exporting.make_pack(pack_id=pack.pk, render=die, now=MADE)
    assert Pack.objects.get().state == PackState.MAKING
    exporting.make_pack(pack_id=pack.pk, render=lambda contents: None, now=MADE)
    check_pack(read_members(content(pack)))
    assert kinds_of(acme) == ["evidence.requested", "evidence.exported"]


def test_a_worker_that_dies_before_signing_leaves_one_entry(acme: Cast) -> None:
    pack = asked(acme)
    begun = exporting._begin(pack.pk)
    exporting._write(begun, exporting._contents(begun, MADE), None, MADE)
    assert Pack.objects.get().state == PackState.SIGNING
    exporting.make_pack(pack_id=pack.pk, render=lambda contents: None, now=MADE + timedelta(minutes=2))
    check_pack(read_members(content(pack)))
    assert kinds_of(acme) == ["evidence.requested", "evidence.exported"]


def test_the_task_handed_out_twice_makes_one_pack(acme: Cast) -> None:
    pack = asked(acme)
    pack_tasks.make(acme.tenant.pk, pack.pk)
    first = content(pack)
    pack_tasks.make(acme.tenant.pk, pack.pk)
    assert (content(pack), kinds_of(acme)) == (first, ["evidence.requested", "evidence.exported"])


def test_a_log_that_cannot_be_read_is_told(acme: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings

    pack = asked(acme)
    monkeypatch.setattr(settings, "KEY_ENCRYPTION_SECRET", "a third secret, which no log was ever opened with")
    failed = pack_tasks.make_now(pack.pk)
    assert (failed.state, failed.problem[:8]) == (PackState.FAILED, "The key ")


def test_files_are_kept_for_30_days(acme: Cast, make: Make) -> None:
    pack = make()
    exporting.tidy_packs(now=MADE + KEPT - timedelta(microseconds=1))
    assert (Pack.objects.get().state, PackFile.objects.count()) == (PackState.READY, 1)
    exporting.tidy_packs(now=MADE + KEPT)
    pack.refresh_from_db()
    assert (pack.state, PackFile.objects.count()) == (PackState.REMOVED, 0)


def test_what_never_comes_to_an_end_is_given_up(acme: Cast) -> None:
    asked(acme)
    exporting.tidy_packs(now=MADE + exporting.LONGEST - timedelta(microseconds=1))
    assert Pack.objects.get().state == PackState.WAITING
    exporting.tidy_packs(now=MADE + exporting.LONGEST)
    assert (Pack.objects.get().state, Pack.objects.get().problem) == (PackState.FAILED, exporting.TOO_LONG)


@pytest.mark.parametrize(
    "change",
    [{"period_start": "2026-01-01"}, {"by_id": None}, {"asked_at": MADE + timedelta(days=1)}, {"percent": 101},
     {"state": "ready"}, {"period_end": "2026-02-01"}],
)  # fmt: skip
def test_the_database_refuses_another_past(acme: Cast, change: dict[str, object]) -> None:
    asked(acme)
    with pytest.raises(DatabaseError), transaction.atomic():
        Pack.objects.update(**change)


def test_the_database_keeps_packs(acme: Cast, make: Make) -> None:
    make()
    with pytest.raises(DatabaseError), transaction.atomic():
        Pack.objects.all()._raw_delete("default")
    with pytest.raises(DatabaseError), transaction.atomic():
        PackFile.objects.update(pack=exporting.request_pack(period=PERIOD, by=acme.ben, now=MADE))


def test_the_pdf_is_in_the_pack_and_the_same_twice(quarter: object, acme: Cast, make: Make) -> None:
    seen = []

    def twice(contents: exporting.Contents) -> bytes | None:
        seen.extend([render(contents), render(contents)])
        return seen[0]

    pack = make(render=twice)
    if seen[0] is None:
        pytest.skip("Pango is missing here")
    members = read_members(content(pack))
    check_pack(members)
    assert seen[0] == seen[1] == members["evidence.pdf"]
    assert members["evidence.pdf"][:5] == b"%PDF-"


def test_the_command_writes_the_pack(
    acme: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock.stop(monkeypatch, MADE)
    out = tmp_path / "pack.zip"
    arguments = ["--tenant", SLUG, "--from", "2026-01-01", "--to", "2026-04-01", "--out", str(out)]
    call_command("export_evidence", *arguments)
    pack = Pack.objects.get()
    assert capsys.readouterr().out.startswith(f"{out}: pack {pack.pk}, signed in entry {pack.entry}.")
    assert check_pack(read_members(out.read_bytes())).entry == pack.entry
    assert json.loads(read_members(out.read_bytes())["manifest.json"])["generated_by"]["type"] == "portal"
    with pytest.raises(CommandError, match=r"is there already: choose another name for --out\.$"):
        call_command("export_evidence", *arguments)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"--tenant": "nobody"}, "There is no tenant 'nobody': check the spelling of its slug."),
        ({"--to": "2025-01-01"}, "The period ends on 2025-01-01, which is not after its start: choose a later end."),
        ({"--from": "yesterday"}, "'yesterday' is not a date: write it as in 2026-01-31."),
    ],
)
def test_the_command_refuses_before_it_records(
    acme: Cast, tmp_path: Path, change: dict[str, str], sentence: str
) -> None:
    given = {"--tenant": SLUG, "--from": "2026-01-01", "--to": "2026-04-01", "--out": str(tmp_path / "pack.zip")}
    before = Entry.objects.count()
    with pytest.raises(CommandError) as refused:
        call_command("export_evidence", *(word for pair in (given | change).items() for word in pair))
    assert (str(refused.value), Entry.objects.count()) == (sentence, before)


def test_no_read_is_open_while_progress_is_written(
    acme: Cast, quarter: dict[str, Bypass], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite a write behind an open read fails as soon as anybody else has written."""
    monkeypatch.setattr(collecting, "_STEP", 5)
    told: list[tuple[int, int]] = []
    with CaptureQueriesContext(connection) as asked:

        def progress(done: int, total: int) -> None:
            reads = [one for one in asked.captured_queries if 'ORDER BY "audit_entry"."index"' in one["sql"]]
            told.append((len(reads), done))

        collecting.collect(tenant_id=str(acme.tenant.pk), period=PERIOD, read_batch=read_batch, progress=progress)
    assert len(told) > 3
    assert told[:-1] == [(number, 5 * number) for number in range(1, len(told))]
