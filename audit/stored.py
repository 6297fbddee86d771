"""A log in the database as the plain values that the verifiers take."""

from collections.abc import Iterator

from audit.canonical import timestamp
from audit.models import Checkpoint, Entry, Head, Log, Tree
from audit.tree import TileReader
from audit.trust import read_trusted_root
from audit.verify_entry import EntryParts, LogFacts
from audit.verify_errors import Broken
from audit.verify_tree import SignedRoot, StoredLog

_CHUNK = 200


def stored_log(log: Log) -> StoredLog:
    """The log as it stands; rows are read as they are asked for. What is appended meanwhile is left out.

    Broken when the log's own rows are not readable.
    """
    tree_size = Tree.objects.values_list("size", flat=True).get(pk=log.pk)
    head_size = Head.objects.values_list("size", flat=True).get(pk=log.pk)
    return StoredLog(
        facts=log_facts(log),
        head_size=head_size,
        tree_size=tree_size,
        entries=_entries(log, head_size),
        checkpoints=_checkpoints(log, tree_size),
        read_tile=TileReader(log.pk),
        previous=_previous(log),
    )


def log_facts(log: Log) -> LogFacts:
    """What the log's row says of it; Broken when its trust root is not readable."""
    trusted_root = bytes(log.trusted_root)
    try:
        trust = read_trusted_root(trusted_root)
    except ValueError as error:
        raise Broken(f"its trust root is not readable ({error})") from error
    return LogFacts(log.tenant_id, log.number, log.host, trusted_root, trust)


def entry_parts(entry: Entry) -> EntryParts:
    return EntryParts(
        index=entry.index,
        document=bytes(entry.document),
        envelope=bytes(entry.envelope),
        certificate=bytes(entry.certificate),
        body=bytes(entry.body),
        integrated_time=entry.integrated_time,
        columns=(("kind", entry.kind), ("time", timestamp(entry.time)), ("about", entry.about)),
    )


def _entries(log: Log, size: int) -> Iterator[EntryParts]:
    # Chunk by chunk, not with a cursor held open: one that is abandoned where an entry is broken gets closed by the
    # garbage collector, which on PostgreSQL can be in the midst of another query and then waits for itself.
    for start in range(0, size, _CHUNK):
        rows = Entry.objects.filter(log=log, index__gte=start, index__lt=min(start + _CHUNK, size))
        yield from map(entry_parts, rows.order_by("index"))


def _checkpoints(log: Log, size: int) -> Iterator[SignedRoot]:
    after = -1
    while rows := Checkpoint.objects.filter(log=log, size__gt=after, size__lte=size).order_by("size")[:_CHUNK]:
        yield from map(_signed_root, rows)
        after = list(rows)[-1].size


def _signed_root(checkpoint: Checkpoint) -> SignedRoot:
    return SignedRoot(checkpoint.size, bytes(checkpoint.root), checkpoint.note)


def _previous(log: Log) -> SignedRoot | None:
    """The last checkpoint of the tenant's log before this one."""
    before = Checkpoint.objects.filter(log__tenant_id=log.tenant_id, log__number=log.number - 1)
    last = before.order_by("-size").first()
    return _signed_root(last) if last else None
