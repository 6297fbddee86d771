"""The PDF of a pack: PDF/A-3a, tagged, with the CSV files inside it. It says nothing that the entries do not say."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string

from audit.evidence import counts, summary
from audit.evidence.history import History, histories
from audit.evidence.manifest import Made, digests
from audit.evidence.tables import field
from audit.evidence.values import Held, PackEntry
from breakglass import sentences
from breakglass.actions.exporting import Contents

CRITERIA = (
    ("CC8.1", "Changes in an emergency are authorised, documented, tracked and approved",
     "bypasses.csv, reviews.csv, deploys.csv; the page of each bypass"),
    ("CC6.1, CC6.3", "Access is least, and goes when it is no longer required",
     "the scope and the end of each bypass in bypasses.csv; its expiry is the clock's, not a job's"),
    ("CC6.2, CC6.3", "Who may approve is known, and duties are segregated",
     "access.csv and policies.csv; nobody approves their own request, refused by the database too"),
    ("CC7.2, CC7.3", "Events are detected and evaluated",
     "checks.csv and verdicts.csv: what every gate asked and was answered"),
    ("CC7.4, CC7.5", "Incidents are answered, learned from and not repeated", "post_mortems.csv"),
    ("CC4.1, CC4.2", "Deficiencies are found and followed up", "the exceptions in this document"),
    ("CC2.1", "Information is complete and accurate",
     "manifest.json and the log's entries: gap-free, signed, recomputable by anybody"),
)  # fmt: skip


def render(contents: Contents) -> bytes | None:
    """The PDF; None where Pango is missing. The same contents always give the same bytes."""
    try:
        import weasyprint  # noqa: PLC0415  the import itself fails without Pango
        from weasyprint.urls import URLFetcher  # noqa: PLC0415
    except OSError:
        return None
    made_at = contents.made.at
    attachments = [
        weasyprint.Attachment(
            string=content, name=name, created=made_at, modified=made_at, relationship="Source", description=name
        )
        for name, content in contents.files.items()
        if name.endswith(".csv")
    ]
    fetcher = URLFetcher(allowed_protocols={"data"})
    html = render_to_string("pdf/evidence.html", words(contents))
    identifier = hashlib.sha256(html.encode()).hexdigest()[:32].encode()
    document: bytes = weasyprint.HTML(string=html, url_fetcher=fetcher).write_pdf(
        pdf_variant="pdf/a-3a", pdf_identifier=identifier, attachments=attachments
    )
    return document


def words(contents: Contents) -> dict[str, Any]:
    """What the template needs."""
    known, described = contents.known, contents.described
    all_of_them = histories(known)
    root = bytes(contents.parts[-1].checkpoint.root)
    paged = summary.paged(all_of_them, root)
    return {
        **described,
        "made": contents.made,
        "made_by": _who(contents.made),
        "period": known.period,
        "as_of": known.as_of,
        "logs": described["logs"],
        "gates": counts.by_gate(known),
        "totals": counts.totals(known),
        "criteria": CRITERIA,
        "exceptions": summary.exceptions(known, all_of_them),
        "bypasses": [_page(history) for history in paged],
        "others": [history for history in all_of_them if history not in paged],
        "sampled": len(paged) < len(all_of_them),
        "seed": b64encode(root).decode(),
        "policies": _of_kind(known, "policy.published"),
        "files": [
            {"name": name, "digest": digest, "rows": described["rows"].get(name, "")}
            for name, digest in digests(contents.files).items()
        ],
    }


def _who(made: Made) -> str:
    by = made.by
    return f"{by['name']} ({by['identity']}), vouched for by {by['issuer']}"


def _of_kind(known: Held, kind: str) -> list[PackEntry]:
    return [entry for entry in known.until_end if entry.kind == kind]


def _page(history: History) -> dict[str, Any]:
    return {
        "history": history,
        "asked": history.request,
        "scope": history.request["scope"],
        "opened": history.opened,
        "until": history.closed_at or history.as_of,
        "timeline": [_line(entry) for entry in history.entries],
    }


def _line(entry: PackEntry) -> dict[str, Any]:
    data: Mapping[str, Any] = entry.data
    says = sentences.SAYS.get(entry.kind)
    return {
        "id": entry.id,
        "at": entry.time,
        "actor": entry.actor["name"],
        "says": says(dict(data)) if says is not None else entry.kind,
        "quote": field(data, "comment") or field(data, "sentence") or "",
    }
