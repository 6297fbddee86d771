"""How short the two ways are that count at night, and that neither needs a script."""

from __future__ import annotations

import email
import email.policy
import re
import time
import urllib.parse

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Portal
from tests.journeys.test_browser import DESK, PHONE, Gate, browser, sign_in

__all__ = ["browser"]

pytestmark = pytest.mark.browser

WITHIN = 30  # seconds, for a letter to be written


def ask(rosa: Page, portal: Portal, why: str) -> str:
    """From the gate's refusal to the record; its address."""
    rosa.goto(Gate(portal).check()[1].split("Ask for one: ")[1].strip())
    rosa.get_by_label("Justification").fill(why)
    rosa.get_by_label("Incident link").fill("pending")
    rosa.get_by_role("button", name="Send request").click()
    expect(rosa.get_by_role("heading", level=1)).to_contain_text("payments in production")
    return rosa.url


def letter_about(record: str, portal: Portal, to: str) -> str:
    """The text of the letter that leads somebody to the record."""
    until = time.monotonic() + WITHIN
    while time.monotonic() < until:
        for file in (portal.folder / "mail").iterdir():
            message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            body = message.get_body(("plain",))
            if to in message["to"] and body is not None and record in body.get_content():
                return str(body.get_content())
        time.sleep(0.2)
    raise AssertionError(f"No letter about {record} came within {WITHIN} seconds.")


def test_from_the_refusal_to_sent_in_one_page_and_two_fields(portal: Portal, browser: Browser) -> None:
    rosa = sign_in(browser, portal, "rosa", DESK)
    loaded: list[str] = []
    rosa.on("request", lambda sent: loaded.append(sent.url) if sent.is_navigation_request() else None)
    record = ask(rosa, portal, "Rehearsal of the short way.")
    paths = [urllib.parse.urlsplit(url).path for url in loaded]
    assert paths == ["/t/acme/bypasses/new", "/t/acme/bypasses/new", urllib.parse.urlsplit(record).path]
    rosa.get_by_role("button", name="Withdraw the request").click()


def test_from_the_letter_to_approved_in_two_taps(portal: Portal, browser: Browser) -> None:
    rosa = sign_in(browser, portal, "rosa", DESK)
    record = ask(rosa, portal, "Rehearsal of the letter.")
    letter = letter_about(record, portal, portal.told["users"]["acme"]["pete"])
    link = re.search(r"^http\S+$", letter, re.MULTILINE)
    assert link is not None
    pete = sign_in(browser, portal, "pete", PHONE)
    pete.goto(link[0])  # the first tap
    pete.get_by_role("button", name="Approve").click()  # the second
    expect(pete.get_by_role("complementary", name="Active bypasses")).to_contain_text("practice is open")
    rosa.reload()
    rosa.get_by_role("button", name="Done: shut the gate").click()
    expect(rosa.get_by_text("The gate enforces.")).to_be_visible()


def test_the_night_without_scripts(portal: Portal, browser: Browser) -> None:
    def person(who: str) -> Page:
        page = browser.new_context(java_script_enabled=False).new_page()
        page.goto(f"{portal.url}/accounts/login/")
        page.get_by_label("Email").fill(portal.told["users"]["acme"][who])
        page.get_by_label("Password").fill(portal.told["password"])
        page.get_by_role("button", name="Sign in").click()
        return page

    rosa = person("rosa")
    record = ask(rosa, portal, "Rehearsal without scripts.")
    pete = person("pete")
    pete.goto(record)
    pete.get_by_role("button", name="Approve").click()
    assert Gate(portal).check()[0] == 200
    rosa.goto(record)
    rosa.get_by_role("button", name="Done: shut the gate").click()
    expect(rosa.get_by_text("The gate enforces.")).to_be_visible()
