"""A log's trust root as a file: what a stock verifier is given, frozen at the log's birth. Pure."""

import base64
import json
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from audit.canonical import b64, canonical, timestamp
from audit.certificates import CLOCK_SLACK, Authority, distinguished_name, key_id, spki

_ROOT_TYPE = "application/vnd.dev.sigstore.trustedroot+json;version=0.1"
_CONFIG_TYPE = "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json"
_SIGNING_TYPE = "application/vnd.dev.sigstore.signingconfig.v0.2+json"


@dataclass(frozen=True)
class TrustRoot:
    """The public keys and certificates of one log."""

    log_key: ec.EllipticCurvePublicKey
    ct_key: ec.EllipticCurvePublicKey
    intermediate: x509.Certificate
    root: x509.Certificate


def write_trusted_root(
    *,
    host: str,
    slug: str,
    number: int,
    log_key: ec.EllipticCurvePublicKey,
    ct_key: ec.EllipticCurvePublicKey,
    authority: Authority,
    now: datetime,
) -> bytes:
    """trusted_root.json of one log: one log key, one key for SCTs, one authority."""
    valid = {"start": timestamp(now - CLOCK_SLACK)}
    chain = [authority.intermediate, authority.root]
    return canonical(
        {
            "mediaType": _ROOT_TYPE,
            "tlogs": [_log(f"https://{host}", log_key, valid)],
            "ctlogs": [_log(f"https://{host}/ct", ct_key, valid)],
            "certificateAuthorities": [
                {
                    "subject": distinguished_name(slug, number, "issuer"),
                    "uri": f"https://{host}",
                    "certChain": {"certificates": [{"rawBytes": b64(_der(certificate))} for certificate in chain]},
                    "validFor": valid,
                }
            ],
            "timestampAuthorities": [],
        }
    )


def _log(url: str, key: ec.EllipticCurvePublicKey, valid: dict[str, str]) -> dict[str, object]:
    details = {"rawBytes": b64(spki(key)), "keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": valid}
    return {
        "baseUrl": url,
        "hashAlgorithm": "SHA2_256",
        "publicKey": details,
        "logId": {"keyId": b64(key_id(key))},
    }


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def read_trusted_root(trusted_root: bytes | memoryview) -> TrustRoot:
    """The keys in a file that write_trusted_root() made; ValueError when it is something else."""
    try:
        root = json.loads(bytes(trusted_root))
        intermediate, anchor = root["certificateAuthorities"][0]["certChain"]["certificates"]
        return TrustRoot(
            log_key=_key(root["tlogs"][0]),
            ct_key=_key(root["ctlogs"][0]),
            intermediate=x509.load_der_x509_certificate(base64.b64decode(intermediate["rawBytes"])),
            root=x509.load_der_x509_certificate(base64.b64decode(anchor["rawBytes"])),
        )
    except (KeyError, IndexError, TypeError) as error:
        raise ValueError(f"the trust root lacks {error}") from error


def _key(log: dict[str, dict[str, str]]) -> ec.EllipticCurvePublicKey:
    key = serialization.load_der_public_key(base64.b64decode(log["publicKey"]["rawBytes"]))
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise ValueError("the trust root holds a key that is not on a curve")
    return key


def trust_config(trusted_root: bytes | memoryview) -> bytes:
    """The trust root wrapped for `sigstore --trust-config`; it names no service to sign with."""
    return canonical(
        {
            "mediaType": _CONFIG_TYPE,
            "trustedRoot": json.loads(bytes(trusted_root)),
            "signingConfig": {
                "mediaType": _SIGNING_TYPE,
                "rekorTlogConfig": {"selector": "ANY"},
                "tsaConfig": {"selector": "ANY"},
            },
        }
    )
