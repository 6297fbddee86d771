"""`manage.py verify_log` over the database: what holds, and the first entry that does not."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audit import stored
from audit.bundle import latest_checkpoint
from audit.canonical import b64
from audit.checkpoint import sign_note
from audit.keys import signing_keys
from audit.log import close_log, integrate, open_log
from audit.models import Checkpoint, Entry, Head, Log, Tile, Tree
from audit.stored import stored_log
from audit.verify_errors import Broken
from audit.verify_tree import check_log
from tests.audit.conftest import NOW, PORTAL, STRANGERS, TENANT, Write, lifted


def run() -> tuple[str, str]:
    """What the command prints about the tenant's logs, and the sentence that it fails with (or none)."""
    out = StringIO()
    try:
        call_command("verify_log", tenant=TENANT.slug, stdout=out)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def broken(log: Log) -> tuple[str, str]:
    """The first broken entry and why."""
    with pytest.raises(Broken) as found:
        check_log(stored_log(log))
    return found.value.entry_id, found.value.reason


@pytest.fixture
def grown(log: Log, write: Write) -> Log:
    """Five entries under two checkpoints, of 3 and of 5."""
    write(2)
    integrate(log.pk)
    write(2)
    integrate(log.pk)
    return log


def change(log: Log, index: int, **values: object) -> None:
    with lifted():
        Entry.objects.filter(log=log, index=index).update(**values)


def at(log: Log, index: int) -> Entry:
    return Entry.objects.select_related("log").get(log=log, index=index)


def test_a_sound_log_holds(grown: Log) -> None:
    root = b64(latest_checkpoint(grown).root)
    assert run() == (f"initech log 1: 5 entries, root {root}, holds\n", "")


def test_a_log_whose_tail_waits_for_the_tree_holds(grown: Log, write: Write) -> None:
    write(2)
    assert run()[0].startswith("initech log 1: 7 entries, root ")


def test_a_closed_log_and_its_successor_hold(grown: Log, write: Write) -> None:
    close_log(tenant_id=TENANT.id, portal=PORTAL, now=NOW)
    write(1)
    lines = run()[0].splitlines()
    assert [line.split(",")[0] for line in lines] == ["initech log 1: 5 entries", "initech log 2: 2 entries"]
    assert grown.checkpoints.count() == 2


def test_the_command_names_the_broken_entry_and_fails(grown: Log) -> None:
    change(grown, 2, about="bg_1")
    assert run() == (
        "initech log 1: BROKEN: 1-2: it is listed with about 'bg_1', which is not what was signed\n",
        "1 of 1 logs do not hold: keep the database as it is and compare it with a backup.",
    )


def test_the_command_leaves_out_other_tenants(grown: Log) -> None:
    other = open_log(tenant=STRANGERS, portal=PORTAL, now=NOW)
    change(other, 0, about="bg_1")
    assert run()[1] == ""
    with pytest.raises(CommandError, match=r"^1 of \d+ logs do not hold"):
        call_command("verify_log", stdout=StringIO())


@pytest.mark.django_db
def test_an_unknown_tenant_is_a_sentence() -> None:
    with pytest.raises(CommandError, match=r"^There is no log of a tenant 'initec': check the spelling of its slug\.$"):
        call_command("verify_log", tenant="initec")


def test_an_edited_entry(grown: Log) -> None:
    change(grown, 2, document=bytes(at(grown, 2).document).replace(b'"count":1', b'"count":9'))
    entry_id, reason = broken(grown)
    assert (entry_id, reason.split(" (")[0]) == ("1-2", "its bytes")


def test_a_missing_middle_entry(grown: Log) -> None:
    with lifted():
        at(grown, 2).delete()
    assert broken(grown) == ("1-2", "it is missing; the next entry there is 1-3")


def test_a_missing_last_entry(grown: Log) -> None:
    with lifted():
        at(grown, 4).delete()
    assert broken(grown) == ("1-4", "it is missing, though the log has 5 entries")


def test_a_missing_genesis(grown: Log) -> None:
    with lifted():
        at(grown, 0).delete()
    assert broken(grown) == ("1-0", "it is missing; the next entry there is 1-1")


def test_a_cut_tail_under_a_shrunk_head(grown: Log) -> None:
    with lifted():
        at(grown, 4).delete()
        Head.objects.filter(log=grown).update(size=4)
    assert broken(grown) == ("", "its tree has 5 entries, but the log only 4")


def test_swapped_entries(grown: Log) -> None:
    with lifted():
        for before, after in ((2, 99), (3, 2), (99, 3)):
            Entry.objects.filter(log=grown, index=before).update(index=after)
    assert broken(grown) == ("1-2", "the tree holds another entry in its place")


def test_an_entry_written_anew_with_the_portals_own_keys(grown: Log, write: Write) -> None:
    (other,) = write(1)
    parts = ("document", "envelope", "certificate", "body", "leaf_hash")
    change(grown, 2, **{name: getattr(other, name) for name in parts})
    assert broken(grown) == ("1-2", "the tree holds another entry in its place")


