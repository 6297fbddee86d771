"""The page of parts is off unless it is asked for, and shows nobody's data."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from tests.cast import Cast


def test_it_is_off_by_default(db: None) -> None:
    assert Client().get("/styleguide/").status_code == 404


@pytest.mark.parametrize("who", [None, "rosa"])
def test_it_shows_every_state_and_no_tenant(acme: Cast, settings: Settings, who: str | None) -> None:
    settings.STYLEGUIDE = True
    client = Client() if who is None else acme.client(who)
    answer = client.get("/styleguide/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert all(f'class="status {status}"' in page for status in ("requested", "active", "expired", "revoked"))
    assert "ci-checks" not in page
