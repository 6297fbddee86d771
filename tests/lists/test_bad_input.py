"""Whatever an address holds: a sentence beside its field, what was typed is kept, and nothing of others is told."""

from __future__ import annotations

import pytest

from breakglass.views.keyset import BOTH, NOWHERE
from tenants import context
from tests.cast import Cast
from tests.conftest import Ask
from tests.lists.conftest import LISTS, Decide, Open, Rows, Ship, outside
from tests.tenancy.planted import WORDS, Planted, plant
from tests.tenancy.visitors import still

HOSTILE = "\"'><script>alert(1)</script>{{ 7|add:7 }}%00';--"
LONG = "x" * 10_000
GATES = "There is none of that name: choose from ci-checks, db-change, deploy-gate, practice."
NO_DATE = "{!r} is not a date: write it as in 2026-01-31."


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ({"gate": "ci-check"}, "gate", GATES),
        ({"gate": HOSTILE}, "gate", GATES),
        ({"gate": ["ci-checks", "db-change"]}, "gate", "The address has 2 of these: choose one."),
        ({"service": LONG}, "service", "This has 10000 characters and the longest has 100: look at it again."),
        ({"branch": "a\x00b"}, "branch", "There is an invisible character in this: type it again."),
        ({"rule": "a\u202eb"}, "rule", "There is an invisible character in this: type it again."),
        ({"from": "yesterday"}, "from", NO_DATE.format("yesterday")),
        ({"to": "2026-02-30"}, "to", "There is no 2026-02-30: choose a day of the calendar."),
        ({"to": "0000-00-00"}, "to", "There is no 0000-00-00: choose a day of the calendar."),
        (
            {"from": "2026-03-02", "to": "2026-03-02"},
            "to",
            "The period ends on 2026-03-02, which is not after its start: choose a later end.",
        ),
    ],
)
def test_it_is_said_beside_the_field(
    open_list: Open, name: str, query: dict[str, str | list[str]], field: str, sentence: str
) -> None:
    for how in ({}, {"format": "csv"}):
        page = open_list(name, **query, **how)
        assert (page.answer.status_code, page.wrong) == (400, {field})
        assert page.by_id[f"{field}-problem"] == sentence
        typed = query[field]
        assert page.value(field) == (typed if isinstance(typed, str) else typed[-1])
        assert page.answer.content.count(b"<script") == 1


@pytest.mark.parametrize("name", LISTS)
def test_every_problem_is_said_at_once(open_list: Open, name: str) -> None:
    page = open_list(name, gate="x", service=LONG, **{"from": "x", "to": "y"})
    assert (page.answer.status_code, page.wrong) == (400, {"gate", "service", "from", "to"})


@pytest.mark.parametrize(
    ("name", "field"),
    [("bypasses", "status"), ("deploys", "status"), ("checks", "decision"), ("deploys", "covered"), ("audit", "kind")],
)
def test_what_can_be_chosen_is_listed(open_list: Open, name: str, field: str) -> None:
    page = open_list(name, **{field: "ended"})
    assert (page.answer.status_code, page.value(field)) == (400, "ended")
    assert page.by_id[f"{field}-problem"].startswith("There is none of that name: choose from ")


@pytest.mark.parametrize("name", LISTS)
def test_hostile_text_is_looked_for_and_found_nowhere(open_list: Open, ask: Ask, name: str) -> None:
    ask()
    for field in ("q", "rule", "service", "branch", "person"):
        page = open_list(name, **{field: HOSTILE[:40]})
        assert (page.answer.status_code, page.answer.context["rows"], page.value(field)) == (200, [], HOSTILE[:40])
        assert page.answer.content.count(b"<script") == 1


@pytest.mark.parametrize("name", LISTS)
def test_a_filter_of_another_list_never_widens_this_one(open_list: Open, name: str) -> None:
    foreign = "kind" if name != "audit" else "status"
    page = open_list(name, **{foreign: "x"})
    assert (page.answer.status_code, page.answer.context["rows"]) == (400, [])
    assert f"This list can't be filtered by {foreign}: take it out of the address." in page.text
    assert open_list(name, utm_source="chat").answer.status_code == 200
    assert open_list(name, format="xlsx").answer.status_code == 400


