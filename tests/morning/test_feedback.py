"""The numbers of the feedback page, and the finding that a rule is when it is skipped too often."""

from __future__ import annotations

from datetime import timedelta

import pytest

from breakglass import tasks
from breakglass.actions import ending, findings
from breakglass.actions.deploying import read_report, record_deploy
from breakglass.errors import Forbidden, NotFound
from breakglass.feedback import charts, numbers
from breakglass.models import Finding, FindingKind, PostMortem
from breakglass.scopes import Scope
from tests.cast import NOW, Cast
from tests.clock import stop
from tests.conftest import Approve, Ask
from tests.morning.conftest import ENDED, MINUTE, MORNING, documents

RULE = "no-known-exploited-critical"
TICK = timedelta(microseconds=1)


def test_nothing_adds_up_to_nothing(acme: Cast) -> None:
    found = numbers.gather(now=NOW, days=30)
    assert (found.bypasses, found.rules, found.gates, found.owed, found.overdue) == (0, [], [], 0, 0)
    assert charts.of(found.rules) == []


def test_what_a_night_adds_up_to(acme: Cast, written: PostMortem, ask: Ask) -> None:
    ask(rules=(RULE, "another"), branch="b", reason_kind="regulatory")
    found = numbers.gather(now=MORNING, days=7)
    rule, other = found.rules
    assert (rule.rule, rule.gate, rule.asked, rule.opened, rule.ended) == (RULE, "ci-checks", 2, 1, 1)
    assert (rule.median_to_open, rule.median_held, rule.total_held, rule.returned_share) == (60, 240, 240, 100)
    assert (rule.said, other.said) == ([0, 1, 0, 0], [0, 0, 0, 0])
    assert (other.asked, other.median_to_open, other.median_held, other.returned_share) == (1, None, None, None)
    assert (dict(found.reasons), found.owed, found.overdue) == ({"incident": 1, "regulatory": 1}, 1, 0)
    assert (rule.because, other.because, rule.overdue) == ("Incident 1, Regulatory 1", "Regulatory 1", 0)
    late = numbers.gather(now=written.due_at, days=7)
    assert (late.overdue, [one.overdue for one in late.rules]) == (1, [1, 0])


@pytest.mark.parametrize(("days", "asked"), [(7, 0), (30, 1)])
def test_the_period_is_counted_from_now(acme: Cast, ask: Ask, days: int, asked: int) -> None:
    ask()
    assert numbers.gather(now=NOW + timedelta(days=7), days=days).bypasses == asked


def test_drills_are_left_out(acme: Cast, ask: Ask, approve: Approve) -> None:
    drill = approve(ask(gate="practice", environment="production", ttl="1m"), ttl=60)
    ending.note_the_clock(bypass_id=drill.pk, now=MORNING)
    found = numbers.gather(now=MORNING, days=7)
    assert (found.bypasses, found.rules, found.owed) == (0, [], 0)


def test_the_share_of_deploys_under_a_bypass(acme: Cast, ask: Ask, approve: Approve) -> None:
    approve(ask())
    for name, branch in (("one", "hotfix/null-currency"), ("two", "main"), ("three", "main")):
        report = read_report(
            id=name, scope=Scope("payments", "ci", branch), status="started", url="", provenance_url=""
        )
        record_deploy(credential=acme.credential("ci-checks"), report=report, now=NOW + 2 * MINUTE)
    (gate,) = numbers.gather(now=MORNING, days=7).gates
    assert (gate.gate, gate.deploys, gate.covered, gate.share) == ("ci-checks", 3, 1, 33)


def test_the_longest_bar_is_as_wide_as_the_chart() -> None:
    rules = [numbers.RuleNumbers("g", "often", asked=4), numbers.RuleNumbers("g", "r" * 60, asked=1)]
    (chart,) = charts.of(rules)
    assert [(bar.value, bar.length) for bar in chart.bars] == [("4", 360), ("1", 90)]
    assert (chart.height, [len(bar.label) for bar in chart.bars]) == (88, [10, 34])


def _skip(acme: Cast, ask: Ask, approve: Approve, times: int) -> None:
    for number in range(times):
        approve(ask(branch=f"branch-{number}"))


@pytest.mark.parametrize(("times", "found"), [(2, []), (3, [RULE])])
def test_the_third_time_in_30_days_is_too_often(
    acme: Cast, ask: Ask, approve: Approve, times: int, found: list[str]
) -> None:
    _skip(acme, ask, approve, times)
    assert [rule for _, rule in findings.broken_too_often(MORNING)] == found


def test_after_30_days_it_is_forgotten(acme: Cast, ask: Ask, approve: Approve) -> None:
    _skip(acme, ask, approve, 3)
    end = NOW.replace(microsecond=0) + MINUTE + timedelta(days=30)
    assert [len(findings.broken_too_often(now)) for now in (end - TICK, end)] == [1, 0]


def test_the_worker_opens_one_finding_with_an_owner(
    acme: Cast, ask: Ask, approve: Approve, monkeypatch: pytest.MonkeyPatch
) -> None:
    _skip(acme, ask, approve, 3)
    stop(monkeypatch, ENDED)
    tasks.sweep()
    tasks.sweep()
    (found,) = Finding.objects.select_related("owner")
    subject = f"The rule {RULE} at ci-checks is skipped too often."
    assert (found.kind, found.subject, found.owner) == (FindingKind.RULE_BROKEN_OFTEN, subject, acme.alex)
    assert documents(kind="finding.opened")[0]["data"] == {
        "finding": found.pk,
        "what": "rule_broken_often",
        "subject": subject,
        "gate": "ci-checks",
        "bypass": None,
        "deploy": None,
        "owner": {"id": acme.alex.pk, "name": "Alex", "email": "alex@acme.example"},
        "due_at": "2026-03-16T02:12:11Z",
    }


def test_a_closed_finding_comes_back_with_the_next_three(acme: Cast, ask: Ask, approve: Approve) -> None:
    _skip(acme, ask, approve, 3)
    found = findings.note_broken(gate_id=acme.gate("ci-checks").pk, rule=RULE, now=ENDED)
    assert found is not None
    for _ in range(2):
        findings.close_finding(finding_id=found.pk, by=acme.alex, comment="The rule is changed.", now=ENDED)
    assert findings.broken_too_often(ENDED) == []
    assert [one["data"]["comment"] for one in documents(kind="finding.closed")] == ["The rule is changed."]
    for number in range(3):
        approve(ask(branch=f"later-{number}", now=MORNING), now=MORNING + MINUTE)
    assert [rule for _, rule in findings.broken_too_often(MORNING + 2 * MINUTE)] == [RULE]


def test_only_its_owner_or_an_admin_closes_a_finding(acme: Cast) -> None:
    found = findings.note_broken(gate_id=acme.gate("ci-checks").pk, rule=RULE, now=NOW)
    assert found is not None
    with pytest.raises(Forbidden) as refused:
        findings.close_finding(finding_id=found.pk, by=acme.rosa, comment="", now=NOW)
    assert refused.value.sentence == "Only Alex, who owns this finding, or an admin can close it."
    assert findings.close_finding(finding_id=found.pk, by=acme.ben, comment="", now=NOW).closed_at == NOW
    with pytest.raises(NotFound):
        findings.close_finding(finding_id=found.pk + 1, by=acme.ben, comment="", now=NOW)
