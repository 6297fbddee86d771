"""What is signed: an in-toto Statement v1 about an entry, in a DSSE envelope, and the log's record of that.

Pure functions over bytes; DSSE 1.0, in-toto Attestation 1.0 and Rekor's dsse/0.0.1 type.
"""

import hashlib
import json

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from audit.canonical import b64, canonical

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
# Only ever compared, never fetched: .example is nobody's, so nobody can come to own our name.
PREDICATE_TYPE = "https://breakglass.example/entry/v1"
ARTEFACT = "entry.json"

# Deterministic (RFC 6979), so the same parts always make the same bundle.
SIGNATURE = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)


def statement(document: bytes) -> bytes:
    """The in-toto statement whose subject is the entry's bytes and whose predicate is the entry."""
    digest = {"sha256": hashlib.sha256(document).hexdigest()}
    return canonical(
        {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": ARTEFACT, "digest": digest}],
            "predicateType": PREDICATE_TYPE,
            "predicate": json.loads(document),
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


def _sha256(data: bytes) -> dict[str, str]:
    return {"algorithm": "sha256", "value": hashlib.sha256(data).hexdigest()}
