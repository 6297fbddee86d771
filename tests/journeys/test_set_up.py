"""An admin's first quarter of an hour: from sign-in to a published policy and a first check."""

from __future__ import annotations

import re
import subprocess
import urllib.parse

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Portal
from tests.journeys.test_browser import DESK, browser

__all__ = ["browser"]

pytestmark = pytest.mark.browser

MOST_PAGES = 4
MOST_FIELDS = 12
PASSWORD = "seven quiet harbours"


class Admin:
    """Somebody at a browser whose pages and fields are counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.pages, self.fields = page, list[str](), 0
        page.on("framenavigated", lambda frame: self.pages.append(urllib.parse.urlsplit(frame.url).path))

    def fill(self, label: str, text: str) -> None:
        """Type into a field."""
        self.page.get_by_label(label, exact=True).fill(text)
        self.fields += 1

    def press(self, button: str) -> None:
        """Send a form."""
        self.page.get_by_role("button", name=button, exact=True).click()

    def follow(self, link: str) -> None:
        """Go to another page."""
        self.page.get_by_role("link", name=link, exact=True).click()


def welcome(portal: Portal, browser: Browser) -> None:
    """The operator makes the tenant, and its admin sets the password by the link."""
    words = ["--slug", "initech", "--name", "Initech", "--admin-email", "milena@initech.example"]
    told = portal.manage("create_tenant", *words, "--admin-name", "Milena").stdout
    link = re.search(r"Set the password: (\S+)", told)
    assert link is not None, told
    page = browser.new_context().new_page()
    page.goto(link[1])
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.locator("main form button").click()
    expect(page).to_have_url(re.compile("/done/$"))


def test_from_sign_in_to_a_published_policy_and_a_first_check(portal: Portal, browser: Browser) -> None:
    welcome(portal, browser)
    page = browser.new_context(viewport=DESK).new_page()  # type: ignore[arg-type]  # a plain dict will do
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    admin = Admin(page)
    page.goto(f"{portal.url}/accounts/login/")
    admin.fill("Email", "milena@initech.example")
    admin.fill("Password", PASSWORD)
    admin.press("Sign in")
    expect(page).to_have_url(f"{portal.url}/t/initech/")

    admin.follow("Connect a gate")
    admin.fill("Name", "Deploy gate")
    admin.fill("Slug", "deploy-gate")
    admin.fill("Services", "payments, web")
    admin.fill("Environments", "staging, production")
    admin.press("Make the gate and its token")
    lines = [page.get_by_label(label, exact=True).inner_text() for label in ("The token", "The line")]
    admin.follow("Back to the first page")

    admin.follow("Read and publish")
    policy = page.get_by_label("Policy", exact=True).input_value()
    admin.fill("Policy", policy.replace("due: 5d", "due: 3d"))
    admin.press("Publish")
    expect(page.get_by_text("Policy version 2 is in force.")).to_be_visible()

    expect(page.get_by_text("No check yet: run this line")).to_be_visible()
    checked = subprocess.run(["sh", "-c", "\n".join(lines)], capture_output=True, text=True, check=False)
    assert (checked.returncode, "403" in checked.stderr) == (22, True), checked
    page.reload()
    expect(page.get_by_text("Deploy gate checked at")).to_be_visible()
    expect(page.get_by_text("No check yet")).to_be_hidden()

    assert set(admin.pages) == {
        "/accounts/login/",
        "/t/initech/",
        "/t/initech/gates/new",
        "/t/initech/settings/policy/new",
    }
    assert len(set(admin.pages)) <= MOST_PAGES
    assert admin.fields <= MOST_FIELDS
