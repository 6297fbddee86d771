"""WCAG 2.2 AA as far as axe-core can tell, on every page, as a desktop in the light and as a phone in the dark."""

from __future__ import annotations

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.journeys.conftest import Portal
from tests.journeys.test_browser import DESK, PHONE, browser, sign_in

__all__ = ["browser"]

pytestmark = pytest.mark.browser

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = {
    "pete": (".", "queue/", "bypasses/", "checks/", "deploys/", "post-mortems/", "bypasses/new", "nothing/"),
    "alex": (
        *("feedback/", "gates/", "gates/ci-checks/", "gates/new", "gates/ci-checks/tokens/", "channels/"),
        *("settings/", "settings/policy/new", "settings/policy/1/", "settings/people/new", "post-mortems/template"),
    ),
    "olga": ("audit/", "audit/1/30/", "evidence/"),
}


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desktop, light", "phone, dark"])
def test_every_page(portal: Portal, browser: Browser, size: dict[str, int], scheme: Literal["light", "dark"]) -> None:
    found: list[str] = []
    for who, paths in PAGES.items():
        page = sign_in(browser, portal, who, size)
        page.emulate_media(color_scheme=scheme)
        for path in paths:
            page.goto(f"{portal.url}/t/acme/{path}")
            found += _wrong(page)
        for link in ("bypasses/", "post-mortems/"):
            page.goto(f"{portal.url}/t/acme/{link}")
            page.locator('main a[href*="/bg_"]').first.click()
            found += _wrong(page)
    assert not found, "\n".join(found)


def _wrong(page: Page) -> list[str]:
    """What axe finds; a page that is wider than its window is wrong, too."""
    results = Axe().run(page, options={"runOnly": WCAG, "resultTypes": ["violations"]})
    said = [f"{page.url}: {one['id']} at {one['nodes'][0]['target']}" for one in results.response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [*said, f"{page.url}: too wide"] if wide else said
