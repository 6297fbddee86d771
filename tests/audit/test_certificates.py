"""Section 4 of the format: the leaf certificate, the authority, and the trust root."""

import hashlib
import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from audit.certificates import CLOCK_SLACK, der, new_authority
from audit.models import Entry, Log
from audit.trust import read_trusted_root, trust_config
from tests.audit.conftest import MACHINE, NOW, OPENED, PERSON, Write


def leaf(entry: Entry) -> x509.Certificate:
    return x509.load_der_x509_certificate(bytes(entry.certificate))


def extension(certificate: x509.Certificate, dotted: str) -> bytes:
    found = certificate.extensions.get_extension_for_oid(x509.ObjectIdentifier(dotted)).value
    assert isinstance(found, x509.UnrecognizedExtension)
    return found.value


def test_the_leaf_is_valid_for_ten_minutes_from_the_whole_second(entry: Entry) -> None:
    certificate = leaf(entry)
    assert certificate.not_valid_before_utc == datetime(2026, 3, 2, 2, 7, 11, tzinfo=UTC)
    assert certificate.not_valid_after_utc == datetime(2026, 3, 2, 2, 17, 11, tzinfo=UTC)


def test_the_leaf_has_no_subject_and_the_extensions_in_order(entry: Entry) -> None:
    certificate = leaf(entry)
    assert list(certificate.subject) == []
    assert [(one.oid.dotted_string, one.critical) for one in certificate.extensions] == [
        ("2.5.29.15", True),
        ("2.5.29.37", False),
        ("2.5.29.14", False),
        ("2.5.29.35", False),
        ("2.5.29.17", True),
        ("1.3.6.1.4.1.57264.1.1", False),
        ("1.3.6.1.4.1.57264.1.8", False),
        ("1.3.6.1.4.1.57264.1.24", False),
        ("1.3.6.1.4.1.11129.2.4.2", False),
    ]


def test_the_leaf_signs_and_nothing_else(entry: Entry) -> None:
    usage = leaf(entry).extensions.get_extension_for_class(x509.KeyUsage).value
    purposes = leaf(entry).extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert (usage.digital_signature, usage.key_cert_sign, usage.crl_sign) == (True, False, False)
    assert list(purposes) == [ExtendedKeyUsageOID.CODE_SIGNING]


def test_a_person_is_named_by_e_mail_issuer_and_subject(entry: Entry) -> None:
    names = leaf(entry).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert list(names) == [x509.RFC822Name(PERSON.san)]
    assert extension(leaf(entry), "1.3.6.1.4.1.57264.1.1") == PERSON.issuer.encode()
    assert extension(leaf(entry), "1.3.6.1.4.1.57264.1.8") == b"\x0c\x1b" + PERSON.issuer.encode()
    assert extension(leaf(entry), "1.3.6.1.4.1.57264.1.24") == b"\x0c\x05sub-7"


def test_a_machine_is_named_by_uri(write: Write) -> None:
    certificate = leaf(write(1, MACHINE)[0])
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert list(names) == [x509.UniformResourceIdentifier(MACHINE.san)]
    with pytest.raises(x509.ExtensionNotFound):
        extension(certificate, "1.3.6.1.4.1.57264.1.24")


def test_every_entry_has_a_key_and_serial_of_its_own(write: Write) -> None:
    leaves = [leaf(entry) for entry in write(3)]
    assert len({one.public_key().public_numbers() for one in leaves}) == 3  # type: ignore[union-attr]
    assert len({one.serial_number for one in leaves}) == 3
    assert all(0 < one.serial_number < 1 << 159 for one in leaves)


def test_the_authority_is_a_root_and_an_intermediate(log: Log) -> None:
    trust = read_trusted_root(log.trusted_root)
    assert _path_length(trust.root) == 1
    assert _path_length(trust.intermediate) == 0
    purposes = trust.intermediate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.CODE_SIGNING]
    trust.root.verify_directly_issued_by(trust.root)
    trust.intermediate.verify_directly_issued_by(trust.root)
    assert trust.intermediate.not_valid_before_utc == OPENED.replace(microsecond=0) - timedelta(hours=1)


def _path_length(certificate: x509.Certificate) -> int | None:
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    assert (constraints.critical, usage.critical) == (True, True)
    assert (constraints.value.ca, usage.value.key_cert_sign) == (True, True)
    return constraints.value.path_length


def test_an_authority_of_a_long_slug_still_has_a_name() -> None:
    authority = new_authority(slug="s" * 100, number=123, now=NOW)
    assert authority.intermediate.subject.rfc4514_string() == f"CN={'s' * 40} log 123 issuer,O=Breakglass"


def test_the_trust_root_lists_this_log_alone(log: Log) -> None:
    root = json.loads(bytes(log.trusted_root))
    start = {"start": "2026-03-01T01:07:11Z"}
    assert datetime(2026, 3, 1, 1, 7, 11, 250_000, tzinfo=UTC) == OPENED - CLOCK_SLACK
    assert root["mediaType"] == "application/vnd.dev.sigstore.trustedroot+json;version=0.1"
    assert root["timestampAuthorities"] == []
    for logs, url in (("tlogs", "https://initech.log.localhost"), ("ctlogs", "https://initech.log.localhost/ct")):
        (listed,) = root[logs]
        key = b64decode(listed["publicKey"].pop("rawBytes"))
        assert listed == {
            "baseUrl": url,
            "hashAlgorithm": "SHA2_256",
            "publicKey": {"keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": start},
            "logId": {"keyId": _b64_sha256(key)},
        }
    (authority,) = root["certificateAuthorities"]
    assert len(authority.pop("certChain")["certificates"]) == 2
    assert authority == {
        "subject": {"organization": "Breakglass", "commonName": "initech log 1 issuer"},
        "uri": "https://initech.log.localhost",
        "validFor": start,
    }


def _b64_sha256(data: bytes) -> str:
    return b64encode(hashlib.sha256(data).digest()).decode()


def test_the_keys_are_p256(log: Log) -> None:
    trust = read_trusted_root(log.trusted_root)
    assert {type(key.curve) for key in (trust.log_key, trust.ct_key)} == {ec.SECP256R1}


def test_the_trust_config_holds_the_frozen_trust_root(log: Log) -> None:
    config = json.loads(trust_config(log.trusted_root))
    assert config["mediaType"] == "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json"
    assert config["trustedRoot"] == json.loads(bytes(log.trusted_root))


@pytest.mark.parametrize("other", [b"{}", b"[]", b"null", b'{"certificateAuthorities":[]}'])
def test_another_file_is_not_read_as_a_trust_root(other: bytes) -> None:
    with pytest.raises(ValueError, match=r"^the trust root lacks "):
        read_trusted_root(other)


@pytest.mark.parametrize(
    ("length", "head"), [(0, "0c00"), (127, "0c7f"), (128, "0c8180"), (255, "0c81ff"), (256, "0c820100")]
)
def test_der_lengths(length: int, head: str) -> None:
    assert der(0x0C, b"a" * length) == bytes.fromhex(head) + b"a" * length
