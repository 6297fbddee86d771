"""Sections 1 to 3 of the format: statement, envelope, tree leaf, promise, proof and checkpoint, field by field."""

import hashlib
import json
from base64 import b64decode, b64encode
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import load_der_x509_certificate

from audit.bundle import assemble, latest_checkpoint
from audit.canonical import canonical
from audit.checkpoint import open_note
from audit.errors import NotInTree
from audit.log import open_log
from audit.merkle import leaf_hash, verify_inclusion
from audit.models import Entry, Log
from audit.trust import read_trusted_root
from tests.audit.conftest import NOW, PORTAL, STRANGERS, Write


def bundle(entry: Entry) -> dict[str, Any]:
    return dict(json.loads(assemble(entry)))


def tlog(entry: Entry) -> dict[str, Any]:
    (only,) = bundle(entry)["verificationMaterial"]["tlogEntries"]
    return dict(only)


def verify(key: ec.EllipticCurvePublicKey, signature: bytes, signed: bytes) -> None:
    key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))


def test_the_statement_is_about_the_entry_and_holds_it(entry: Entry) -> None:
    payload = b64decode(bundle(entry)["dsseEnvelope"]["payload"])
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "entry.json", "digest": {"sha256": hashlib.sha256(bytes(entry.document)).hexdigest()}}],
        "predicateType": "https://breakglass.example/entry/v1",
        "predicate": json.loads(bytes(entry.document)),
    }
    assert payload == canonical(statement)


def test_the_envelope_has_one_signature_and_no_keyid(entry: Entry) -> None:
    envelope = bundle(entry)["dsseEnvelope"]
    (signature,) = envelope["signatures"]
    assert (sorted(envelope), sorted(signature)) == (["payload", "payloadType", "signatures"], ["sig"])
    payload = b64decode(envelope["payload"])
    signed = b"DSSEv1 28 application/vnd.in-toto+json %d " % len(payload) + payload
    key = load_der_x509_certificate(bytes(entry.certificate)).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    verify(key, b64decode(signature["sig"]), signed)
    with pytest.raises(InvalidSignature):
        verify(key, b64decode(signature["sig"]), signed + b" ")


def test_the_bundle_has_the_fields_that_verifiers_know(entry: Entry) -> None:
    whole = bundle(entry)
    assert sorted(whole) == ["dsseEnvelope", "mediaType", "verificationMaterial"]
    assert whole["mediaType"] == "application/vnd.dev.sigstore.bundle.v0.3+json"
    assert whole["dsseEnvelope"]["payloadType"] == "application/vnd.in-toto+json"
    assert sorted(whole["verificationMaterial"]) == ["certificate", "tlogEntries"]
    assert whole["verificationMaterial"]["certificate"] == {"rawBytes": b64encode(bytes(entry.certificate)).decode()}


def test_the_log_entry_writes_its_integers_as_text(entry: Entry) -> None:
    listed, key = tlog(entry), read_trusted_root(entry.log.trusted_root).log_key
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    proof = listed.pop("inclusionProof")
    del listed["inclusionPromise"]
    assert listed == {
        "logIndex": "1",
        "logId": {"keyId": b64encode(hashlib.sha256(spki).digest()).decode()},
        "kindVersion": {"kind": "dsse", "version": "0.0.1"},
        "integratedTime": str(int(NOW.timestamp())),
        "canonicalizedBody": b64encode(bytes(entry.body)).decode(),
    }
    assert (proof["logIndex"], proof["treeSize"]) == ("1", "2")


def test_the_leaf_is_made_of_the_envelope_and_the_certificate(entry: Entry) -> None:
    envelope = bytes(entry.envelope)
    fields = json.loads(envelope)
    pem = load_der_x509_certificate(bytes(entry.certificate)).public_bytes(serialization.Encoding.PEM)
    payload_hash = hashlib.sha256(b64decode(fields["payload"])).hexdigest()
    body = {
        "apiVersion": "0.0.1",
        "kind": "dsse",
        "spec": {
            "envelopeHash": {"algorithm": "sha256", "value": hashlib.sha256(envelope).hexdigest()},
            "payloadHash": {"algorithm": "sha256", "value": payload_hash},
            "signatures": [{"signature": fields["signatures"][0]["sig"], "verifier": b64encode(pem).decode()}],
        },
    }
    assert pem.endswith(b"-----END CERTIFICATE-----\n")
    assert bytes(entry.body) == canonical(body)
    assert bytes(entry.leaf_hash) == hashlib.sha256(b"\x00" + bytes(entry.body)).digest()


