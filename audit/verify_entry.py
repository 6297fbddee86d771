"""Checking one entry against its log's trust root. Pure: plain values in, nothing read from anywhere."""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec

from audit import dsse
from audit.canonical import canonical, parse_canonical, timestamp
from audit.errors import NotCanonical
from audit.trust import TrustRoot
from audit.verify_certificate import check_leaf
from audit.verify_errors import Broken


@dataclass(frozen=True)
class LogFacts:
    """What the verifier knows of a log from outside its entries."""

    tenant_id: str
    number: int
    host: str
    trusted_root: bytes
    trust: TrustRoot


@dataclass(frozen=True)
class EntryParts:
    """One entry as stored or as found in a pack; `integrated_time` is in Unix seconds.

    `columns` are what a database lists it under (kind, time, about), to be held against the signed document.
    """

    index: int
    document: bytes
    envelope: bytes
    certificate: bytes
    body: bytes
    integrated_time: int
    columns: tuple[tuple[str, str], ...] = ()


def check_entry(parts: EntryParts, facts: LogFacts) -> dict[str, Any]:
    """The entry's document, when everything about it holds; Broken with the first thing that does not."""
    document = _check_document(parts, facts)
    certificate = _load(parts.certificate)
    payload, signature = _open_envelope(parts, certificate)
    if payload != dsse.statement(parts.document):
        raise Broken(_what_differs(parts.document, payload))
    check_leaf(certificate, facts.trust, document["actor"], parts.integrated_time)
    if parts.body != dsse.log_body(payload, signature, certificate):
        raise Broken("its leaf in the tree is not made of its signature and certificate")
    return document


def _check_document(parts: EntryParts, facts: LogFacts) -> dict[str, Any]:
    try:
        document: dict[str, Any] = parse_canonical(parts.document)
        tenant, log, actor = document["tenant"]["id"], document["log"], document["actor"]
        time = document["time"]
    except (NotCanonical, KeyError, TypeError) as error:
        raise Broken(f"its bytes are not an entry in canonical form ({error})") from error
    if tenant != facts.tenant_id:
        raise Broken(f"it belongs to tenant {tenant}, not to {facts.tenant_id}")
    if log != {"number": facts.number, "host": facts.host}:
        raise Broken(f"it belongs to another log, {canonical(log).decode()}")
    if not isinstance(actor, dict):
        raise Broken("it names no actor")
    if time != timestamp(datetime.fromtimestamp(parts.integrated_time, UTC)):
        raise Broken(f"its time is {time}, but it was logged as of Unix second {parts.integrated_time}")
    for name, value in parts.columns:
        if document.get(name, "") != value:
            raise Broken(f"it is listed with {name} {value!r}, which is not what was signed")
    return document


def _load(certificate: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(certificate)
    except ValueError as error:
        raise Broken("its certificate is not readable") from error


def _open_envelope(parts: EntryParts, certificate: x509.Certificate) -> tuple[bytes, bytes]:
    """Payload and signature of the envelope, once the certificate's key has been seen to sign it."""
    payload, signature = _envelope_parts(parts.envelope)
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Broken("its certificate holds no P-256 key")
    try:
        key.verify(signature, dsse.pre_authentication(payload), dsse.SIGNATURE)
    except InvalidSignature:
        raise Broken("its signature does not match its certificate") from None
    return payload, signature


def _envelope_parts(envelope: bytes) -> tuple[bytes, bytes]:
    try:
        fields = json.loads(envelope)
        payload = base64.b64decode(fields["payload"], validate=True)
        signature = base64.b64decode(fields["signatures"][0]["sig"], validate=True)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise Broken("its envelope is not readable") from error
    if envelope != dsse.envelope(payload, signature):
        raise Broken("its envelope is not of the one form that is signed here")
    return payload, signature


def _what_differs(document: bytes, payload: bytes) -> str:
    digest = hashlib.sha256(document).hexdigest()
    if f'"sha256":"{digest}"'.encode() not in payload:
        return f"its bytes (sha256:{digest}) are not those that were signed"
    return "what was signed is not the statement about this entry"
