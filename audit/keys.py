"""The log's private keys at rest: encrypted under KEY_ENCRYPTION_SECRET, each for its own place only."""

import base64
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from audit.errors import KeysLocked
from audit.models import Log


@dataclass(frozen=True)
class SigningKeys:
    """A log's private keys: `log` signs checkpoints and promises, `ct` SCTs, `issuer` leaf certificates."""

    log: ec.EllipticCurvePrivateKey
    ct: ec.EllipticCurvePrivateKey
    issuer: ec.EllipticCurvePrivateKey


def _fernet(purpose: str) -> Fernet:
    # A key per purpose: a ciphertext moved to another row or column does not open there.
    kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"breakglass {purpose}".encode())
    return Fernet(base64.urlsafe_b64encode(kdf.derive(settings.KEY_ENCRYPTION_SECRET.encode())))


def lock_secret(plain: bytes, purpose: str) -> bytes:
    """The bytes, encrypted; only unlock_secret() with the same purpose and secret opens them."""
    return _fernet(purpose).encrypt(plain)


def unlock_secret(locked: bytes | memoryview, purpose: str) -> bytes:
    """The bytes that lock_secret() encrypted; KeysLocked when the secret or the purpose is another."""
    try:
        return _fernet(purpose).decrypt(bytes(locked))
    except InvalidToken:
        raise KeysLocked(
            f"The key for {purpose} does not open: set KEY_ENCRYPTION_SECRET to the value it was made with."
        ) from None


def lock(key: ec.EllipticCurvePrivateKey, purpose: str) -> bytes:
    """The private key, encrypted; only unlock() with the same purpose and secret opens it."""
    plain = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return lock_secret(plain, purpose)


def unlock(locked: bytes | memoryview, purpose: str) -> ec.EllipticCurvePrivateKey:
    """The private key that lock() encrypted; KeysLocked when the secret or the purpose is another."""
    key = serialization.load_der_private_key(unlock_secret(locked, purpose), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise KeysLocked(f"The key for {purpose} is not an elliptic-curve key: restore the log's row from a backup.")
    return key


def purpose(host: str, number: int, name: str) -> str:
    return f"{host} {number} {name}"


def signing_keys(log: Log) -> SigningKeys:
    """The private keys of a log; KeysLocked when they do not open."""
    return SigningKeys(
        log=unlock(log.log_key, purpose(log.host, log.number, "log")),
        ct=unlock(log.ct_key, purpose(log.host, log.number, "ct")),
        issuer=unlock(log.issuer_key, purpose(log.host, log.number, "issuer")),
    )
