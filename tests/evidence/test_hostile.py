"""Packs that nobody vouches for: each is refused in one sentence that names what is wrong, not by a traceback."""

from __future__ import annotations

import io
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import pytest

from audit.evidence.zip_file import write_zip
from audit.verify import archive
from audit.verify.__main__ import main
from audit.verify.archive import read_members
from audit.verify.pack import check_pack
from audit.verify_errors import Broken
from tests.evidence.conftest import content
from tests.evidence.test_pack import MEMBERS

_made: dict[str, bytes] = {}


@pytest.fixture
def pack(request: pytest.FixtureRequest, db: None) -> bytes:
    """The bytes of one pack, made once: what these tests do to it needs no database."""
    if not _made:
        request.getfixturevalue("quarter")
        _made["pack"] = content(request.getfixturevalue("make")())
    return _made["pack"]


@pytest.fixture
def members(pack: bytes) -> dict[str, bytes]:
    return dict(read_members(pack))


def broken(pack: bytes) -> Broken:
    """How the pack is refused."""
    with pytest.raises(Broken) as refused:
        check_pack(read_members(pack))
    return refused.value


def flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize("name", MEMBERS)
@pytest.mark.parametrize("part", [0, 0.3, 0.5, 0.9])
def test_a_flipped_byte_is_found_in_its_member(members: dict[str, bytes], name: str, part: float) -> None:
    members[name] = flip(members[name], int(part * len(members[name])))
    refused = broken(write_zip(members))
    # What signs the manifest is read before it: when neither fits the other, either may be the one that was changed.
    pair = {"manifest.json", "manifest.sigstore.json"}
    allowed = pair | {name, "log/1/trusted_root.json"} if name == "manifest.json" else {name}
    assert refused.entry_id in allowed


@pytest.mark.parametrize("name", MEMBERS)
def test_a_byte_flipped_in_the_archive_is_found(pack: bytes, name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(pack)) as opened:
        member = opened.getinfo(name)
    at = member.header_offset + 30 + len(name) + member.compress_size // 2
    assert broken(flip(pack, at)).entry_id == name


@pytest.mark.parametrize("name", MEMBERS)
def test_a_missing_member_is_named(members: dict[str, bytes], name: str) -> None:
    del members[name]
    assert (broken(write_zip(members)).entry_id, broken(write_zip(members)).reason) == (
        name,
        "it is missing from the pack",
    )


@pytest.mark.parametrize("kept", [0, 1, 21, 1000, 0.5, 0.99])
def test_a_pack_cut_short_is_refused(pack: bytes, kept: float) -> None:
    end = int(kept * len(pack)) if isinstance(kept, float) else kept
    refused = broken(pack[:end])
    assert refused.entry_id == "the pack"
    assert refused.reason.startswith("it is no zip archive, or was cut short or changed (")


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd", "/etc/passwd", "log/../manifest.json", "log\\1\\entries.jsonl", "C:\\evil.txt", "evil.txt",
        "log/1/", "log/0/checkpoint", "log/01/checkpoint", "log/1/anchors/../../x", "log/1/anchors/.x", "MANIFEST.JSON",
        "bypasses.csv\x00.txt", "bypasses.csv\n", "",
    ],
)  # fmt: skip
def test_a_name_that_no_pack_has_is_refused(members: dict[str, bytes], name: str) -> None:
    target = io.BytesIO(write_zip(members))
    with zipfile.ZipFile(target, "a") as opened:
        info = zipfile.ZipInfo("x")
        info.filename = name
        opened.writestr(info, b"x")
    with pytest.raises(Broken) as refused:
        check_pack(read_members(target.getvalue()))
    assert refused.value.reason in {
        "no pack has a member of this name: nothing of it was unpacked",
        "it is in the pack 2 times",  # a zip cuts a name at its first NUL
    }


def test_a_file_that_the_manifest_does_not_name_is_refused(members: dict[str, bytes]) -> None:
    refused = broken(write_zip({**members, "log/1/anchors/extra": b"x"}))
    assert (refused.entry_id, refused.reason) == (
        "log/1/anchors/extra",
        "it is in the pack, but manifest.json does not name it",
    )


def test_two_members_of_one_name_are_refused(pack: bytes, members: dict[str, bytes]) -> None:
    target = io.BytesIO(pack)
    with warnings.catch_warnings(), zipfile.ZipFile(target, "a") as opened:
        warnings.simplefilter("ignore")
        opened.writestr("bypasses.csv", members["bypasses.csv"])
    refused = broken(target.getvalue())
    assert (refused.entry_id, refused.reason) == ("bypasses.csv", "it is in the pack 2 times")


