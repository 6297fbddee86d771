"""The README's night, morning after and quarter, run as they stand there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.journeys.conftest import ROOT, Portal

README = (ROOT / "README.md").read_text()


@pytest.fixture(scope="module")
def night(portal: Portal) -> str:
    """What the pasted commands print."""
    assert shutil.which("curl"), "The README's commands need curl."
    blocks = re.findall(r"^```sh\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 3
    pasted = subprocess.run(
        ["bash", "-u"],
        input="".join(blocks),
        cwd=ROOT,
        env={**os.environ, "DEMO_DIR": str(portal.folder)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert pasted.returncode == 0, pasted.stdout + pasted.stderr
    return pasted.stdout


def test_the_blocked_gate_says_where_to_ask(night: str, portal: Portal) -> None:
    assert "enforce: the deploy stops" in night
    assert f"Ask for one: {portal.url}/t/acme/bypasses/new?gate=practice" in night


def test_the_request_is_sent_and_nobody_approves_their_own(night: str) -> None:
    asked = re.search(r"^asked: (\S+)$", night, re.MULTILINE)
    assert asked
    refused, *_ = night.split("asked: ")[1].splitlines()[1:]
    assert refused.split()[0] == "403"


def test_the_peer_opens_the_gate_and_the_deploy_carries_the_bypass(night: str) -> None:
    opened = re.search(r"^Bypass (bg_\w+) is active until \S+Z\.", night, re.MULTILINE)
    assert opened
    assert f'"bypass": "{opened[1]}"' in night
    assert re.search(r'"entry": "1-\d+"', night)


def test_the_gate_shuts_by_the_clock(night: str) -> None:
    assert "\nenforce: the gate is shut\n" in night


def test_the_morning_is_written_judged_and_signed_off_by_somebody_else(night: str, portal: Portal) -> None:
    asked = re.search(r"^asked: \S+/(bg_\w+)/$", night, re.MULTILINE)
    assert asked
    back = f"302 {portal.url}/t/acme/post-mortems/{asked[1]}/"
    morning = night.split("enforce: the gate is shut\n")[1].splitlines()[:4]
    assert [line.strip() for line in morning] == [back, back, "403", back]


def test_the_quarter_holds_and_a_changed_word_is_found_out(night: str) -> None:
    good, bad = night.split("changed.zip\n")
    assert "HOLDS under the trust root that was given" in good
    assert bad == "BROKEN: bypasses.csv: its SHA-256 is not the one in manifest.json\nfound out\n"


def test_the_log_of_the_night_verifies(night: str, portal: Portal) -> None:
    verified = portal.manage("verify_log")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_the_files_it_names_are_there() -> None:
    for name in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / Path(name)).exists(), name
