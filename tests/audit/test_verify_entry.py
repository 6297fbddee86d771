"""One entry in the verifier's hands: the first thing that does not hold is named."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID

from audit import certificates, dsse
from audit.canonical import canonical
from audit.certificates import issue_leaf, new_authority, new_key
from audit.identity import Actor, general_name
from audit.keys import signing_keys
from audit.log import open_log
from audit.models import Entry, Log
from audit.stored import entry_parts, log_facts
from audit.verify_certificate import check_authority
from audit.verify_entry import EntryParts, check_entry
from audit.verify_errors import Broken
from tests.audit.conftest import NOW, PERSON, PORTAL, STRANGERS, Write, document_of

SERVER_AUTH = ExtendedKeyUsageOID.SERVER_AUTH


def refusal(parts: EntryParts, log: Log) -> str:
    with pytest.raises(Broken) as broken:
        check_entry(parts, log_facts(log))
    return broken.value.reason


def resigned(entry: Entry, document: bytes, **changes: Any) -> EntryParts:
    """The entry with another document or certificate, all signed again with the log's own keys."""
    keys, trust, key = signing_keys(entry.log), log_facts(entry.log).trust, new_key()
    wanted: dict[str, Any] = {
        "identity": general_name("person", PERSON.san),
        "issuer": PERSON.issuer,
        "sub": PERSON.sub,
        "authority": trust.intermediate,
        "authority_key": keys.issuer,
        "ct_key": keys.ct,
        "now": NOW,
    }
    certificate = issue_leaf(key=key.public_key(), **(wanted | changes))
    payload = dsse.statement(document)
    signature = key.sign(dsse.pre_authentication(payload), dsse.SIGNATURE)
    return replace(
        entry_parts(entry),
        document=document,
        envelope=dsse.envelope(payload, signature),
        certificate=certificate.public_bytes(serialization.Encoding.DER),
        body=dsse.log_body(payload, signature, certificate),
    )


def test_a_sound_entry_gives_its_document(log: Log, entry: Entry) -> None:
    assert check_entry(entry_parts(entry), log_facts(log)) == document_of(entry)
    assert check_entry(resigned(entry, bytes(entry.document)), log_facts(log)) == document_of(entry)


def test_an_edited_document(log: Log, entry: Entry) -> None:
    edited = bytes(entry.document).replace(b'"count":1', b'"count":2')
    said = refusal(replace(entry_parts(entry), document=edited), log)
    assert said.startswith("its bytes (sha256:")
    assert said.endswith(") are not those that were signed")


def test_a_document_in_another_form(log: Log, entry: Entry) -> None:
    spaced = bytes(entry.document).replace(b":", b": ", 1)
    assert refusal(replace(entry_parts(entry), document=spaced), log) == (
        "its bytes are not an entry in canonical form (These bytes are JSON but not in canonical form.)"
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"tenant": {"id": "t2"}}, "it belongs to tenant t2, not to 3f0c7e0e-6f43-4a58-9d0a-2f6f2f1d9c01"),
        (
            {"log": {"number": 2, "host": "initech.log.localhost"}},
            'it belongs to another log, {"host":"initech.log.localhost","number":2}',
        ),
        (
            {"time": "2026-03-02T02:07:12Z"},
            "its time is 2026-03-02T02:07:12Z, but it was logged as of Unix second 1772417231",
        ),
        ({"kind": "checks.opened"}, "it is listed with kind 'checks.sealed', which is not what was signed"),
        ({"about": "bg_1"}, "it is listed with about '', which is not what was signed"),
        ({"actor": "Milena"}, "it names no actor"),
    ],
)
def test_a_document_signed_for_elsewhere(log: Log, entry: Entry, change: dict[str, object], sentence: str) -> None:
    document = canonical(document_of(entry) | change)
    assert refusal(resigned(entry, document), log) == sentence