def test_the_promise_is_signed_by_the_log(entry: Entry) -> None:
    listed = tlog(entry)
    promised = {
        "body": listed["canonicalizedBody"],
        "integratedTime": int(NOW.timestamp()),
        "logID": b64decode(listed["logId"]["keyId"]).hex(),
        "logIndex": 1,
    }
    signature = b64decode(listed["inclusionPromise"]["signedEntryTimestamp"])
    verify(read_trusted_root(entry.log.trusted_root).log_key, signature, canonical(promised))


def test_every_entry_is_proved_under_the_newest_checkpoint(log: Log, write: Write) -> None:
    for entry in write(6):
        proof = tlog(entry)["inclusionProof"]
        root, hashes_ = b64decode(proof["rootHash"]), [b64decode(one) for one in proof["hashes"]]
        assert proof["treeSize"] == "7"
        assert verify_inclusion(leaf_hash(bytes(entry.body)), entry.index, 7, hashes_, root)
        assert proof["checkpoint"] == {"envelope": latest_checkpoint(log).note}


def test_the_checkpoint_is_a_note_signed_by_the_log(entry: Entry) -> None:
    checkpoint = latest_checkpoint(entry.log)
    text, signature = checkpoint.note.split("\n\n")
    root = b64encode(bytes(checkpoint.root)).decode()
    assert text == f"initech.log.localhost - 1\n2\n{root}"
    dash, name, encoded = signature.removesuffix("\n").split(" ")
    assert (dash, name) == ("\u2014", "initech.log.localhost")
    key = read_trusted_root(entry.log.trusted_root).log_key
    assert b64encode(b64decode(encoded)[:4]) == b64encode(b64decode(tlog(entry)["logId"]["keyId"])[:4])
    verify(key, b64decode(encoded)[4:], f"{text}\n".encode())


def test_the_same_tree_gives_the_same_bytes(entry: Entry, write: Write) -> None:
    first = assemble(entry)
    assert assemble(entry) == first
    write(1)
    assert assemble(entry) != first


def test_an_older_checkpoint_can_be_named(entry: Entry, write: Write) -> None:
    old = latest_checkpoint(entry.log)
    first = assemble(entry)
    write(3)
    assert assemble(entry, old) == first


def test_a_checkpoint_before_the_entry_proves_nothing(log: Log, write: Write) -> None:
    old = latest_checkpoint(log)
    (late,) = write(1)
    sentence = r"^Entry 1-1 is not under the checkpoint of 1 entries: take a newer one\.$"
    with pytest.raises(NotInTree, match=sentence):
        assemble(late, old)


def test_a_checkpoint_of_another_log_proves_nothing(entry: Entry) -> None:
    strangers = open_log(tenant=STRANGERS, portal=PORTAL, now=NOW)
    with pytest.raises(NotInTree):
        assemble(entry, latest_checkpoint(strangers))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("\n2\n", "\n3\n"), "the checkpoint's signature is not the log's"),
        (("- 1\n", "- 2\n"), "the checkpoint is of initech.log.localhost - 2, not of initech.log.localhost - 1"),
        (("\n2\n", "\n02\n"), "the checkpoint is not a signed note of one signature"),
        (("\u2014 initech", "\u2014 another"), "the checkpoint is signed by another.log.localhost, not by "),
        (("\n\n", "\nextra\n\n"), "the checkpoint is not a signed note of one signature"),
        (("\u2014 initech.log.localhost ", "\u2014 initech.log.localhost AAAA"), "the checkpoint names another key"),
    ],
)
def test_another_note_is_not_opened(entry: Entry, change: tuple[str, str], sentence: str) -> None:
    log = entry.log
    key, note = read_trusted_root(log.trusted_root).log_key, latest_checkpoint(log).note
    assert open_note(note, host=log.host, number=1, key=key).size == 2
    with pytest.raises(ValueError, match=f"^{sentence}"):
        open_note(note.replace(*change), host=log.host, number=1, key=key)
