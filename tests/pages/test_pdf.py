"""The record as a PDF, and the page that says what to install where there can be none."""

from __future__ import annotations

import builtins
import shutil
import subprocess
import sys
from typing import Any

import pytest

from tests.cast import Cast
from tests.conftest import Approve, Ask
from tests.pages.conftest import Get, of


def has_pango() -> bool:
    """Whether WeasyPrint can be imported here."""
    try:
        import weasyprint  # noqa: F401
    except OSError:
        return False
    return True


needs_pango = pytest.mark.skipif(not has_pango(), reason="No Pango on this machine: the page says what to install.")


@needs_pango
def test_it_is_a_pdf_of_the_record(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    answer = acme.client("olga").get(of(bypass, "record.pdf"))
    assert (answer.status_code, answer.headers["Content-Type"], answer.content[:5]) == (
        200,
        "application/pdf",
        b"%PDF-",
    )
    assert answer.headers["Content-Disposition"] == f'inline; filename="{bypass.pk}.pdf"'
    assert answer.headers["Cache-Control"] == "private, no-store"


@needs_pango
@pytest.mark.skipif(not shutil.which("pdftotext"), reason="No pdftotext (poppler-utils) on this machine.")
def test_it_says_what_the_record_says(acme: Cast, ask: Ask) -> None:
    bypass = ask(justification="<img src=file:///etc/passwd> <b>bold</b>")
    pdf = acme.client("olga").get(of(bypass, "record.pdf")).content
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    text = " ".join(done.stdout.decode().split())
    for words in (bypass.pk, "<img src=file:///etc/passwd> <b>bold</b>", "Rosa asked to skip", "Missing: one peer"):
        assert words in text


def test_without_pango_it_says_what_to_install(ask: Ask, get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    bypass, plain = ask(), builtins.__import__

    def without_pango(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("weasyprint"):
            raise OSError("cannot load library 'libpango-1.0-0'")
        return plain(name, *args, **kwargs)

    for name in [name for name in sys.modules if name.startswith("weasyprint")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without_pango)
    page = get("rosa", of(bypass, "record.pdf"))
    assert (page.answer.status_code, "apt-get install libpango-1.0-0" in page.text) == (503, True)
