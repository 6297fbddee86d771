"""Reading from the database what a pack holds of a tenant's logs. The only part of evidence that reads anything."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Max, Min, Q, QuerySet

from audit import merkle
from audit.bundle import Assembler, latest_checkpoint
from audit.canonical import parse_canonical
from audit.errors import LogError
from audit.evidence.lines import Batch, BundledEntry
from audit.evidence.period import Period
from audit.evidence.values import BACK, seals
from audit.models import Checkpoint, Entry, Log
from audit.reading import logs_of

# The rows that an entry seals, in order, as canonical JSON: given the entry's kind and what it says.
type ReadBatch = Callable[[str, Mapping[str, Any]], Sequence[bytes]]
# Told how many of how many entries have been read.
type Progress = Callable[[int, int], None]

_STEP = 200


class BatchDiffers(LogError):
    """The rows in the database are not those that were sealed."""


@dataclass
class LogPart:
    """What a pack takes of one log."""

    log: Log
    checkpoint: Checkpoint
    first: int
    last: int
    entries: list[BundledEntry] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)


def collect(*, tenant_id: str, period: Period, read_batch: ReadBatch, progress: Progress) -> list[LogPart]:
    """The tenant's logs for the period, each entry with its proof under the log's newest checkpoint.

    Raises NotInTree for a log without entries, KeysLocked, and BatchDiffers.
    """
    parts = [_extent(log, period) for log in logs_of(tenant_id)]
    concerned = _concerned(parts)
    chosen = [(part, _chosen(part, concerned)) for part in parts]
    total, done = sum(entries.count() for _, entries in chosen), 0
    for part, entries in chosen:
        assembler = Assembler(part.log, part.checkpoint)
        for step in _steps(entries):
            for entry in step:
                _take(part, entry, assembler, read_batch)
            done += len(step)
            progress(done, total)
    return parts


def _steps(entries: QuerySet[Entry]) -> Iterator[list[Entry]]:
    """The entries, so many at a time and each time read anew: no snapshot lasts, so progress can be written between."""
    step = list(entries[:_STEP])
    while step:
        yield step
        step = list(entries.filter(index__gt=step[-1].index)[:_STEP])


def _extent(log: Log, period: Period) -> LogPart:
    """The period's entries and one on either side, which show that nothing of it lies beyond."""
    checkpoint = latest_checkpoint(log)
    entries = Entry.objects.filter(log=log, index__lt=checkpoint.size)
    within = entries.filter(time__gte=period.start_at, time__lt=period.end_at)
    found = within.aggregate(first=Min("index"), last=Max("index"))
    if found["first"] is None:
        after = entries.filter(time__gte=period.end_at).aggregate(first=Min("index"))["first"]
        start = end = checkpoint.size if after is None else after
    else:
        start, end = found["first"], found["last"] + 1
    return LogPart(log, checkpoint, max(0, start - 1), min(checkpoint.size - 1, end))


def _concerned(parts: Iterable[LogPart]) -> set[str]:
    """The bypasses that the ranges have entries about."""
    found: set[str] = set()
    for part in parts:
        ranged = Entry.objects.filter(log=part.log, index__gte=part.first, index__lte=part.last)
        found |= set(ranged.exclude(about="").values_list("about", flat=True))
    return found


def _chosen(part: LogPart, concerned: set[str]) -> QuerySet[Entry]:
    """The range, and before it: the genesis, rights, policies, consents, and what concerns the range's bypasses."""
    ranged = Q(index__gte=part.first, index__lte=part.last)
    nouns = [f"{noun}." for noun in sorted(BACK)]
    back = Q(index=0) | Q(about__in=concerned)
    for noun in nouns:
        back |= Q(kind__startswith=noun)
    entries = Entry.objects.filter(log=part.log).filter(ranged | (back & Q(index__lt=part.first)))
    return entries.select_related("log").order_by("index")


def _take(part: LogPart, entry: Entry, assembler: Assembler, read_batch: ReadBatch) -> None:
    document = bytes(entry.document)
    part.entries.append(BundledEntry(part.log.number, entry.index, document, assembler.bundle(entry)))
    if entry.index >= part.first and seals(said := parse_canonical(document)):
        data: Any = said["data"]
        rows = read_batch(entry.kind, data)
        if merkle.root_of(rows).hex() != data["root"]:
            raise BatchDiffers(
                f"The rows that entry {entry.id} sealed are no longer those in the database: keep it as it is, compare "
                "it with a backup, and export again."
            )
        part.batches.append(Batch(entry.id, rows))
