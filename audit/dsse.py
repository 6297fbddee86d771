"""What is signed: an in-toto Statement v1 about an entry, in a DSSE envelope, and the log's record of that.

Pure functions over bytes; DSSE 1.0, in-toto Attestation 1.0 and Rekor's dsse/0.0.1 type.
"""

import hashlib
import json

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from audit.canonical import b64, canonical

MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
# Only ever compared, never fetched: .example is nobody's, so nobody can come to own our name.
PREDICATE_TYPE = "https://breakglass.example/entry/v1"
ARTEFACT = "entry.json"

# Deterministic (RFC 6979), so the same parts always make the same bundle.
SIGNATURE = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)


def statement(document: bytes) -> bytes:
    """The in-toto statement whose subject is the entry's bytes and whose predicate is the entry.

    Files that the entry attests (`attests`: name to hex SHA-256) are subjects beside it.
    """
    entry = json.loads(document)
    files = entry.get("attests") if isinstance(entry, dict) else None
    attested = sorted(files.items()) if isinstance(files, dict) else []
    subjects = [(ARTEFACT, hashlib.sha256(document).hexdigest()), *attested]
    return canonical(
        {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in subjects],
            "predicateType": PREDICATE_TYPE,
            "predicate": entry,
        }
    )


def pre_authentication(payload: bytes) -> bytes:
    """The bytes that a DSSE signature covers."""
    return f"DSSEv1 {len(PAYLOAD_TYPE)} {PAYLOAD_TYPE} {len(payload)} ".encode() + payload


def envelope(payload: bytes, signature: bytes) -> bytes:
    """The envelope's JSON. One signature and no keyid: the Go verifiers refuse anything else."""
    signatures = [{"sig": b64(signature)}]
    return canonical({"payload": b64(payload), "payloadType": PAYLOAD_TYPE, "signatures": signatures})


def seal(document: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    """The signed envelope over the statement about this entry."""
    payload = statement(document)
    return envelope(payload, key.sign(pre_authentication(payload), SIGNATURE))


def log_body(payload: bytes, signature: bytes, certificate: x509.Certificate) -> bytes:
    """The leaf of the tree: dsse/0.0.1 as canonical JSON."""
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    spec = {
        "envelopeHash": _sha256(envelope(payload, signature)),
        "payloadHash": _sha256(payload),
        "signatures": [{"signature": b64(signature), "verifier": b64(pem)}],
    }
    return canonical({"apiVersion": "0.0.1", "kind": "dsse", "spec": spec})


def promised(body: bytes, integrated_time: int, log_id: bytes, index: int) -> bytes:
    """What the signed entry timestamp of a leaf covers; the time is in Unix seconds."""
    return canonical({"body": b64(body), "integratedTime": integrated_time, "logID": log_id.hex(), "logIndex": index})


def _sha256(data: bytes) -> dict[str, str]:
    return {"algorithm": "sha256", "value": hashlib.sha256(data).hexdigest()}
