"""Evidence: asked for by an auditor, an admin or the operator; made, signed and kept for a while by the portal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from audit import kinds, log
from audit.bundle import assemble
from audit.errors import LogError
from audit.evidence import manifest
from audit.evidence.collect import LogPart, collect
from audit.evidence.pack import data_files, described, file_name, held
from audit.evidence.period import Period
from audit.evidence.readme import write_readme
from audit.evidence.values import Held
from audit.evidence.zip_file import add_to_zip, write_zip
from audit.models import Entry
from breakglass.actions.batches import read_batch
from breakglass.errors import NotFound, WrongState
from breakglass.models import Pack, PackFile, PackState
from breakglass.models.packs import KEPT, UNFINISHED
from tenants import actors, context
from tenants.actions import in_words, record
from tenants.models import Member

AGAIN = timedelta(minutes=1)  # the same question within it is a double click
TASK_SECONDS = 110  # less than the queue's retry: no second worker begins while the first is alive
MOST = 3  # packs in the making that one member has asked for
TOO_MANY = f"{MOST} packs that you asked for are still being made: ask again when one of them is ready."
LONGEST = timedelta(minutes=15)  # then a pack in the making is given up
TOO_LONG = "Making it was begun several times and never came to an end: ask for a shorter period, or ask the operator."


@dataclass(frozen=True)
class Contents:
    """A pack's files before its manifest, and what its PDF is made of."""

    parts: list[LogPart]
    known: Held
    described: Mapping[str, Any]
    made: manifest.Made
    files: Mapping[str, bytes]


# The PDF of a pack, or None where none can be made.
type Render = Callable[[Contents], bytes | None]


@transaction.atomic
def request_pack(*, period: Period, by: Member | None, now: datetime) -> Pack:
    """Ask for a pack; for a member the worker makes it. Again, while it is made or just after, is the same pack.

    Raises WrongState for a member whose packs keep the worker busy already: letters wait behind them.
    """
    if by is not None:
        Member.objects.select_for_update(of=("self",)).get(pk=by.pk)
        same = Pack.objects.filter(by=by, period_start=period.start, period_end=period.end)
        if (found := same.filter(_unfinished() | Q(asked_at__gt=now - AGAIN)).first()) is not None:
            return found
        if Pack.objects.filter(_unfinished(), by=by).count() >= MOST:
            raise WrongState(TOO_MANY)
    pack = Pack.objects.create(period_start=period.start, period_end=period.end, by=by, asked_at=now)
    record(
        kinds.EvidenceRequested(pack=pack.pk, period_start=str(period.start), period_end=str(period.end)),
        by=by,
        now=now,
        about=f"pack-{pack.pk}",
    )
    if by is not None:
        _queue(pack)
    return pack


def _queue(pack: Pack) -> None:
    """In the act's own transaction, since the queue is in the same database: neither can be lost alone."""
    from django_q.tasks import async_task  # noqa: PLC0415  its app is not loaded when this module is

    async_task("breakglass.pack_tasks.make", pack.tenant_id, pack.pk, timeout=TASK_SECONDS)


def make_pack(*, pack_id: int, render: Render, now: datetime) -> Pack:
    """Make what was asked for: its files and its entry in one transaction, then the manifest's bundle.

    Safe to call again at any time: what was done is not done again. Raises LogError for a log that can't be read.
    """
    pack = _begin(pack_id)
    if pack.state == PackState.MAKING:
        contents = _contents(pack, now)
        pdf = render(contents)
        _write(pack, contents, pdf, now)
    return _sign(pack_id)


def fail_pack(*, pack_id: int, error: LogError) -> None:
    """Keep why a pack can't be made."""
    Pack.objects.filter(pk=pack_id, state=PackState.MAKING).update(state=PackState.FAILED, problem=str(error))


def tidy_packs(*, now: datetime) -> None:
    """Remove the files of old packs, and give up what never came to an end."""
    old = Pack.objects.filter(state=PackState.READY, made_at__lte=now - KEPT)
    PackFile.objects.filter(pack__in=old).delete()
    old.update(state=PackState.REMOVED)
    stuck = Pack.objects.filter(_unfinished(), asked_at__lte=now - LONGEST)
    stuck.update(state=PackState.FAILED, problem=TOO_LONG)


