"""The acts of the morning after: more time, post-mortems, findings."""

from __future__ import annotations

from datetime import timedelta

from breakglass.actions import ending, extending, findings, post_mortems, signing_off, writing
from breakglass.models import ActionItem, FindingKind, PostMortem
from tests.cast import ASK, NOW
from tests.domain.acting import LATER, MUCH_LATER, Act, Action, Ready, World

(RULE,) = ASK.rules


def _owed(world: World, **asked: str) -> PostMortem:
    """Rosa returned it, so its post-mortem is hers to write."""
    bypass = world.approve(world.ask(**asked))
    ending.return_bypass(bypass_id=bypass.pk, by=world.acme.rosa, now=LATER)
    return post_mortems.find(bypass.pk)


def _extend(world: World) -> Ready:
    bypass, rosa = world.approve(world.ask()), world.acme.rosa
    return lambda: extending.extend(bypass_id=bypass.pk, by=rosa, ttl=None, justification="", now=LATER)


def _publish(world: World) -> Ready:
    alex = world.acme.alex
    return lambda: post_mortems.publish_template(source="# {service}", by=alex, now=LATER)


def _write(world: World) -> Ready:
    owed, rosa = _owed(world), world.acme.rosa
    return lambda: writing.write(bypass_id=owed.bypass_id, by=rosa, version=1, text="It was null.", now=MUCH_LATER)


def _judge(world: World) -> Ready:
    owed, rosa = _owed(world), world.acme.rosa
    return lambda: writing.judge(
        bypass_id=owed.bypass_id, by=rosa, rule=RULE, verdict="right", comment="", now=MUCH_LATER
    )


def _add_action(world: World) -> Ready:
    owed, rosa = _owed(world), world.acme.rosa
    return lambda: writing.add_action(
        bypass_id=owed.bypass_id, by=rosa, text="Check for null.", owner=rosa.pk, url="", now=MUCH_LATER
    )


def _finish_action(world: World) -> Ready:
    owed, rosa = _owed(world), world.acme.rosa
    writing.add_action(bypass_id=owed.bypass_id, by=rosa, text="Check for null.", owner=rosa.pk, url="", now=LATER)
    item = ActionItem.objects.get()
    return lambda: writing.finish_action(bypass_id=owed.bypass_id, by=rosa, action_id=item.pk, now=MUCH_LATER)


def _link(world: World) -> Ready:
    owed, rosa = _owed(world, incident_url="pending"), world.acme.rosa
    return lambda: writing.link_incident(bypass_id=owed.bypass_id, by=rosa, url=ASK.incident_url, now=MUCH_LATER)


def _assign(world: World) -> Ready:
    owed, rosa, pete = _owed(world), world.acme.rosa, world.acme.pete
    return lambda: writing.assign(bypass_id=owed.bypass_id, by=rosa, to=pete.pk, now=MUCH_LATER)


def _sign_off(world: World) -> Ready:
    """A late one, so that its finding is closed too."""
    owed, rosa, pete = _owed(world), world.acme.rosa, world.acme.pete
    late = owed.due_at + timedelta(hours=1)
    writing.write(bypass_id=owed.bypass_id, by=rosa, version=1, text="It was null.", now=late)
    writing.judge(bypass_id=owed.bypass_id, by=rosa, rule=RULE, verdict="right", comment="", now=late)
    findings.note_late(post_mortem_id=owed.pk, now=late)
    return lambda: signing_off.sign_off(bypass_id=owed.bypass_id, by=pete, version=2, now=late)


def _note_late(world: World) -> Ready:
    owed = _owed(world)
    return lambda: findings.note_late(post_mortem_id=owed.pk, now=owed.due_at)


def _note_broken(world: World) -> Ready:
    gate = world.acme.gate("ci-checks")
    return lambda: findings.note_broken(gate_id=gate.pk, rule=RULE, now=LATER)


def _open(world: World) -> Ready:
    gate, alex = world.acme.gate("ci-checks"), world.acme.alex
    kind, subject = FindingKind.RULE_BROKEN_OFTEN, f"{RULE} is broken open."
    return lambda: findings.open_finding(kind=kind, subject=subject, gate=gate, owner=alex, now=LATER)


def _close(world: World) -> Ready:
    alex, found = world.acme.alex, findings.note_broken(gate_id=world.acme.gate("ci-checks").pk, rule=RULE, now=NOW)
    assert found is not None
    return lambda: findings.close_finding(finding_id=found.pk, by=alex, comment="Rewritten.", now=LATER)


MORNING: dict[Action, Act] = {
    extending.extend: Act(_extend, ("bypass.requested",)),
    post_mortems.publish_template: Act(_publish, ("template.published",)),
    writing.write: Act(_write, ("post-mortem.written",)),
    writing.judge: Act(_judge, ("post-mortem.judged",)),
    writing.add_action: Act(_add_action, ("post-mortem.action-added",)),
    writing.finish_action: Act(_finish_action, ("post-mortem.action-done",)),
    writing.link_incident: Act(_link, ("post-mortem.linked",)),
    writing.assign: Act(_assign, ("post-mortem.assigned",)),
    signing_off.sign_off: Act(_sign_off, ("post-mortem.signed-off", "finding.closed")),
    findings.note_late: Act(_note_late, ("finding.opened",)),
    findings.note_broken: Act(_note_broken, ("finding.opened",)),
    findings.open_finding: Act(_open, ("finding.opened",)),
    findings.close_finding: Act(_close, ("finding.closed",)),
}