def test_an_entry_of_another_tenant(grown: Log) -> None:
    other = at(open_log(tenant=STRANGERS, portal=PORTAL, now=NOW), 0)
    with lifted():
        Entry.objects.filter(log=grown, index=4).delete()
        Checkpoint.objects.filter(log=grown).delete()
        Tile.objects.filter(log=grown).delete()
        Tree.objects.filter(log=grown).update(size=0)
        Entry.objects.filter(log=other.log, index=0).update(log=grown, index=4)
    entry_id, reason = broken(grown)
    assert (entry_id, reason.split(",")[0]) == ("1-4", f"it belongs to tenant {STRANGERS.id}")


def forged(log: Log, size: int, root: bytes) -> str:
    """A checkpoint that the log's own key signed, over whatever is wanted."""
    return sign_note(host=log.host, number=log.number, size=size, root=root, key=signing_keys(log).log)


WRONG = b"\x07" * 32
NOTES: dict[str, tuple[Callable[[Log, Checkpoint], dict[str, object]], tuple[str, str]]] = {
    "signed over another root": (
        lambda log, held: {"root": WRONG, "note": forged(log, 3, WRONG)},
        ("1-2", "the checkpoint after it is over other entries than those before it"),
    ),
    "stored with another root": (
        lambda log, held: {"root": WRONG},
        ("1-2", "the checkpoint after it is stored with another size or root than it was signed with"),
    ),
    "stored with another size": (
        lambda log, held: {"size": 4},
        ("1-3", "the checkpoint after it is stored with another size or root than it was signed with"),
    ),
    "altered": (
        lambda log, held: {"note": held.note.replace("\n3\n", "\n4\n")},
        ("1-2", "after it, the checkpoint's signature is not the log's"),
    ),
    "of another log": (
        lambda log, held: {"note": held.note.replace("- 1\n", "- 2\n")},
        ("1-2", "after it, the checkpoint is of initech.log.localhost - 2, not of initech.log.localhost - 1"),
    ),
    "before the first entry": (lambda log, held: {"size": 0}, ("", "its checkpoint of 0 entries can't be recomputed")),
}


@pytest.mark.parametrize("case", NOTES)
def test_a_wrong_checkpoint(grown: Log, case: str) -> None:
    values, expected = NOTES[case]
    held = Checkpoint.objects.get(log=grown, size=3)
    with lifted():
        Checkpoint.objects.filter(log=grown, size=3).update(**values(grown, held))
    assert broken(grown) == expected


def test_a_missing_last_checkpoint(grown: Log) -> None:
    with lifted():
        Checkpoint.objects.filter(log=grown, size=5).delete()
    assert broken(grown) == ("", "its tree of 5 entries has no checkpoint")


def test_a_tile_that_is_gone(grown: Log) -> None:
    with lifted():
        Tile.objects.filter(log=grown).delete()
    assert broken(grown) == ("1-0", "the tree holds another entry in its place")


def test_an_upper_tile_that_is_wrong(log: Log, write: Write) -> None:
    write(256)
    integrate(log.pk)
    check_log(stored_log(log))
    with lifted():
        Tile.objects.filter(log=log, level=1).update(hashes=WRONG)
    assert broken(log) == ("", "its tree is not the one over its entries (tile 0 of level 1)")


def test_another_trust_root(grown: Log) -> None:
    other = open_log(tenant=STRANGERS, portal=PORTAL, now=NOW)
    with lifted():
        Log.objects.filter(pk=grown.pk).update(trusted_root=other.trusted_root)
    grown.refresh_from_db()
    assert broken(grown) == ("1-0", "its certificate was not issued by the log's authority")


def test_a_trust_root_with_another_log_key(grown: Log) -> None:
    other = open_log(tenant=STRANGERS, portal=PORTAL, now=NOW)
    ours, theirs = (bytes(log.trusted_root).split(b'"tlogs":') for log in (grown, other))
    with lifted():
        Log.objects.filter(pk=grown.pk).update(trusted_root=ours[0] + b'"tlogs":' + theirs[1])
    grown.refresh_from_db()
    assert broken(grown) == ("1-0", "it opens the log with other keys, another trust root or another log before it")


def test_an_unreadable_trust_root(grown: Log) -> None:
    with lifted():
        Log.objects.filter(pk=grown.pk).update(trusted_root=b"{}")
    reason = "its trust root is not readable (the trust root lacks 'certificateAuthorities')"
    assert run()[0] == f"initech log 1: BROKEN: the log: {reason}\n"


def test_a_predecessor_that_ended_elsewhere(grown: Log) -> None:
    later = close_log(tenant_id=TENANT.id, portal=PORTAL, now=NOW)
    check_log(stored_log(later))
    with lifted():
        Checkpoint.objects.filter(log=grown, size=5).update(root=WRONG)
    assert broken(later) == ("2-0", "it opens the log with other keys, another trust root or another log before it")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL only")
def test_a_reader_that_stops_midway_leaves_no_cursor_open(grown: Log) -> None:
    read = stored_log(grown)
    assert next(iter(read.entries)).index == 0
    assert next(iter(read.checkpoints)).size == 3
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_cursors")
        assert cursor.fetchone() == (0,)


def test_entries_and_checkpoints_are_read_in_chunks(grown: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "_CHUNK", 2)
    read = stored_log(grown)
    assert [parts.index for parts in read.entries] == [0, 1, 2, 3, 4]
    assert [signed.size for signed in read.checkpoints] == [3, 5]