def _unfinished() -> Q:
    return Q(state__in=UNFINISHED)


def _begin(pack_id: int) -> Pack:
    Pack.objects.filter(pk=pack_id, state=PackState.WAITING).update(state=PackState.MAKING)
    pack = Pack.objects.select_related("by__user").filter(pk=pack_id).first()
    if pack is None:
        raise NotFound("There is no such pack here: ask for the evidence again.")
    return pack


def _contents(pack: Pack, now: datetime) -> Contents:
    tenant = context.current()
    period = Period(pack.period_start, pack.period_end)

    def progress(done: int, total: int) -> None:
        Pack.objects.filter(pk=pack.pk).update(percent=80 * done // total)

    parts = collect(tenant_id=str(tenant.pk), period=period, read_batch=read_batch, progress=progress)
    known = held(parts, period, now)
    told = described(parts, known)
    portal, number = actors.portal(tenant), parts[-1].log.number
    readme = write_readme(
        told, pack=file_name(tenant.slug, period), log=number, identity=portal.identity, issuer=portal.issuer
    )
    files = {manifest.README: readme, **data_files(parts, known)}
    Pack.objects.filter(pk=pack.pk).update(percent=85)
    return Contents(parts, known, told, _made(pack, now), files)


def _made(pack: Pack, now: datetime) -> manifest.Made:
    by = actors.of(pack.by, context.current()).as_data()
    return manifest.Made(at=now, by=by, portal={"url": settings.SITE_URL, "signer": settings.SIGNER})


@transaction.atomic
def _write(pack: Pack, contents: Contents, pdf: bytes | None, now: datetime) -> None:
    """Files, manifest and entry: all of them or none."""
    locked = Pack.objects.select_for_update(of=("self",)).get(pk=pack.pk)
    if locked.state != PackState.MAKING:
        return
    files = {**({} if pdf is None else {manifest.PDF: pdf}), **contents.files}
    written = manifest.write_manifest(contents.described, contents.made, files)
    content = write_zip({manifest.NAME: written, **files})
    PackFile.objects.create(pack=locked, content=content)
    entry = _record(pack, contents, written, len(files) + 2, now)
    locked.state, locked.percent, locked.has_pdf = PackState.SIGNING, 95, pdf is not None
    locked.entry, locked.made_at = entry.id, now
    locked.save(update_fields=["state", "percent", "has_pdf", "entry", "made_at"])


def _record(pack: Pack, contents: Contents, written: bytes, files: int, now: datetime) -> Entry:
    tenant = context.current()
    data = kinds.EvidenceExported(
        pack=pack.pk,
        period_start=str(pack.period_start),
        period_end=str(pack.period_end),
        bypasses=contents.described["population"]["total"],
        files=files,
        requested_by=None if pack.by is None else in_words(pack.by),
    )
    return log.append(
        tenant_id=str(tenant.pk),
        actor=actors.portal(tenant),
        data=data,
        now=now,
        about=f"pack-{pack.pk}",
        attests=manifest.digests({manifest.NAME: written}),
    )


def _sign(pack_id: int) -> Pack:
    """Add the bundle of the pack's entry, which can be proved once the entry is committed."""
    pack = Pack.objects.get(pk=pack_id)
    entry = log.find_entry(str(context.current_id()), pack.entry)
    if pack.state != PackState.SIGNING or entry is None:
        return pack
    bundle = assemble(entry)
    with transaction.atomic():
        pack = Pack.objects.select_for_update(of=("self",)).get(pk=pack_id)
        if pack.state == PackState.SIGNING:
            file = PackFile.objects.get(pack=pack)
            file.content = add_to_zip(bytes(file.content), manifest.BUNDLE, bundle)
            file.save(update_fields=["content"])
            pack.state, pack.percent = PackState.READY, 100
            pack.save(update_fields=["state", "percent"])
    return pack
