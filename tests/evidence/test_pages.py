"""The pages: who may open them, what a wrong period is told, and the way from the form to the file."""

from __future__ import annotations

import pytest
from django.urls import reverse

from audit.verify.archive import read_members
from audit.verify.pack import check_pack
from breakglass.actions import exporting
from breakglass.models import Pack
from breakglass.models.packs import KEPT
from tests import clock
from tests.cast import Cast
from tests.evidence.conftest import MADE, PERIOD, Make

FORM = {"period_start": "2026-03-01", "period_end": "2026-04-01"}
URL = "/t/acme/evidence/"


@pytest.fixture(autouse=True)
def stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    clock.stop(monkeypatch, MADE)


@pytest.mark.parametrize(("who", "status"), [("olga", 200), ("alex", 200), ("rosa", 403), ("pete", 403), ("ada", 403)])
def test_auditors_and_admins_open_it(acme: Cast, make: Make, who: str, status: int) -> None:
    pack = make()
    urls = [URL, reverse("pack", args=["acme", pack.pk]), reverse("pack-download", args=["acme", pack.pk])]
    assert [acme.client(who).get(url).status_code for url in urls] == [status] * 3


def test_a_stranger_finds_nothing(acme: Cast, globex: Cast, make: Make) -> None:
    pack = make()
    stranger = globex.client("gwen")
    assert stranger.get(URL).status_code == 404
    assert stranger.get(reverse("pack", args=["globex", pack.pk])).status_code == 404
    assert stranger.get(reverse("pack-download", args=["globex", pack.pk])).status_code == 404


def test_the_way_from_the_form_to_the_file(acme: Cast) -> None:
    olga = acme.client("olga")
    asked = olga.post(URL, FORM)
    pack = Pack.objects.get()
    page = f"{URL}{pack.pk}/"
    assert (asked.status_code, asked["Location"], Pack.objects.get(by=acme.olga)) == (302, page, pack)
    assert olga.post(URL, FORM)["Location"] == page
    assert olga.get(page)["Refresh"] == "2"
    assert olga.get(f"{page}pack.zip").status_code == 404
    exporting.make_pack(pack_id=pack.pk, render=lambda contents: None, now=MADE)
    assert "Refresh" not in olga.get(page)
    got = olga.get(f"{page}pack.zip")
    assert got["Content-Disposition"] == 'attachment; filename="evidence-acme-2026-03-01-2026-04-01.zip"'
    assert (got["Content-Type"], got["Cache-Control"]) == ("application/zip", "private, no-store")
    assert check_pack(read_members(got.content)).claims.period == PERIOD


def test_a_period_that_ends_before_it_starts_is_told_beside_its_field(acme: Cast) -> None:
    answer = acme.client("olga").post(URL, {"period_start": "2026-04-01", "period_end": "<b>"})
    assert answer.status_code == 400
    assert b"&#x27;&lt;b&gt;&#x27; is not a date: write it as in 2026-01-31." in answer.content
    assert b'value="2026-04-01"' in answer.content
    assert Pack.objects.count() == 0


def test_the_form_offers_the_last_quarter(acme: Cast) -> None:
    page = acme.client("olga").get(URL).content
    assert (b'value="2026-01-01"' in page, b'value="2026-04-01"' in page) == (True, True)


def test_a_removed_pack_can_be_made_again(acme: Cast, make: Make) -> None:
    pack = make()
    exporting.tidy_packs(now=MADE + KEPT)
    olga = acme.client("olga")
    page = olga.get(reverse("pack", args=["acme", pack.pk])).content
    assert (b"Its file was removed after 30 days." in page, b"Make it again" in page) == (True, True)
    assert olga.get(reverse("pack-download", args=["acme", pack.pk])).status_code == 404
