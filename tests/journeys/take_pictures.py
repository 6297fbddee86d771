"""Takes the pictures of the README and the documents from a running demo, for `make pictures`; no part of the suite."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page

from tests.journeys.conftest import ROOT, Portal
from tests.journeys.test_browser import DESK, PHONE, browser, sign_in

__all__ = ["browser"]

FOLDER = ROOT / "docs" / "pictures"
FREEZE = {"gate": "deploy-gate", "service": "payments", "environment": "production", "rule": "no-deploy-in-freeze"}
KEV = {"gate": "ci-checks", "service": "search", "environment": "ci", "rule": "no-known-exploited-critical"}


@dataclass(frozen=True)
class Picture:
    """A page of Acme as one person sees it; "" is the record that is open."""

    name: str
    who: str
    path: str
    phone: bool = False
    dark: bool = False


PICTURES = (
    Picture("request-form", "rosa", f"bypasses/new?{urlencode(FREEZE | {'service': 'web'})}"),
    Picture("now", "sam", "."),
    Picture("record", "rosa", ""),
    Picture("record-dark", "rosa", "", dark=True),
    Picture("queue-phone", "sam", "queue/", phone=True),
    Picture("queue-phone-dark", "sam", "queue/", phone=True, dark=True),
    Picture("feedback", "alex", "feedback/"),
    Picture("log", "olga", "audit/"),
    Picture("settings", "alex", "settings/"),
)


def test_take_them(portal: Portal, browser: Browser) -> None:
    acme = f"{portal.url}/t/acme/"
    rosa = sign_in(browser, portal, "rosa", DESK)
    _ask(rosa, acme, FREEZE, "Card payments fail since 01:50. The rollback is ready, and the freeze holds it back.")
    opened = _ask(rosa, acme, KEV, "The advisory is about a part that only our tests load; the release is at 15:00.")
    pete = sign_in(browser, portal, "pete", DESK)
    pete.goto(opened)
    pete.get_by_role("button", name="Approve").click()
    for picture in PICTURES:
        page = sign_in(browser, portal, picture.who, PHONE if picture.phone else DESK)
        page.emulate_media(color_scheme="dark" if picture.dark else "light")
        page.goto(acme + picture.path if picture.path else opened)
        page.screenshot(path=FOLDER / f"{picture.name}.png")
        page.context.close()


def _ask(page: Page, acme: str, scope: dict[str, str], why: str) -> str:
    page.goto(f"{acme}bypasses/new?{urlencode(scope)}")
    page.get_by_label("Justification").fill(why)
    page.get_by_label("Incident link").fill("https://incidents.acme.example/4711")
    page.get_by_role("button", name="Send request").click()
    page.get_by_role("heading", level=1).wait_for()
    return page.url
