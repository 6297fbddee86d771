"""A portal that signs what its log does not say: the signatures are good, and the pack is refused all the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import transaction

from audit import kinds, log
from audit.bundle import assemble
from audit.evidence import manifest
from audit.evidence.collect import BatchDiffers, LogPart, collect
from audit.evidence.lines import Batch
from audit.evidence.pack import data_files, described, held
from audit.evidence.period import Period, parse_period
from audit.verify.pack import check_pack
from audit.verify_errors import Broken
from breakglass.actions.batches import read_batch
from breakglass.models import Bypass
from tenants import actors
from tests.cast import Cast
from tests.evidence.conftest import MADE, PERIOD

type Places = dict[str, str]
type Lie = Callable[[LogPart], None]


def signed(
    acme: Cast,
    lie: Lie,
    *,
    places: Places | None = None,
    period: Period = PERIOD,
    told: Period | None = None,
    **files: bytes,
) -> None:
    """Check a pack that the portal itself made of a log part that `lie` has changed."""
    (part,) = collect(
        tenant_id=str(acme.tenant.pk), period=period, read_batch=read_batch, progress=lambda done, total: None
    )
    if places is not None:
        places |= _places(part)
    lie(part)
    known = held([part], told or period, MADE)
    made = manifest.Made(at=MADE, by={"name": "Olga"}, portal={"url": "http://localhost:8000"})
    members = {**data_files([part], known), "README.txt": b"", **{f"{name}.csv": data for name, data in files.items()}}
    written = manifest.write_manifest(described([part], known), made, members)
    data = kinds.EvidenceExported(
        pack=1, period_start=str(known.period.start), period_end=str(known.period.end), bypasses=0, files=0,
        requested_by=None,
    )  # fmt: skip
    with transaction.atomic():
        entry = log.append(
            tenant_id=str(acme.tenant.pk), actor=actors.portal(acme.tenant), data=data, now=MADE,
            attests=manifest.digests({manifest.NAME: written}),
        )  # fmt: skip
    check_pack({manifest.NAME: written, **members, manifest.BUNDLE: assemble(entry)})


def _places(part: LogPart) -> Places:
    """The ids of the entries that the lies are about."""
    asked = next(e for e in part.entries if e.index > part.first and b'"kind":"bypass.requested"' in e.document)
    (batch,) = part.batches
    numbers = {"first": part.first, "second": part.first + 1, "fourth": part.first + 3, "last": part.last,
               "last but one": part.last - 1, "after": part.last + 1, "asked": asked.index}  # fmt: skip
    return {name: f"1-{index}" for name, index in numbers.items()} | {"sealing": batch.entry}


def drop(which: Callable[[LogPart], int]) -> Lie:
    """Leave out the entry at the index that `which` says."""

    def lie(part: LogPart) -> None:
        index = which(part)
        part.entries = [entry for entry in part.entries if entry.index != index]

    return lie


def last_of_period(part: LogPart) -> None:
    """End the range two entries early."""
    part.entries = [entry for entry in part.entries if entry.index <= part.last - 2]
    part.last -= 2


def first_of_period(part: LogPart) -> None:
    part.entries = [entry for entry in part.entries if entry.index not in {part.first, part.first + 1}]
    part.first += 2


def other_rows(part: LogPart) -> None:
    (batch,) = part.batches
    part.batches = [Batch(batch.entry, [row.replace(b"enforce", b"bypass") for row in batch.rows])]


def fewer_rows(part: LogPart) -> None:
    (batch,) = part.batches
    part.batches = [Batch(batch.entry, batch.rows[:1])]


def invented_rows(part: LogPart) -> None:
    part.batches.append(Batch("1-1", [b'{"at":"2026-03-02T02:09:11Z"}']))


def swapped(part: LogPart) -> None:
    one, other = part.entries[-2:]
    part.entries[-2:] = [replace(one, bundle=other.bundle), other]


def policy(part: LogPart) -> int:
    return next(entry.index for entry in part.entries if b'"kind":"policy.published"' in entry.document)


@pytest.mark.parametrize(
    ("lie", "place", "reason"),
    [
        (drop(lambda part: part.first + 3), "fourth", "it is missing, though it lies in the period or next to it"),
        (drop(lambda part: part.last), "last", "it is missing, though it lies in the period or next to it"),
        (last_of_period, "last but one", "it is missing, though it lies in the period or next to it"),
        (first_of_period, "second", "it is missing, though it lies in the period or next to it"),
        (drop(lambda part: 0), "log/1/entries.jsonl", "the log's first entry is missing from it"),
        (drop(policy), "asked", "the policy version that it relied on is not in the pack"),
        (other_rows, "sealing", "the rows of log/1/batches.jsonl are not those that it sealed"),
        (fewer_rows, "sealing", "the rows of log/1/batches.jsonl are not those that it sealed"),
        (invented_rows, "log/1/batches.jsonl", "it holds rows that no entry of the period sealed, or in another order"),
        (swapped, "last but one", "its time is "),
    ],
)
def test_what_the_log_does_not_say_is_refused(
    acme: Cast, quarter: dict[str, Bypass], lie: Lie, place: str, reason: str
) -> None:
    places: Places = {}
    with pytest.raises(Broken) as refused:
        signed(acme, lie, places=places)
    assert (refused.value.entry_id, refused.value.reason[: len(reason)]) == (places.get(place, place), reason)


def test_the_truth_is_not_refused(acme: Cast, quarter: dict[str, Bypass]) -> None:
    signed(acme, lambda part: None)


def test_a_request_that_is_left_out_is_named(acme: Cast, quarter: dict[str, Bypass]) -> None:
    index = next(entry.index for entry in log.entries_of(str(acme.tenant.pk), about=quarter["before"].pk))
    with pytest.raises(Broken) as refused:
        signed(acme, drop(lambda part: index))
    assert (refused.value.entry_id, refused.value.reason) == (
        quarter["before"].pk,
        "the period has entries about it, but the entry that asked for it is not in the pack",
    )


def test_a_longer_period_than_was_collected_is_refused(acme: Cast, quarter: dict[str, Bypass]) -> None:
    places: Places = {}
    with pytest.raises(Broken) as refused:
        signed(acme, lambda part: None, told=parse_period("2026-03-01", "2026-07-01"), places=places)
    assert (refused.value.entry_id, refused.value.reason) == (
        places["after"],
        "it is missing, though it lies in the period or next to it",
    )


def test_a_row_that_is_left_out_is_found(acme: Cast, quarter: dict[str, Bypass]) -> None:
    with pytest.raises(Broken) as refused:
        signed(acme, lambda part: None, bypasses=b'"bypass"\r\n')
    assert (refused.value.entry_id, refused.value.reason) == (
        "bypasses.csv",
        "its line 1 is not what the entries say",
    )


def test_rows_that_changed_in_the_database_are_not_exported(acme: Cast, quarter: dict[str, Bypass]) -> None:
    with pytest.raises(BatchDiffers, match=r"^The rows that entry 1-[0-9]+ sealed are no longer those in the database"):
        collect(
            tenant_id=str(acme.tenant.pk),
            period=PERIOD,
            read_batch=lambda kind, data: read_batch(kind, data)[1:],
            progress=lambda done, total: None,
        )
