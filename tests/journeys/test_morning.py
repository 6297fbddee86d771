"""The morning and the quarter in a real browser: rosa writes, pete signs off on a phone, olga takes evidence."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import ROOT, Portal
from tests.journeys.test_browser import DESK, PHONE, Gate, browser, sign_in

__all__ = ["browser"]

pytestmark = pytest.mark.browser


def ended(portal: Portal, browser: Browser, rosa: Page) -> None:
    """A drill that rosa has returned; she looks at its record."""
    rosa.goto(Gate(portal).check()[1].split("Ask for one: ")[1].strip())
    rosa.get_by_label("Justification").fill("Rehearsal of the morning.")
    rosa.get_by_label("Incident link").fill("https://incidents.acme.example/4712")
    rosa.get_by_label("1m", exact=True).check()
    rosa.get_by_role("button", name="Send request").click()
    pete = sign_in(browser, portal, "pete", PHONE)
    pete.goto(rosa.url)
    pete.get_by_role("button", name="Approve").click()
    pete.context.close()
    rosa.reload()
    rosa.get_by_role("button", name="Done: shut the gate").click()


def test_a_post_mortem_is_written_and_signed_off(portal: Portal, browser: Browser) -> None:
    rosa = sign_in(browser, portal, "rosa", DESK)
    ended(portal, browser, rosa)
    rosa.get_by_role("link", name="Post-mortem", exact=True).click()
    rosa.get_by_text("Write", exact=True).click()
    text = rosa.get_by_label("Text", exact=True)
    text.fill(text.input_value().replace("Say in a few sentences", "This was <i>a rehearsal</i>. Now to say"))
    rosa.get_by_role("button", name="Save as version 2").click()
    expect(rosa.get_by_role("region", name="The text")).to_contain_text("This was <i>a rehearsal</i>.")
    rosa.get_by_label("Verdict").select_option("Right")
    rosa.get_by_role("button", name="Save the verdict").click()
    expect(rosa.get_by_text("You wrote some of this post-mortem")).to_be_visible()
    pete = sign_in(browser, portal, "pete", PHONE)
    pete.goto(rosa.url)
    assert pete.evaluate("document.documentElement.scrollWidth <= innerWidth")
    pete.get_by_role("button", name="Sign off version 2").click()
    expect(pete.get_by_text("Signed off by Pete")).to_be_visible()


def test_an_auditor_takes_the_evidence_and_checks_it(portal: Portal, browser: Browser, tmp_path: Path) -> None:
    olga = sign_in(browser, portal, "olga", DESK)
    olga.get_by_role("link", name="Evidence", exact=True).click()
    today = datetime.now(UTC).date()
    olga.get_by_label("First day").fill((today - timedelta(days=40)).isoformat())
    olga.get_by_label("Day after the last").fill((today + timedelta(days=1)).isoformat())
    olga.get_by_role("button", name="Make the pack").click()
    link = olga.get_by_role("link", name="Download the pack")
    expect(link).to_be_visible(timeout=90_000)
    with olga.expect_download() as download:
        link.click()
    pack, root = tmp_path / "pack.zip", tmp_path / "trusted_root.json"
    download.value.save_as(pack)
    root.write_bytes(olga.request.get(f"{portal.url}/t/acme/audit/1/trusted_root.json").body())
    command = [sys.executable, "-m", "audit.verify", str(pack), "--trusted-root", str(root)]
    checked = subprocess.run(command, cwd=ROOT, env={}, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "HOLDS under the trust root that was given" in checked.stdout
