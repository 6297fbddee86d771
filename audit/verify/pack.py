"""Checking a whole pack: what is signed, what is there, what the log says, and that all of it is one. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from audit import merkle
from audit.canonical import b64
from audit.checkpoint import open_note
from audit.evidence import manifest
from audit.evidence.history import missing
from audit.evidence.manifest import BUNDLE, NAME
from audit.evidence.tables import csv_files
from audit.evidence.values import Held
from audit.verify.claims import Claims, check_signed, facts_of, member, read_claims
from audit.verify.logs import CheckedLog, check_log_files
from audit.verify_errors import Broken

_OWN = frozenset({"v", "generated_at", "generated_by", "portal", "files", "pdf"})


@dataclass(frozen=True)
class Report:
    """A pack that holds: what it is about, what was compared, and whether a trust root was."""

    claims: Claims
    logs: Sequence[CheckedLog]
    entry: str
    files: int
    trusted: bool
    checkpoints: int


def check_pack(
    files: Mapping[str, bytes], *, trusted_roots: Sequence[bytes] = (), checkpoints: Sequence[str] = ()
) -> Report:
    """Everything about a pack; Broken with the first thing wrong and where it is.

    `trusted_roots` are files that came from elsewhere, one for each log; `checkpoints` notes that were kept elsewhere.
    """
    claims = read_claims(member(files, NAME))
    facts = {number: facts_of(claims, number, files) for number in claims.hosts}
    if not facts:
        raise Broken("it names no log", NAME)
    entry = check_signed(claims, files, facts)
    _check_files(claims, files)
    logs = [check_log_files(files, facts[number], claims.period) for number in sorted(facts)]
    _check_chain(logs)
    _check_computed(claims, files, logs)
    for log in logs:
        _check_trusted(log, trusted_roots)
    for note in checkpoints:
        _check_checkpoint(note, logs)
    return Report(claims, logs, entry, len(files), bool(trusted_roots), len(checkpoints))


def _check_files(claims: Claims, files: Mapping[str, bytes]) -> None:
    for name, digest in claims.files.items():
        if hashlib.sha256(member(files, name)).hexdigest() != digest:
            raise Broken("its SHA-256 is not the one in manifest.json", name)
    for name in files:
        if name not in claims.files and name not in {NAME, BUNDLE}:
            raise Broken("it is in the pack, but manifest.json does not name it", name)


def _check_chain(logs: Sequence[CheckedLog]) -> None:
    """Each log but the first names the one before it, closed as this pack knows it."""
    for before, log in pairwise(logs):
        said = log.entries[0].data
        if log.facts.number != before.facts.number + 1:
            raise Broken(f"log {before.facts.number + 1} is missing between its logs", NAME)
        if (said.get("previous_size"), said.get("previous_root")) != (before.note.size, before.note.root.hex()):
            raise Broken(f"it follows another log {before.facts.number} than the pack's", log.entries[0].id)


def _check_computed(claims: Claims, files: Mapping[str, bytes], logs: Sequence[CheckedLog]) -> None:
    """The CSV files and the manifest say what the entries say."""
    entries = [entry for log in logs for entry in log.entries]
    batches = {entry: rows for log in logs for entry, rows in log.batches.items()}
    held = Held(claims.period, manifest.as_of(claims.period, claims.made_at), entries, batches)
    try:
        for bypass in missing(held):
            raise Broken("the period has entries about it, but the entry that asked for it is not in the pack", bypass)
        _check_policies(held)
        tables = csv_files(held)
        described = manifest.describe(held, claims.tenant, [log.extent for log in logs])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Broken(f"an entry lacks what its kind has to say ({error!r:.100})", "the log") from error
    for name, content in tables.items():
        if member(files, name) != content:
            raise Broken(f"{_first_difference(files[name], content)} is not what the entries say", name)
    _check_described(claims.whole, described)


def _check_policies(held: Held) -> None:
    known = {entry.data["digest"] for entry in held.until_end if entry.kind == "policy.published"}
    for entry in held.within:
        if entry.kind == "bypass.requested" and entry.data["policy"]["digest"] not in known:
            raise Broken("the policy version that it relied on is not in the pack", entry.id)


def _first_difference(found: bytes, expected: bytes) -> str:
    lines = zip(found.split(b"\r\n"), expected.split(b"\r\n"), strict=False)
    number = next((n for n, (one, other) in enumerate(lines, start=1) if one != other), None)
    return "its length" if number is None else f"its line {number}"


def _check_described(whole: Mapping[str, Any], described: Mapping[str, Any]) -> None:
    for name in sorted(described.keys() | whole.keys() - _OWN):
        if whole.get(name) != described.get(name):
            raise Broken(f"its {name!r} is not what the entries say", NAME)


def _check_trusted(log: CheckedLog, given: Sequence[bytes]) -> None:
    if given and log.facts.trusted_root not in given:
        here, yours = _fingerprint(log.facts.trusted_root), ", ".join(map(_fingerprint, given))
        reason = f"it is {here}, and not the trust root that was given ({yours}): these are not the portal's signatures"
        raise Broken(reason, f"log/{log.facts.number}/trusted_root.json")


def _fingerprint(trusted_root: bytes) -> str:
    return f"sha256:{hashlib.sha256(trusted_root).hexdigest()}"


def _check_checkpoint(text: str, logs: Sequence[CheckedLog]) -> None:
    """The tree that was signed elsewhere or earlier is a beginning of the pack's, or the same."""
    place = "the checkpoint that was given"
    log = next((log for log in logs if text.startswith(f"{log.facts.host} - {log.facts.number}\n")), None)
    if log is None:
        raise Broken("it is of no log in this pack", place)
    try:
        note = open_note(text, host=log.facts.host, number=log.facts.number, key=log.facts.trust.log_key)
    except ValueError as error:
        raise Broken(str(error), place) from error
    if note.size > log.note.size:
        reason = f"it is over {note.size} entries and the pack's only over {log.note.size}: make a newer pack"
        raise Broken(reason, place)
    if _root_at(log, note.size, place) != note.root:
        raise Broken(f"the log had other entries when it was signed over {note.size}: root {b64(note.root)}", place)


def _root_at(log: CheckedLog, size: int, place: str) -> bytes:
    """The root over the first `size` entries: the last of them, and the left siblings on its path (RFC 6962)."""
    if size == log.note.size:
        return log.note.root
    if size - 1 not in log.proved:
        reason = f"the pack does not hold entry {log.facts.number}-{size - 1}: make one whose period does"
        raise Broken(reason, place)
    leaf, path = log.proved[size - 1]
    return merkle.prefix_root(leaf, size - 1, log.note.size, path)
