"""The thin night in a real browser: rosa at her desk, pete on his phone, the gate in the middle."""

from __future__ import annotations

import os
import shutil
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.journeys.conftest import Portal

pytestmark = pytest.mark.browser

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
RULE = "no-known-exploited-critical"


@pytest.fixture
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        assert os.environ.get("REQUIRE_BROWSER") != "1", "No Chromium: install it, or unset REQUIRE_BROWSER."
        pytest.skip("No Chromium on this machine; set CHROMIUM to one.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Gate:
    """The practice gate of acme, as its pipeline asks it."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.scope = {
            name: portal.told["gates"]["acme"]["practice"][name] for name in ("service", "environment", "branch")
        }

    def check(self) -> tuple[int, str]:
        """Status and text of one check."""
        query = urllib.parse.urlencode({"gate": "practice", "rule": RULE, **self.scope})
        token = self.portal.told["tokens"]["acme"]["practice"]
        headers = {"Authorization": f"Bearer {token}"}
        request = urllib.request.Request(f"{self.portal.url}/t/acme/api/v1/check?{query}", headers=headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  loopback
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()


def sign_in(browser: Browser, portal: Portal, who: str, size: dict[str, int]) -> Page:
    """A person's own window; a page error or a refused script fails the test."""
    page = browser.new_context(viewport=size).new_page()  # type: ignore[arg-type]  # a plain dict will do
    page.on("console", lambda message: pytest.fail(message.text) if "Content Security Policy" in message.text else None)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.goto(f"{portal.url}/accounts/login/")
    page.get_by_label("Email").fill(portal.told["users"]["acme"][who])
    page.get_by_label("Password").fill(portal.told["password"])
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{portal.url}/t/acme/")
    return page


def test_one_night(portal: Portal, browser: Browser) -> None:
    gate = Gate(portal)
    status, refusal = gate.check()
    assert status == 403
    form = refusal.split("Ask for one: ")[1].strip()

    rosa = sign_in(browser, portal, "rosa", DESK)
    rosa.goto(form)
    expect(rosa.get_by_text("It needs:")).to_be_visible()
    expect(rosa.get_by_text("one peer")).to_be_visible()
    rosa.get_by_label("Justification").fill("Payments fail <b>for everybody</b>; the fix waits behind the gate.")
    rosa.get_by_label("Incident link").fill("https://incidents.acme.example/4711")
    rosa.get_by_role("button", name="Send request").click()
    expect(rosa.get_by_role("heading", level=1)).to_contain_text("payments in production")
    record = rosa.url
    expect(rosa.get_by_role("button", name="Approve")).to_be_disabled()

    pete = sign_in(browser, portal, "pete", PHONE)
    pete.goto(f"{portal.url}/t/acme/queue/")
    pete.locator(f'a[href$="{urllib.parse.urlsplit(record).path}"]').first.click()
    expect(pete.get_by_text("<b>for everybody</b>")).to_be_visible()
    expect(pete.get_by_text(RULE).first).to_be_visible()
    assert pete.evaluate("document.documentElement.scrollWidth <= innerWidth"), "The page is wider than the phone."
    pete.get_by_role("button", name="Approve").click()
    expect(pete.get_by_role("complementary", name="Active bypasses")).to_contain_text("practice is open")

    status, answer = gate.check()
    assert (status, "is active until" in answer) == (200, True)

    rosa.goto(f"{portal.url}/t/acme/")
    expect(rosa.get_by_role("complementary", name="Active bypasses")).to_contain_text("payments")
    expect(rosa.get_by_role("complementary", name="Active bypasses")).to_be_hidden(timeout=25_000)
    assert gate.check()[0] == 403
    rosa.goto(record)
    expect(rosa.get_by_text("The gate enforces.")).to_be_visible()


def test_done_shuts_the_gate_at_once(portal: Portal, browser: Browser) -> None:
    gate = Gate(portal)
    rosa = sign_in(browser, portal, "rosa", PHONE)
    rosa.goto(gate.check()[1].split("Ask for one: ")[1].strip())
    rosa.get_by_label("Justification").fill("Rehearsal of the way back.")
    rosa.get_by_label("Incident link").fill("pending")
    rosa.get_by_label("1m", exact=True).check()
    rosa.get_by_role("button", name="Send request").click()
    record = rosa.url
    pete = sign_in(browser, portal, "pete", PHONE)
    pete.goto(record)
    pete.get_by_role("button", name="Approve").click()
    assert gate.check()[0] == 200
    rosa.goto(record)
    rosa.get_by_role("button", name="Done: shut the gate").click()
    expect(rosa.get_by_text("The gate enforces.")).to_be_visible()
    assert gate.check()[0] == 403


def test_a_page_that_is_left_open_keeps_up(portal: Portal, browser: Browser) -> None:
    """Rosa watches her record and has typed nothing: it turns active without her doing anything."""
    gate = Gate(portal)
    rosa = sign_in(browser, portal, "rosa", DESK)
    rosa.goto(gate.check()[1].split("Ask for one: ")[1].strip())
    rosa.get_by_label("Justification").fill("Rehearsal of watching.")
    rosa.get_by_label("Incident link").fill("pending")
    rosa.get_by_label("1m", exact=True).check()
    rosa.get_by_role("button", name="Send request").click()
    expect(rosa.get_by_text("Next: one peer")).to_be_visible()
    pete = sign_in(browser, portal, "pete", PHONE)
    pete.goto(rosa.url)
    pete.get_by_role("button", name="Approve").click()
    expect(rosa.get_by_role("complementary", name="Active bypasses")).to_contain_text("practice", timeout=20_000)
    expect(rosa.get_by_role("button", name="Done: shut the gate")).to_be_enabled()
    rosa.get_by_role("button", name="Done: shut the gate").click()


def test_the_keys_lead_to_the_buttons_and_press_none(portal: Portal, browser: Browser) -> None:
    rosa = sign_in(browser, portal, "rosa", DESK)
    rosa.goto(Gate(portal).check()[1].split("Ask for one: ")[1].strip())
    rosa.get_by_label("Justification").fill("Rehearsal by hand, jkad?")
    rosa.get_by_label("Incident link").fill("pending")
    rosa.get_by_role("button", name="Send request").click()
    pete = sign_in(browser, portal, "pete", DESK)
    pete.goto(f"{portal.url}/t/acme/queue/")
    pete.keyboard.press("?")
    expect(pete.get_by_role("dialog", name="Keys")).to_be_visible()
    pete.keyboard.press("Escape")
    pete.keyboard.press("j")
    pete.keyboard.press("Enter")
    expect(pete).to_have_url(rosa.url)
    pete.keyboard.press("d")
    expect(pete.get_by_role("button", name="Deny")).to_be_focused()
    pete.keyboard.press("a")
    expect(pete.get_by_role("button", name="Approve")).to_be_focused()
    rosa.get_by_role("button", name="Withdraw the request").click()
    expect(rosa.get_by_text("it never opened")).to_be_visible()
