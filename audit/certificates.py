"""The log's certificates: its authority, and the short-lived leaf that names an actor. Pure; Fulcio's profile.

Sources: RFC 5280, RFC 6962 section 3.2 (SCT), and the extensions under 1.3.6.1.4.1.57264.1.
"""

import hashlib
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from audit.dsse import SIGNATURE

LEAF_LIFE = timedelta(minutes=10)
# A machine whose clock is a little behind the one that opened the log can still append.
CLOCK_SLACK = timedelta(hours=1)
AUTHORITY_LIFE = timedelta(days=30 * 365)

ISSUER = ObjectIdentifier("1.3.6.1.4.1.57264.1.1")
ISSUER_V2 = ObjectIdentifier("1.3.6.1.4.1.57264.1.8")
SUBJECT = ObjectIdentifier("1.3.6.1.4.1.57264.1.24")
SCT_LIST = ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")

_SHA256_WITH_ECDSA = b"\x04\x03"


@dataclass(frozen=True)
class Authority:
    """Root and intermediate; the root's key is gone, only the intermediate's (`key`) signs leaves."""

    root: x509.Certificate
    intermediate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def spki(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def key_id(key: ec.EllipticCurvePublicKey) -> bytes:
    return hashlib.sha256(spki(key)).digest()


def distinguished_name(slug: str, number: int, role: str) -> dict[str, str]:
    """Organisation and common name of an authority; RFC 5280 allows 64 characters."""
    return {"organization": "Breakglass", "commonName": f"{slug[:40]} log {number} {role}"}


def new_authority(*, slug: str, number: int, now: datetime) -> Authority:
    """A root and an intermediate for one log, valid from an hour before `now`."""
    root_key, key = new_key(), new_key()
    root_name, name = (_x509_name(distinguished_name(slug, number, role)) for role in ("root", "issuer"))
    start = now.replace(microsecond=0) - CLOCK_SLACK
    root = _authority(root_name, root_name, root_key, root_key.public_key(), start, path_length=1)
    issued = _authority(name, root_name, root_key, key.public_key(), start, path_length=0)
    return Authority(root, issued, key)


def _x509_name(names: dict[str, str]) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, names["organization"]),
            x509.NameAttribute(NameOID.COMMON_NAME, names["commonName"]),
        ]
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _authority(
    name: x509.Name,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    key: ec.EllipticCurvePublicKey,
    start: datetime,
    *,
    path_length: int,
) -> x509.Certificate:
    builder = _builder(name, issuer, key, start, start + CLOCK_SLACK + AUTHORITY_LIFE)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
    builder = builder.add_extension(_key_usage(signs_certificates=True), critical=True)
    if path_length == 0:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
    return _with_key_ids(builder, key, issuer_key.public_key()).sign(issuer_key, hashes.SHA256())


def _builder(
    name: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=name,
        public_key=key,
        serial_number=x509.random_serial_number(),
        not_valid_before=start,
        not_valid_after=end,
    )


def _with_key_ids(
    builder: x509.CertificateBuilder, key: ec.EllipticCurvePublicKey, issuer_key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    return builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)


def issue_leaf(
    *,
    key: ec.EllipticCurvePublicKey,
    identity: x509.GeneralName,
    issuer: str,
    sub: str,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    ct_key: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> x509.Certificate:
    """A certificate for one signature: valid ten minutes from the whole second of `now`, with its SCT.

    `identity` is the e-mail or URI of the actor, `issuer` vouches for it, `sub` is the issuer's own name for them.
    """
    start = now.replace(microsecond=0)
    builder = _builder(x509.Name([]), authority.subject, key, start, start + LEAF_LIFE)
    builder = builder.add_extension(_key_usage(signs_certificates=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
    builder = _with_key_ids(builder, key, authority_key.public_key())
    builder = builder.add_extension(x509.SubjectAlternativeName([identity]), critical=True)
    for extension in issuer_extensions(issuer, sub):
        builder = builder.add_extension(extension, critical=False)
    precertificate = builder.sign(authority_key, hashes.SHA256()).tbs_certificate_bytes
    sct_list = _sct_list(precertificate, authority_key.public_key(), ct_key, start)
    return builder.add_extension(sct_list, critical=False).sign(authority_key, hashes.SHA256())


def issuer_extensions(issuer: str, sub: str) -> list[x509.UnrecognizedExtension]:
    """Who vouches for the identity: raw, as the oldest verifiers read it, then as DER; and the issuer's own subject."""
    extensions = [
        x509.UnrecognizedExtension(ISSUER, issuer.encode()),
        x509.UnrecognizedExtension(ISSUER_V2, der(0x0C, issuer.encode())),
    ]
    if sub:
        extensions.append(x509.UnrecognizedExtension(SUBJECT, der(0x0C, sub.encode())))
    return extensions


def der(tag: int, content: bytes) -> bytes:
    """One primitive DER value (X.690 section 8.1)."""
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def sct_signed_data(precertificate: bytes, issuer_key: ec.EllipticCurvePublicKey, milliseconds: int) -> bytes:
    """What an SCT's signature covers for a precertificate (RFC 6962 section 3.2)."""
    return (
        struct.pack(">BBQH", 0, 0, milliseconds, 1)
        + key_id(issuer_key)
        + len(precertificate).to_bytes(3)
        + precertificate
        + b"\x00\x00"
    )


def _sct_list(
    precertificate: bytes, issuer_key: ec.EllipticCurvePublicKey, ct_key: ec.EllipticCurvePrivateKey, at: datetime
) -> x509.UnrecognizedExtension:
    milliseconds = int(at.timestamp()) * 1000
    signature = ct_key.sign(sct_signed_data(precertificate, issuer_key, milliseconds), SIGNATURE)
    head = b"\x00" + key_id(ct_key.public_key()) + struct.pack(">QH", milliseconds, 0)
    sct = head + _SHA256_WITH_ECDSA + struct.pack(">H", len(signature)) + signature
    listed = struct.pack(">HH", len(sct) + 2, len(sct)) + sct
    return x509.UnrecognizedExtension(SCT_LIST, der(0x04, listed))