def bomb(size: int, name: str = "evidence.pdf") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr(name, bytes(size))
    return target.getvalue()


def test_a_bomb_is_not_unpacked() -> None:
    refused = broken(bomb(8 * archive.SMALL))
    assert refused.reason == "it would unpack to far more than evidence does, so it was not unpacked"


def test_a_pack_that_lies_about_its_sizes_is_not_unpacked() -> None:
    lies = bomb(8 * archive.SMALL).replace((8 * archive.SMALL).to_bytes(4, "little"), (1).to_bytes(4, "little"))
    refused = broken(lies)
    assert refused.entry_id == "evidence.pdf"


def test_more_bytes_than_a_pack_has_are_not_unpacked() -> None:
    whole = bomb(8 * archive.SMALL)
    lies = whole.replace((8 * archive.SMALL).to_bytes(4, "little"), (archive.MOST_BYTES + 1).to_bytes(4, "little"))
    assert broken(lies).reason.startswith("it would unpack to more than")


def test_more_members_than_a_pack_has_are_not_read() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as opened:
        for number in range(archive.MOST_MEMBERS + 1):
            opened.writestr(f"log/1/anchors/{number}", b"")
    assert broken(target.getvalue()).reason == "it has 1001 members; a pack has at most 1000"


@pytest.mark.parametrize(
    "text",
    [b"", b"null", b"[]", b"{}", b"[" * 100_000, b'{"v":2}', b'{"v":1,"v":1}', b"\xff", b'{"v":' + b"9" * 5000 + b"}"],
)
def test_a_manifest_that_is_none_is_refused(members: dict[str, bytes], text: bytes) -> None:
    assert broken(write_zip({**members, "manifest.json": text})).entry_id == "manifest.json"


@pytest.mark.parametrize("text", [b"", b"null", b"[]", b"{}", b"[" * 100_000, b"\xff"])
@pytest.mark.parametrize("name", ["manifest.sigstore.json", "log/1/trusted_root.json"])
def test_a_file_that_is_none_of_ours_is_refused(members: dict[str, bytes], name: str, text: bytes) -> None:
    assert broken(write_zip({**members, name: text})).entry_id == name


def test_another_packs_bundle_is_refused(members: dict[str, bytes]) -> None:
    period = members["manifest.json"].replace(b'"period_end":"2026-04-01"', b'"period_end":"2026-05-01"')
    refused = broken(write_zip({**members, "manifest.json": period}))
    assert (refused.entry_id, refused.reason) == ("manifest.json", "its SHA-256 is not the one that the portal signed")


def test_the_command_names_the_first_thing_wrong(
    members: dict[str, bytes], tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "pack.zip"
    path.write_bytes(write_zip({**members, "bypasses.csv": members["bypasses.csv"].replace(b"expired", b"revoked")}))
    assert main([str(path)]) == 1
    said = capfdbinary.readouterr().out.decode().splitlines()
    assert said == [str(path), "BROKEN: bypasses.csv: its SHA-256 is not the one in manifest.json"]


def test_the_command_says_what_it_could_not_show(
    pack: bytes, members: dict[str, bytes], tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    path, root, note = tmp_path / "pack.zip", tmp_path / "trusted_root.json", tmp_path / "checkpoint"
    path.write_bytes(pack)
    root.write_bytes(members["log/1/trusted_root.json"])
    note.write_bytes(members["log/1/checkpoint"])
    assert main([str(path)]) == 0
    assert b"SELF-CONSISTENT ONLY" in capfdbinary.readouterr().out
    assert main([str(path), "--trusted-root", str(root), "--checkpoint", str(note)]) == 0
    assert capfdbinary.readouterr().out.splitlines()[-1] == b"HOLDS under the trust root that was given"
    root.write_bytes(root.read_bytes() + b" ")
    assert main([str(path), "--trusted-root", str(root)]) == 1


@pytest.mark.parametrize("given", [["nowhere.zip"], ["."], ["pack.zip", "--trusted-root", "nowhere.json"]])
def test_a_file_that_is_not_there_is_named(given: list[str], tmp_path: Path) -> None:
    (tmp_path / "pack.zip").write_bytes(b"")
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-m", "audit.verify", *given],
        cwd=tmp_path, env={"PYTHONPATH": root}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "")
    assert "can't be read" in done.stdout.splitlines()[-1]
