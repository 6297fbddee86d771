"""What the verifier says of a pack, for people and as JSON. Text from the pack is shown without control characters."""

import hashlib
from typing import Any

from audit.canonical import b64
from audit.verify.logs import CheckedLog
from audit.verify.pack import Report
from audit.verify_errors import Broken

UNTRUSTED = "SELF-CONSISTENT ONLY"


def lines(pack: str, report: Report) -> list[str]:
    """A pack that holds, line by line."""
    claims, whole = report.claims, report.claims.whole
    period, tenant, total = claims.period, claims.tenant, whole["population"]["total"]
    said = [
        pack,
        f"Evidence of {tenant['name']} ({tenant['slug']}), {period.start} up to and without {period.end}, UTC",
        *(_log(log) for log in report.logs),
        f"{_count(total, 'bypass', 'bypasses')}; every CSV file and count follows from the entries",
        f"{report.files} files as signed by the portal in entry {report.entry}",
    ]
    if report.checkpoints:
        said.append("The log as of the checkpoint that was given is the beginning of this one")
    return [_plain(line) for line in [*said, *_verdict(report)]]


def _count(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"


def _log(log: CheckedLog) -> str:
    number = log.facts.number
    extent = (
        f"log {number}: {number}-{log.first} to {number}-{log.last} without a gap, {log.extent.earlier} from before"
    )
    return f"{extent}, each proved under the root {b64(log.note.root)} of {log.note.size} entries"


def _verdict(report: Report) -> list[str]:
    if report.trusted:
        return ["HOLDS under the trust root that was given"]
    return [
        f"{UNTRUSTED}: no trust root was given, so this shows only that the pack agrees with itself.",
        "Compare these fingerprints with the portal's, or give the files with --trusted-root:",
        *(f"  log {number} {fingerprint}" for number, fingerprint in _fingerprints(report).items()),
    ]


def _fingerprints(report: Report) -> dict[str, str]:
    return {
        str(log.facts.number): f"sha256:{hashlib.sha256(log.facts.trusted_root).hexdigest()}" for log in report.logs
    }


def as_data(report: Report) -> dict[str, Any]:
    """A pack that holds, as JSON."""
    whole = report.claims.whole
    return {
        "holds": True,
        "trusted": report.trusted,
        "verdict": "HOLDS" if report.trusted else UNTRUSTED,
        "fingerprints": _fingerprints(report),
        "tenant": whole["tenant"],
        "period": whole["period"],
        "population": whole["population"],
        "rows": whole["rows"],
        "logs": whole["logs"],
        "entry": report.entry,
        "checkpoints_compared": report.checkpoints,
    }


def broken_lines(pack: str, broken: Broken) -> list[str]:
    """A pack that does not hold."""
    return [_plain(line) for line in (pack, f"BROKEN: {broken.entry_id or 'the pack'}: {broken.reason}")]


def broken_data(broken: Broken) -> dict[str, Any]:
    """The same as JSON."""
    return {"holds": False, "where": broken.entry_id or "the pack", "reason": broken.reason}


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
