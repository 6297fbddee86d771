"""The tenant's admin in a real browser: every page within the security policy, a gate set up, and a phone's width."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Portal
from tests.journeys.test_browser import DESK, PHONE, browser, sign_in

pytestmark = pytest.mark.browser
__all__ = ["browser"]


def pages(page: Page, home: str) -> list[str]:
    """Every page of the admin that its first page links to."""
    page.goto(home)
    found: list[str] = page.eval_on_selector_all("#content a[href]", "links => links.map(link => link.href)")
    return sorted({link for link in found if link.startswith(home)})


def test_an_admin_sets_a_gate_up(portal: Portal, browser: Browser) -> None:
    alex = sign_in(browser, portal, "alex", DESK)
    alex.get_by_role("link", name="Admin", exact=True).click()
    alex.get_by_role("link", name="Gates", exact=True).click()
    alex.get_by_role("link", name="Add gate").click()
    alex.get_by_label("Slug").fill("edge")
    alex.get_by_label("Name").fill("Edge")
    alex.get_by_label("Services").fill("web\npayments")
    alex.get_by_label("Environments").fill("every where")
    alex.get_by_role("button", name="Save").click()
    expect(alex.get_by_text("holds only letters, digits")).to_be_visible()
    expect(alex.get_by_label("Services")).to_have_value("web\npayments")
    alex.get_by_label("Environments").fill("production")
    alex.get_by_role("button", name="Save").click()
    expect(alex.get_by_text("The gate edge is here")).to_be_visible()
    alex.goto(f"{portal.url}/t/acme/admin/breakglass/gatecredential/add/")
    alex.get_by_label("Gate").select_option(label="edge")
    alex.get_by_label("Name").fill("edge pipeline")
    alex.get_by_role("button", name="Save").click()
    expect(alex.get_by_text("It is not shown again.")).to_be_visible()
    expect(alex.locator("pre.secret")).to_contain_text("bgt_")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_keeps_to_the_security_policy_and_the_width(
    size: dict[str, int], portal: Portal, browser: Browser
) -> None:
    alex = sign_in(browser, portal, "alex", size)
    found = pages(alex, f"{portal.url}/t/acme/admin/")
    assert len(found) > 20
    for link in found:
        alex.goto(link)
        assert alex.evaluate("document.documentElement.scrollWidth <= innerWidth"), link
        expect(alex.get_by_role("link", name="Back to Acme Corporation")).to_be_visible()
