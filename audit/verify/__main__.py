"""`python -m audit.verify FILE.zip [--trusted-root FILE] [--checkpoint FILE] [--json]`: exit 0 when the pack holds."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from audit.verify.archive import read_pack
from audit.verify.pack import Report, check_pack
from audit.verify.words import as_data, broken_data, broken_lines, lines
from audit.verify_errors import Broken

_MOST_GIVEN = 1 << 20  # bytes of a trust root or a checkpoint


def main(arguments: Sequence[str] | None = None) -> int:
    """Check one pack and say what was found; 0 when it holds, else 1."""
    given = _parser().parse_args(arguments)
    try:
        report = _check(given)
    except Broken as broken:
        found, said, code = broken_data(broken), broken_lines(given.pack, broken), 1
    else:
        found, said, code = as_data(report), lines(given.pack, report), 0
    text = json.dumps(found, indent=2, ensure_ascii=False) if given.json else "\n".join(said)
    sys.stdout.buffer.write(f"{text}\n".encode())
    sys.stdout.flush()
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m audit.verify", description="Check a pack of evidence, offline.")
    parser.add_argument("pack", metavar="FILE.zip")
    parser.add_argument(
        "--trusted-root",
        metavar="FILE",
        action="append",
        default=[],
        help="a log's trusted_root.json that came from elsewhere; once for each log of the pack",
    )
    parser.add_argument(
        "--checkpoint", metavar="FILE", action="append", default=[], help="a checkpoint that was kept elsewhere"
    )
    parser.add_argument("--json", action="store_true", help="say what was found as JSON")
    return parser


def _check(given: argparse.Namespace) -> Report:
    roots = [_read(path) for path in given.trusted_root]
    notes = [_read(path).decode("utf-8", "replace") for path in given.checkpoint]
    return check_pack(read_pack(Path(given.pack)), trusted_roots=roots, checkpoints=notes)


def _read(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(_MOST_GIVEN)
    except OSError as error:
        raise Broken(f"it can't be read ({error.strerror}): check its name", path) from error


if __name__ == "__main__":
    sys.exit(main())
