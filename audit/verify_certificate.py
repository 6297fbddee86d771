"""Checking an entry's certificate: who issued it, when it was valid, and that it names the entry's actor. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from audit.certificates import ISSUER, ISSUER_V2, SUBJECT, issuer_extensions, key_id, sct_signed_data
from audit.dsse import SIGNATURE
from audit.errors import LogError
from audit.identity import general_name
from audit.trust import TrustRoot
from audit.verify_errors import Broken

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def check_authority(trust: TrustRoot) -> None:
    """The trust root's own chain holds: root signs itself and the intermediate."""
    try:
        trust.root.verify_directly_issued_by(trust.root)
        trust.intermediate.verify_directly_issued_by(trust.root)
    except (InvalidSignature, ValueError, TypeError):
        raise Broken("the certificates in its trust root do not sign one another") from None


def check_leaf(certificate: x509.Certificate, trust: TrustRoot, actor: Mapping[str, str], integrated_time: int) -> None:
    """The certificate was issued under this trust root, to this actor, for this moment (Unix seconds)."""
    try:
        certificate.verify_directly_issued_by(trust.intermediate)
    except (InvalidSignature, ValueError, TypeError):
        raise Broken("its certificate was not issued by the log's authority") from None
    moment = datetime.fromtimestamp(integrated_time, UTC)
    for one in (certificate, trust.intermediate, trust.root):
        if not one.not_valid_before_utc <= moment <= one.not_valid_after_utc:
            raise Broken(f"its certificate was not valid at {moment:%Y-%m-%dT%H:%M:%SZ}")
    try:
        _check_usage(certificate)
        _check_names(certificate, actor)
        _check_sct(certificate, trust)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError, KeyError, LogError) as error:
        raise Broken(f"its certificate is not of the log's kind ({error})") from error


def _check_usage(certificate: x509.Certificate) -> None:
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    if list(usage) != [ExtendedKeyUsageOID.CODE_SIGNING]:
        raise Broken("its certificate is not one for signing")


def _check_names(certificate: x509.Certificate, actor: Mapping[str, str]) -> None:
    identity = x509.SubjectAlternativeName([general_name(actor["type"], actor["identity"])])
    if certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value != identity:
        raise Broken(f"its certificate does not name its actor, {actor['identity']}")
    vouching = {ISSUER, ISSUER_V2, SUBJECT}
    found = [extension.value for extension in certificate.extensions if extension.oid in vouching]
    if found != issuer_extensions(actor["issuer"], actor["sub"]):
        raise Broken(f"its certificate is not vouched for by {actor['issuer']}")


def _check_sct(certificate: x509.Certificate, trust: TrustRoot) -> None:
    listed = certificate.extensions.get_extension_for_class(x509.PrecertificateSignedCertificateTimestamps).value
    issuer_key = trust.intermediate.public_key()
    assert isinstance(issuer_key, ec.EllipticCurvePublicKey)  # noqa: S101  check_authority() has used it
    if len(listed) != 1 or listed[0].log_id != key_id(trust.ct_key):
        raise Broken("its certificate carries no timestamp of the log's")
    milliseconds = (listed[0].timestamp.replace(tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)
    signed = sct_signed_data(certificate.tbs_precertificate_bytes, issuer_key, milliseconds)
    try:
        trust.ct_key.verify(listed[0].signature, signed, SIGNATURE)
    except InvalidSignature:
        raise Broken("its certificate's timestamp is not the log's") from None
