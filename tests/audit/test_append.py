"""One entry: what its document says, and that it comes with its act or not at all."""

import hashlib
import json
from base64 import b64decode
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from audit import appending
from audit.kinds import ChecksSealed
from audit.log import (
    Actor,
    NoLog,
    NotCanonical,
    NotInTransaction,
    append,
    close_log,
    current_log,
    entries_of,
    find_entry,
    logs_of,
    open_log,
)
from audit.merkle import leaf_hash
from audit.models import Entry, Head, Log
from tests.audit.conftest import NOW, PERSON, PORTAL, STRANGERS, TENANT, Write, document_of, sealed


class Undone(Exception):
    """Raised by an act that changes its mind."""


def test_the_document_says_who_did_what_when_and_where(entry: Entry) -> None:
    assert document_of(entry) == {
        "v": 1,
        "kind": "checks.sealed",
        "time": "2026-03-02T02:07:11Z",
        "tenant": {"id": TENANT.id, "slug": "initech", "name": "Initech GmbH"},
        "log": {"number": 1, "host": "initech.log.localhost"},
        "actor": {
            "type": "person",
            "id": "member-7",
            "name": "Milena",
            "identity": "milena@initech.example",
            "issuer": "https://idp.initech.example",
            "sub": "sub-7",
        },
        "data": sealed(0).as_data(),
    }


def test_the_row_is_listed_as_it_was_signed(entry: Entry) -> None:
    assert (entry.id, entry.kind, entry.time, entry.about) == ("1-1", "checks.sealed", NOW.replace(microsecond=0), "")
    assert entry.integrated_time == int(NOW.timestamp())
    assert entry.leaf_hash == leaf_hash(bytes(entry.body))


def test_an_entry_can_name_its_record_and_earlier_entries(log: Log, entry: Entry) -> None:
    with transaction.atomic():
        later = append(tenant_id=TENANT.id, actor=PERSON, data=sealed(1), now=NOW, about="bg_7", refers_to=[entry.id])
    document = document_of(later)
    assert (document["about"], document["refers_to"]) == ("bg_7", ["1-1"])
    assert [found.id for found in entries_of(TENANT.id, about="bg_7")] == ["1-2"]


def test_genesis_names_the_keys_and_the_trust_root(log: Log) -> None:
    genesis = entries_of(TENANT.id).get()
    root = json.loads(bytes(log.trusted_root))
    key_ids = [root[logs][0]["logId"]["keyId"] for logs in ("tlogs", "ctlogs")]
    document = document_of(genesis)
    assert (genesis.id, genesis.kind) == ("1-0", "log.opened")
    assert document["data"] == {
        "tenant": TENANT.id,
        "host": "initech.log.localhost",
        "log_key": _hex(key_ids[0]),
        "ct_key": _hex(key_ids[1]),
        "trusted_root": hashlib.sha256(bytes(log.trusted_root)).hexdigest(),
        "previous_size": None,
        "previous_root": None,
    }


def _hex(key_id: str) -> str:
    return b64decode(key_id).hex()


def test_indexes_follow_one_another(write: Write) -> None:
    assert [entry.id for entry in write(4)] == ["1-1", "1-2", "1-3", "1-4"]


def test_an_act_undone_leaves_no_entry_and_no_gap(log: Log, write: Write) -> None:
    def act() -> None:
        with transaction.atomic():
            append(tenant_id=TENANT.id, actor=PERSON, data=sealed(9), now=NOW)
            raise Undone

    with pytest.raises(Undone):
        act()
    assert Head.objects.get(log=log).size == 1
    assert [entry.id for entry in write(1)] == ["1-1"]
    assert list(entries_of(TENANT.id).values_list("index", flat=True)) == [0, 1]


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused() -> None:
    open_log(tenant=TENANT, portal=PORTAL, now=NOW)
    with pytest.raises(NotInTransaction, match=r"wrap the act in transaction\.atomic\(\)\.$"):
        append(tenant_id=TENANT.id, actor=PERSON, data=sealed(1), now=NOW)
    assert entries_of(TENANT.id).count() == 1


@pytest.mark.usefixtures("db")
def test_a_tenant_without_a_log_is_told_to_open_one() -> None:
    with pytest.raises(NoLog, match="has no open log, so nothing can be recorded: open one first"):
        append(tenant_id="nobody", actor=PERSON, data=sealed(1), now=NOW)


def test_text_that_cannot_be_signed_appends_nothing(log: Log) -> None:
    bad = ChecksSealed(batch=1, count=1, root="\ud800", first_at="", last_at="")
    with pytest.raises(NotCanonical, match=r"^data\.root holds U\+D800 at position 0"):
        append(tenant_id=TENANT.id, actor=PERSON, data=bad, now=NOW)
    assert Head.objects.get(log=log).size == 1


def test_a_log_closed_in_between_sends_the_entry_to_the_next(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first look at the open log is the stale one of a writer that was overtaken."""
    close_log(tenant_id=TENANT.id, portal=PORTAL, now=NOW)
    looks = iter([log, current_log(TENANT.id)])
    monkeypatch.setattr(appending, "current_log", lambda tenant_id: next(looks))
    late = append(tenant_id=TENANT.id, actor=PERSON, data=sealed(1), now=NOW)
    assert late.id == "2-1"
    assert document_of(late)["log"] == {"number": 2, "host": "initech.log.localhost"}


def test_logs_of_two_tenants_do_not_meet(entry: Entry) -> None:
    open_log(tenant=STRANGERS, portal=PORTAL, now=NOW)
    assert [found.id for found in entries_of(STRANGERS.id)] == ["1-0"]
    assert find_entry(STRANGERS.id, "1-1") is None
    assert find_entry(TENANT.id, "1-1") == entry


@pytest.mark.parametrize(
    "name",
    ["1-2", "2-0", "1-01", "01-1", "1", "1-", "-1", "1-1 ", "1-1\n", "9" * 30 + "-1", "\N{ARABIC-INDIC DIGIT ONE}-1"],
)
def test_a_name_of_no_entry_finds_none(entry: Entry, name: str) -> None:
    assert find_entry(TENANT.id, name) is None


@pytest.mark.usefixtures("log")
def test_a_tenant_has_one_open_log() -> None:
    with pytest.raises(IntegrityError):
        open_log(tenant=TENANT, portal=PORTAL, now=NOW)


def test_closing_opens_the_next_log_which_names_the_root(log: Log, write: Write) -> None:
    write(2)
    later = close_log(tenant_id=TENANT.id, portal=PORTAL, now=NOW + timedelta(hours=1))
    last = log.checkpoints.latest("size")
    genesis = document_of(entries_of(TENANT.id).get(log=later))
    assert [(one.number, one.closed_at is None) for one in logs_of(TENANT.id)] == [(1, False), (2, True)]
    assert (genesis["data"]["previous_size"], genesis["data"]["previous_root"]) == (3, bytes(last.root).hex())
    assert bytes(later.trusted_root) != bytes(log.trusted_root)


def test_an_actor_needs_somebody_who_vouches() -> None:
    with pytest.raises(Exception, match=r"^Nobody vouches for 'a@b\.example': hand in its issuer\.$"):
        Actor("person", "1", "A", "a@b.example", "")
