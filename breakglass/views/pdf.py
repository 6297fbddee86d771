"""A record as a PDF. It needs Pango, a system library; without it everything else works."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from breakglass.actions import records
from breakglass.views import record
from breakglass.views.clock import moment
from breakglass.views.edge import page
from tenants.access import TenantRequest


@page()
@require_safe
def record_pdf(request: TenantRequest, bypass_id: str) -> HttpResponse:
    """The record as it is now; 503 with what to install where Pango is missing."""
    bypass = records.find(bypass_id)
    words = record.facts(request, bypass) | {"tenant": request.tenant, "now": moment(request)}
    try:
        document = write_pdf(render_to_string("pdf/record.html", words))
    except OSError:
        return render(request, "pdf/missing.html", {"bypass": bypass}, status=503)
    answer = HttpResponse(document, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{bypass.pk}.pdf"'
    return answer


def write_pdf(html: str) -> bytes:
    """A tagged PDF/UA-1 of the page, which can name nothing outside itself. Raises OSError without Pango."""
    from weasyprint import HTML  # noqa: PLC0415  the import itself fails without Pango
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    fetcher = URLFetcher(allowed_protocols={"data"})
    document: bytes = HTML(string=html, url_fetcher=fetcher).write_pdf(pdf_variant="pdf/ua-1")
    return document
