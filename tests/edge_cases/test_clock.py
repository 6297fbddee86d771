"""Clock skew: whoever watches the portal is told when its clock and the database's are apart."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client


def clock_of_readyz(monkeypatch: pytest.MonkeyPatch, ahead: float) -> tuple[int, Any]:
    """What `/readyz` says while this server's clock is so many seconds ahead."""
    true = time.time
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: true() + ahead)
        answer = Client().get("/readyz")
    return answer.status_code, answer.json()["clock"]


@pytest.mark.parametrize(("ahead", "off"), [(0, False), (-0.9, False), (2.5, True), (-2.5, True)])
def test_clock_skew(db: None, monkeypatch: pytest.MonkeyPatch, ahead: float, off: bool) -> None:
    status, clock = clock_of_readyz(monkeypatch, ahead)
    assert (status, clock["off"]) == (200, off)
    assert clock["ahead"] == pytest.approx(ahead, abs=0.09)


def test_a_question_that_takes_long_is_no_skew(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    true, asked = time.time, [0.0]

    def slow() -> float:
        asked[0] += 1.5
        return true() + asked[0] - 3  # 1.5 behind when the question goes out, level when it is answered

    with monkeypatch.context() as patch:
        patch.setattr(time, "time", slow)
        clock = Client().get("/readyz").json()["clock"]
    assert clock["off"] is False
