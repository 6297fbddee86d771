"""A log's checkpoint: its size and root as a signed note (C2SP tlog-checkpoint and signed-note). Pure."""

import base64
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec

from audit.canonical import b64
from audit.certificates import key_id
from audit.dsse import SIGNATURE

_NOTE = re.compile(
    r"(?P<text>(?P<origin>\S+ - (?:0|[1-9][0-9]*))\n(?P<size>0|[1-9][0-9]*)\n(?P<root>[A-Za-z0-9+/]{43}=)\n)"
    r"\n\u2014 (?P<name>\S+) (?P<signature>[A-Za-z0-9+/]+=*)\n"
)


@dataclass(frozen=True)
class Note:
    """A checkpoint read back; `origin` is `<host> - <log number>`."""

    origin: str
    size: int
    root: bytes


def origin(host: str, number: int) -> str:
    return f"{host} - {number}"


def sign_note(*, host: str, number: int, size: int, root: bytes, key: ec.EllipticCurvePrivateKey) -> str:
    text = f"{origin(host, number)}\n{size}\n{b64(root)}\n"
    signature = key_id(key.public_key())[:4] + key.sign(text.encode(), SIGNATURE)
    return f"{text}\n\u2014 {host} {b64(signature)}\n"


def open_note(note: str, *, host: str, number: int, key: ec.EllipticCurvePublicKey) -> Note:
    """Read a note that this key signed for this log; ValueError with the reason otherwise."""
    match = _NOTE.fullmatch(note)
    if match is None:
        raise ValueError("the checkpoint is not a signed note of one signature")
    if match["origin"] != origin(host, number):
        raise ValueError(f"the checkpoint is of {match['origin']}, not of {origin(host, number)}")
    if match["name"] != host:
        raise ValueError(f"the checkpoint is signed by {match['name']}, not by {host}")
    signature = base64.b64decode(match["signature"], validate=True)
    if signature[:4] != key_id(key)[:4]:
        raise ValueError("the checkpoint names another key than the log's")
    try:
        key.verify(signature[4:], match["text"].encode(), SIGNATURE)
    except InvalidSignature:
        raise ValueError("the checkpoint's signature is not the log's") from None
    return Note(match["origin"], int(match["size"]), base64.b64decode(match["root"]))
