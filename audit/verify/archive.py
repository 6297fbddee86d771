"""Reading a pack that nobody vouches for: bounded in size, no member that a pack does not have, nothing extracted."""

import io
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from audit.verify_errors import Broken

MOST_MEMBERS = 1000
MOST_BYTES = 1 << 30  # unpacked, all members together
MOST_PACKED = 1 << 29
MOST_RATIO = 500  # deflate packs zeros about a thousandfold, what people write a dozenfold
SMALL = 1 << 20  # below this no ratio is suspicious

_TOP = (
    r"manifest\.json|manifest\.sigstore\.json|README\.txt|evidence\.pdf"
    r"|(?:bypasses|reviews|deploys|checks|verdicts|post_mortems|policies|access)\.csv"
)
_LOG = r"entries\.jsonl|batches\.jsonl|trusted_root\.json|trust_config\.json|checkpoint|anchors/[\w-][\w.-]*"
_NAME = re.compile(rf"(?:{_TOP}|log/[1-9][0-9]{{0,8}}/(?:{_LOG}))", re.ASCII)
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError,
    OverflowError, IndexError, UnicodeError,
)  # fmt: skip


def read_pack(path: Path) -> Mapping[str, bytes]:
    """Every member of the pack by its name. Raises Broken, naming the member or the pack."""
    try:
        size = path.stat().st_size
        if size > MOST_PACKED:
            raise Broken(f"it is {size} bytes long; a pack is at most {MOST_PACKED}", "the pack")
        content = path.read_bytes()
    except OSError as error:
        raise Broken(f"it can't be read ({error.strerror}): check its name", "the pack") from error
    return read_members(content)


def read_members(content: bytes) -> Mapping[str, bytes]:
    """The same for a pack's bytes."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _check_members(members)
            return {member.filename: _read(archive, member) for member in members}
    except _UNREADABLE as error:
        raise Broken(f"it is no zip archive, or was cut short or changed ({_words(error)})", "the pack") from error


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_MEMBERS:
        raise Broken(f"it has {len(members)} members; a pack has at most {MOST_MEMBERS}", "the pack")
    for name, times in Counter(member.filename for member in members).items():
        if not _NAME.fullmatch(name):
            raise Broken("no pack has a member of this name: nothing of it was unpacked", repr(name[:200]))
        if times > 1:
            raise Broken(f"it is in the pack {times} times", name)
    if sum(member.file_size for member in members) > MOST_BYTES:
        raise Broken(f"it would unpack to more than {MOST_BYTES} bytes, so it was not unpacked", "the pack")
    for member in members:
        if member.file_size > SMALL and member.file_size > MOST_RATIO * member.compress_size:
            raise Broken("it would unpack to far more than evidence does, so it was not unpacked", member.filename)


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    try:
        return archive.read(member)
    except _UNREADABLE as error:
        raise Broken(f"its bytes were changed or cut short ({_words(error)})", member.filename) from error


def _words(error: Exception) -> str:
    return str(error)[:200] or type(error).__name__
