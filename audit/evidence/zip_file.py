"""The pack as a zip: the same files always give the same bytes. Pure."""

import io
import zipfile
from collections.abc import Mapping

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say
_READABLE = 0o644 << 16


def write_zip(files: Mapping[str, bytes]) -> bytes:
    """The archive's bytes, its members in the order given."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            _add(archive, name, content)
    return target.getvalue()


def add_to_zip(content: bytes, name: str, member: bytes) -> bytes:
    """The archive with one more member at its end."""
    target = io.BytesIO(content)
    with zipfile.ZipFile(target, "a") as archive:
        _add(archive, name, member)
    return target.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    member = zipfile.ZipInfo(name, _EPOCH)
    member.external_attr = _READABLE
    archive.writestr(member, content, zipfile.ZIP_DEFLATED)
