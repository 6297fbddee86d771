"""Reading a Sigstore bundle of ours back into its parts, and checking what the log has signed of it. Pure."""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature

from audit import merkle
from audit.canonical import b64, canonical
from audit.certificates import key_id
from audit.checkpoint import Note, open_note
from audit.dsse import MEDIA_TYPE, SIGNATURE, promised
from audit.errors import NotCanonical
from audit.verify_entry import EntryParts, LogFacts, check_entry
from audit.verify_errors import Broken

LAST_SECOND = 253_402_300_799  # of the year 9999, in Unix seconds


@dataclass(frozen=True)
class Proof:
    """How a leaf is proved: the path to the root of the tree that `note` is signed over."""

    size: int
    root: bytes
    path: Sequence[bytes]
    note: str
    promise: bytes


def check_bundle(document: bytes, bundle: Mapping[str, Any], facts: LogFacts) -> tuple[EntryParts, Proof, Note]:
    """Everything about one entry but who it names: Broken with the first thing that does not hold."""
    parts, proof = read_bundle(document, bundle, facts)
    check_entry(parts, facts)
    _check_promise(parts, proof, facts)
    try:
        note = open_note(proof.note, host=facts.host, number=facts.number, key=facts.trust.log_key)
    except ValueError as error:
        raise Broken(f"in its bundle {error}") from error
    if (note.size, note.root) != (proof.size, proof.root):
        raise Broken("its proof is for another tree than its checkpoint's")
    leaf = merkle.leaf_hash(parts.body)
    if not merkle.verify_inclusion(leaf, parts.index, note.size, proof.path, note.root):
        raise Broken("its proof does not lead to the checkpoint's root")
    return parts, proof, note


def read_bundle(document: bytes, bundle: Mapping[str, Any], facts: LogFacts) -> tuple[EntryParts, Proof]:
    """Its parts; Broken unless the bundle is exactly the one that these parts make."""
    try:
        material = bundle["verificationMaterial"]
        (listed,) = material["tlogEntries"]
        proved = listed["inclusionProof"]
        parts = EntryParts(
            index=_number(listed["logIndex"]),
            document=document,
            envelope=canonical(bundle["dsseEnvelope"]),
            certificate=_bytes(material["certificate"]["rawBytes"]),
            body=_bytes(listed["canonicalizedBody"]),
            integrated_time=_number(listed["integratedTime"], most=LAST_SECOND),
        )
        proof = Proof(
            size=_number(proved["treeSize"]),
            root=_bytes(proved["rootHash"]),
            path=[_bytes(sibling) for sibling in proved["hashes"]],
            note=_text(proved["checkpoint"]["envelope"]),
            promise=_bytes(listed["inclusionPromise"]["signedEntryTimestamp"]),
        )
        same = canonical(bundle) == _written(parts, proof, facts)
    except (KeyError, TypeError, ValueError, NotCanonical, RecursionError) as error:
        raise Broken("its bundle is not readable") from error
    if not same:
        raise Broken("its bundle is not of the one form that is made here")
    return parts, proof


def _written(parts: EntryParts, proof: Proof, facts: LogFacts) -> bytes:
    """The bundle that these parts make."""
    tlog_entry = {
        "logIndex": str(parts.index),
        "logId": {"keyId": b64(key_id(facts.trust.log_key))},
        "kindVersion": {"kind": "dsse", "version": "0.0.1"},
        "integratedTime": str(parts.integrated_time),
        "inclusionPromise": {"signedEntryTimestamp": b64(proof.promise)},
        "inclusionProof": {
            "logIndex": str(parts.index),
            "treeSize": str(proof.size),
            "rootHash": b64(proof.root),
            "hashes": [b64(sibling) for sibling in proof.path],
            "checkpoint": {"envelope": proof.note},
        },
        "canonicalizedBody": b64(parts.body),
    }
    material = {"certificate": {"rawBytes": b64(parts.certificate)}, "tlogEntries": [tlog_entry]}
    envelope = json.loads(parts.envelope)
    return canonical({"mediaType": MEDIA_TYPE, "verificationMaterial": material, "dsseEnvelope": envelope})


def _check_promise(parts: EntryParts, proof: Proof, facts: LogFacts) -> None:
    key = facts.trust.log_key
    try:
        key.verify(proof.promise, promised(parts.body, parts.integrated_time, key_id(key), parts.index), SIGNATURE)
    except InvalidSignature:
        raise Broken("its timestamp is not signed by the log") from None


def _number(text: Any, most: int = 2**53) -> int:
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{1,18}", text) or int(text) > most:
        raise ValueError("not a number")
    return int(text)


def _bytes(text: Any) -> bytes:
    return base64.b64decode(_text(text), validate=True)


def _text(text: Any) -> str:
    if not isinstance(text, str):
        raise TypeError("not text")
    return text