@pytest.mark.parametrize("name", LISTS)
def test_empty_fields_are_left_out_of_the_address(acme: Cast, name: str) -> None:
    client, address = acme.client("alex"), f"/t/acme/{name}/"
    sent = {"q": "", "rule": "a&b=1", "from": "", "gate": ["", "x"]}
    answer = outside(client, address, sent)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{address}?rule=a%26b%3D1&gate=x")
    assert outside(client, address, {"q": ""}).headers["Location"] == address


@pytest.fixture
def planted(acme: Cast) -> Planted:
    """What acme has, and no stranger may see."""
    return plant(acme)


@pytest.fixture
def theirs(globex: Cast) -> Planted:
    """The same in globex."""
    return plant(globex)


@pytest.fixture
def places(ask: Ask, check: Decide, ship: Ship) -> dict[str, str]:
    """The name of a row of each list."""
    return {
        "bypasses": ask().pk,
        "checks": check().evaluation,
        "deploys": f"deploy-{ship('1').pk}",
        "audit": "1-0",
    }


@pytest.mark.parametrize("name", LISTS)
def test_a_place_is_one_of_this_list_and_this_tenant(
    open_list: Open, places: dict[str, str], globex: Cast, theirs: Planted, name: str
) -> None:
    with context.entered(globex.tenant):
        strange = [theirs.active.pk, theirs.active.checks.get().evaluation, f"deploy-{theirs.active.deploys.get().pk}"]
    ours = [place for other, place in places.items() if other != name]
    odd = [LONG, "x", "deploy-0", "deploy-9" * 9, "1-999999", "9-1", "a\x00b", "-1", "deploy-99999999999999999"]
    for place in [*strange, *ours, *odd]:
        for word in ("before", "after"):
            page = open_list(name, **{word: place})
            assert (page.answer.status_code, page.answer.context["rows"], NOWHERE in page.text) == (400, [], True)
    for word in ("before", "after"):
        assert open_list(name, **{word: places[name]}).answer.status_code == 200
    assert BOTH in open_list(name, before=places[name], after=places[name]).text


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.usefixtures("theirs")
def test_a_person_of_another_tenant_is_nobody(open_list: Open, rows_of: Rows, ask: Ask, name: str) -> None:
    ask()
    for who in ("gwen@globex.example", "Gwen", "rosa@globex.example", "Hugo"):
        found, nobody = (still(open_list(name, person=one).answer.content.decode()) for one in (who, "nobody"))
        assert found == nobody.replace('value="nobody"', f'value="{who}"').replace(": nobody<", f": {who}<")
        assert rows_of(name, person=who) == []


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("query", [{}, {"person": "rosa"}, {"from": "2026-01-01"}])
@pytest.mark.usefixtures("planted")
def test_nothing_of_another_tenant_is_in_a_list_or_file(globex: Cast, name: str, query: dict[str, str]) -> None:
    for how in ({}, {"format": "csv"}):
        answer = outside(globex.client("gwen"), f"/t/globex/{name}/", query | how)
        body = (answer.read if answer.streaming else answer.content).decode()
        assert (answer.status_code, [word for word in WORDS if word in body]) == (200, [])


def test_the_log_is_for_auditors_and_admins_as_a_file_too(acme: Cast) -> None:
    for how in ({}, {"format": "csv"}):
        seen = {who: outside(acme.client(who), "/t/acme/audit/", how).status_code for who in ("rosa", "olga", "alex")}
        assert seen == {"rosa": 403, "olga": 200, "alex": 200}


def test_the_file_is_a_download_that_no_spreadsheet_runs(acme: Cast, ask: Ask) -> None:
    bypass = ask(justification='=HYPERLINK("http://evil.example")', incident_url="pending", branch="hotfix/=1+1")
    answer = outside(acme.client("rosa"), "/t/acme/bypasses/", {"format": "csv"})
    assert {name: answer.headers[name] for name in ("Content-Type", "Content-Disposition", "Cache-Control")} == {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": 'attachment; filename="acme-bypasses.csv"',
        "Cache-Control": "private, no-store",
    }
    header, line, end = answer.read.decode().split("\r\n")
    assert (header.count('","'), line.count('","'), end) == (24, 24, "")
    assert f'"{bypass.pk}","requested","no","ci-checks"' in line
    assert '"\'=HYPERLINK(""http://evil.example"")"' in line
