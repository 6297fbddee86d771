"""Making an entry: its document, and the signature over it in the actor's name. Pure but for the fresh key."""

import json
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from cryptography.hazmat.primitives import serialization

from audit import dsse
from audit.canonical import canonical, timestamp
from audit.certificates import issue_leaf, new_key
from audit.identity import Actor, LogWords, general_name
from audit.keys import SigningKeys
from audit.kinds import Kind
from audit.merkle import leaf_hash
from audit.trust import TrustRoot

VERSION = 1


@dataclass(frozen=True)
class SignedEntry:
    """The bytes of one entry: what is read, what is signed, by which certificate, and the tree's leaf."""

    document: bytes
    envelope: bytes
    certificate: bytes
    body: bytes
    leaf_hash: bytes


def entry_document(
    log: LogWords,
    actor: Actor,
    data: Kind,
    now: datetime,
    *,
    about: str = "",
    refers_to: Sequence[str] = (),
    attests: Mapping[str, str] | None = None,
) -> bytes:
    """entry.json: the canonical bytes. `about`, `refers_to` and `attests` are left out when they are empty."""
    document: dict[str, object] = {
        "v": VERSION,
        "kind": data.kind,
        "time": timestamp(now),
        "tenant": asdict(log.tenant),
        "log": {"number": log.number, "host": log.host},
        "actor": actor.as_data(),
        "data": data.as_data(),
    }
    if about:
        document["about"] = about
    if refers_to:
        document["refers_to"] = list(refers_to)
    if attests:
        document["attests"] = dict(attests)
    return canonical(document)


def sign_entry(document: bytes, *, actor: Actor, keys: SigningKeys, trust: TrustRoot, now: datetime) -> SignedEntry:
    """Sign in the actor's name with a fresh P-256 key, which is forgotten on return."""
    key = new_key()
    certificate = issue_leaf(
        key=key.public_key(),
        identity=general_name(actor.type, actor.identity),
        issuer=actor.issuer,
        sub=actor.sub,
        authority=trust.intermediate,
        authority_key=keys.issuer,
        ct_key=keys.ct,
        now=now,
    )
    envelope = dsse.seal(document, key)
    parts = json.loads(envelope)
    body = dsse.log_body(b64decode(parts["payload"]), b64decode(parts["signatures"][0]["sig"]), certificate)
    der = certificate.public_bytes(serialization.Encoding.DER)
    return SignedEntry(document, envelope, der, body, leaf_hash(body))