def test_a_document_without_its_parts(log: Log, entry: Entry) -> None:
    assert refusal(resigned(entry, b"{}"), log) == "its bytes are not an entry in canonical form ('tenant')"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"identity": x509.RFC822Name("mallory@initech.example")},
            "its certificate does not name its actor, milena@initech.example",
        ),
        (
            {"identity": x509.UniformResourceIdentifier("mailto:milena@initech.example")},
            "its certificate does not name its actor, milena@initech.example",
        ),
        ({"issuer": "https://evil.example"}, "its certificate is not vouched for by https://idp.initech.example"),
        ({"sub": "sub-8"}, "its certificate is not vouched for by https://idp.initech.example"),
        ({"sub": ""}, "its certificate is not vouched for by https://idp.initech.example"),
        ({"now": NOW - timedelta(minutes=11)}, "its certificate was not valid at 2026-03-02T02:07:11Z"),
        ({"now": NOW + timedelta(seconds=1)}, "its certificate was not valid at 2026-03-02T02:07:11Z"),
        ({"ct_key": new_key()}, "its certificate carries no timestamp of the log's"),
    ],
)
def test_a_certificate_of_another_kind(log: Log, entry: Entry, changes: dict[str, Any], sentence: str) -> None:
    assert refusal(resigned(entry, bytes(entry.document), **changes), log) == sentence


def test_a_certificate_at_the_end_of_its_ten_minutes(log: Log, entry: Entry) -> None:
    old = resigned(entry, bytes(entry.document), now=NOW - timedelta(minutes=10))
    assert check_entry(old, log_facts(log)) == document_of(entry)


def test_a_certificate_of_another_authority(log: Log, entry: Entry) -> None:
    other = new_authority(slug="initech", number=1, now=NOW)
    forged = resigned(entry, bytes(entry.document), authority=other.intermediate, authority_key=other.key)
    assert refusal(forged, log) == "its certificate was not issued by the log's authority"


def test_the_parts_of_two_entries(log: Log, write: Write) -> None:
    first, second = (entry_parts(entry) for entry in write(2))
    assert refusal(replace(first, certificate=second.certificate), log) == (
        "its signature does not match its certificate"
    )
    assert refusal(replace(first, body=second.body), log) == (
        "its leaf in the tree is not made of its signature and certificate"
    )
    assert refusal(replace(first, envelope=second.envelope, certificate=second.certificate), log).endswith(
        "are not those that were signed"
    )


@pytest.mark.parametrize("envelope", [b"{}", b"", b"null", b'{"payload":"!","signatures":[]}'])
def test_an_unreadable_envelope(log: Log, entry: Entry, envelope: bytes) -> None:
    assert refusal(replace(entry_parts(entry), envelope=envelope), log) == "its envelope is not readable"


def test_an_envelope_of_two_signatures(log: Log, entry: Entry) -> None:
    parts = entry_parts(entry)
    doubled = parts.envelope.replace(b'"signatures":[', b'"signatures":[{"sig":"AAAA"},')
    doubled = doubled.replace(b'[{"sig":"AAAA"},', b"[").replace(b"}]}", b'},{"sig":"AAAA"}]}')
    assert refusal(replace(parts, envelope=doubled), log) == ("its envelope is not of the one form that is signed here")


def test_an_unreadable_certificate(log: Log, entry: Entry) -> None:
    assert refusal(replace(entry_parts(entry), certificate=b"\x30\x00"), log) == "its certificate is not readable"


def test_a_certificate_for_something_else(log: Log, entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "ExtendedKeyUsageOID", SimpleNamespace(CODE_SIGNING=SERVER_AUTH))
    assert refusal(resigned(entry, bytes(entry.document)), log) == "its certificate is not one for signing"


def test_a_certificate_timestamped_for_another(log: Log, entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "sct_signed_data", lambda *_: b"another certificate")
    assert refusal(resigned(entry, bytes(entry.document)), log) == "its certificate's timestamp is not the log's"


def test_a_trust_root_that_does_not_sign_itself(log: Log) -> None:
    trust = log_facts(log).trust
    other = log_facts(open_log(tenant=STRANGERS, portal=PORTAL, now=NOW)).trust
    with pytest.raises(Broken, match=r"^the certificates in its trust root do not sign one another$"):
        check_authority(replace(trust, intermediate=other.intermediate))


def test_every_actor_of_every_type_is_checked_alike(log: Log, write: Write) -> None:
    uri = Actor("machine", "m", "m", "spiffe://initech.example/ci", "https://spire.example")
    for actor in (PERSON, uri, PORTAL):
        check_entry(entry_parts(write(1, actor)[0]), log_facts(log))
