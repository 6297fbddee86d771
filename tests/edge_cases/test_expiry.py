"""Expiry honoured on one path only: every face of the portal, over HTTP, with no worker that noted the end."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from breakglass.actions import extending
from breakglass.actions.records import find
from breakglass.models import Bypass
from breakglass.states import Status
from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.conftest import Approve, Ask
from tests.domain.support import HOUR, MINUTE, TICK
from tests.gates.caller import RULE, SCOPE, Caller, question, read
from tests.lists.conftest import outside
from tests.pages.reading import Page
from tests.pages.test_pdf import needs_pango

END = NOW.replace(microsecond=0) + 16 * MINUTE
MOMENTS = [(END - TICK, True), (END, False), (END + TICK, False)]
DEPLOY = {"id": "deploy-1", **SCOPE, "status": "started"}

type Face = Callable[[Cast, Bypass], bool]


@pytest.fixture
def opened(ask: Ask, approve: Approve) -> Bypass:
    """Active until END."""
    return approve(ask())


def gate(acme: Cast) -> Caller:
    return Caller(acme.secret("ci-checks"))


def page(acme: Cast, address: str, **query: str) -> Page:
    return Page(outside(acme.client("alex"), f"/t/acme/{address}", query))


def main(answered: Page) -> str:
    """What the page itself says, without the banner."""
    return str(answered.answer.content.decode().partition("<main")[2])


def the_check_api(acme: Cast, _: Bypass) -> bool:
    answer = gate(acme).get("api/v1/check", **SCOPE, rule=RULE)
    assert answer.status_code in {200, 403}
    return answer.status_code == 200


def authzen(acme: Cast, _: Bypass) -> bool:
    return gate(acme).evaluate()["decision"] is True


def authzen_in_a_batch(acme: Cast, _: Bypass) -> bool:
    answer = read(gate(acme).post("access/v1/evaluations", question(evaluations=[{}])))
    return [one["decision"] for one in answer["evaluations"]] == [True]


def opa(acme: Cast, bypass: Bypass) -> bool:
    return list(read(gate(acme).get("opa/data.json"))["breakglass"]["bypasses"]) == [bypass.pk]


def the_api_list(acme: Cast, bypass: Bypass) -> bool:
    return [one["id"] for one in read(gate(acme).get("api/v1/bypasses", status="active"))["bypasses"]] == [bypass.pk]


def a_deploy(acme: Cast, bypass: Bypass) -> bool:
    return bool(read(gate(acme).post("api/v1/deploys", DEPLOY))["bypass"] == bypass.pk)


def the_banner(acme: Cast, bypass: Bypass) -> bool:
    return f"/t/acme/bypasses/{bypass.pk}/" in page(acme, "settings/").links


def the_first_page(acme: Cast, _: Bypass) -> bool:
    return "None: every gate enforces." not in main(page(acme, ""))


def the_record(acme: Cast, bypass: Bypass) -> bool:
    answered = page(acme, f"bypasses/{bypass.pk}/")
    found = re.search(r'data-status="(\w+)"', main(answered))
    labels = {button.label for button in answered.buttons}
    assert found is not None
    assert (found[1] == "active") == ("Revoke: shut the gate" in labels)
    return found[1] == "active"


def the_list(acme: Cast, bypass: Bypass) -> bool:
    active, expired = (bypass.pk in main(page(acme, "bypasses/", status=status)) for status in ("active", "expired"))
    assert active != expired
    return active


def the_file(acme: Cast, bypass: Bypass) -> bool:
    answer = outside(acme.client("alex"), "/t/acme/bypasses/", {"format": "csv"})
    (line,) = [line for line in io.StringIO(answer.read.decode()) if bypass.pk in line]
    assert ('"active"' in line) != ('"expired"' in line)
    return '"active"' in line


def the_admin_list(acme: Cast, bypass: Bypass) -> bool:
    answered = main(page(acme, "admin/breakglass/bypass/"))
    assert bypass.pk in answered
    assert ("active</td>" in answered) != ("expired</td>" in answered)
    return "active</td>" in answered


FACES = [
    *(the_check_api, authzen, authzen_in_a_batch, opa, the_api_list, a_deploy),
    *(the_banner, the_first_page, the_record, the_list, the_file, the_admin_list),
]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("face", FACES)
def test_expiry_honoured_on_one_path_only(
    acme: Cast, opened: Bypass, clock: Clock, face: Face, moment: tuple[datetime, bool]
) -> None:
    clock.now, active = moment
    assert face(acme, opened) is active
    assert find(opened.pk).status == Status.ACTIVE  # nobody noted it


@needs_pango
@pytest.mark.skipif(not shutil.which("pdftotext"), reason="No pdftotext (poppler-utils) on this machine.")
@pytest.mark.parametrize(("now", "says"), [(END - TICK, "Active as of"), (END, "Expired as of")])
def test_expiry_honoured_in_the_pdf(acme: Cast, opened: Bypass, clock: Clock, now: datetime, says: str) -> None:
    clock.now = now
    pdf = acme.client("olga").get(f"/t/acme/bypasses/{opened.pk}/record.pdf").content
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    assert says in " ".join(done.stdout.decode().split())


def test_a_lapse_honoured_when_more_time_is_asked_for_again(acme: Cast, ask: Ask, approve: Approve) -> None:
    opened, rosa = approve(ask(ttl="4h"), ttl=4 * HOUR), acme.rosa
    asked = {"bypass_id": opened.pk, "by": rosa, "ttl": None, "justification": ""}
    first = extending.extend(**asked, now=NOW + 5 * MINUTE)  # type: ignore[arg-type]
    again = [
        extending.extend(**asked, now=first.lapses_at + late)  # type: ignore[arg-type]
        for late in (-TICK, timedelta(0))
    ]
    assert again[0] == first
    assert (again[1] == first, again[1].extends_id, again[1].status_at(first.lapses_at)) == (
        False,
        opened.pk,
        Status.REQUESTED,
    )
