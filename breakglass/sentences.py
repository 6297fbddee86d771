"""Entries of the log as sentences: who did what, in the words that the entry itself keeps."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit.models import Entry
from breakglass import durations, times
from breakglass.scopes import Scope, in_words

type Data = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """One entry for people. `quote` is what somebody wrote in it; `opens` marks the approval that broke the glass."""

    id: str
    log: int
    index: int
    at: datetime
    kind: str
    about: str
    actor: str
    says: str
    quote: str
    opens: bool = False
    identity: str = ""


def line(entry: Entry) -> Line:
    """The entry as a line of a timeline."""
    document = json.loads(bytes(entry.document))
    data, actor = document["data"], document["actor"]
    return Line(
        id=entry.id,
        log=entry.log.number,
        index=entry.index,
        at=datetime.fromisoformat(document["time"]),
        kind=entry.kind,
        about=entry.about,
        actor="The portal" if actor["type"] == "portal" else actor["name"],
        identity=actor["identity"],
        says=SAYS[entry.kind](data),
        opens=entry.kind == "bypass.approved" and data["active"],
        quote=data.get("comment") or (data["sentence"] if entry.kind == "review.refused" else ""),
    )


def _when(text: str) -> str:
    return times.in_words(datetime.fromisoformat(text))


def said(scope: Scope) -> str:
    """The scope of a check or deploy: what it leaves out is unsaid, where a bypass would cover any."""
    named = {"branch": scope.branch, "artifact": scope.artifact}
    return ", ".join([f"{scope.service} in {scope.environment}", *(f"{k} {v}" for k, v in named.items() if v)])


def _covered(scope: Data) -> str:
    return f"{scope['gate']}, {in_words(_scope(scope))}"


def _said(scope: Data) -> str:
    return f"{scope['gate']}, {said(_scope(scope))}"


def _scope(scope: Data) -> Scope:
    return Scope(scope["service"], scope["environment"], scope["branch"], scope["artifact"])


def _listed(words: list[str], none: str) -> str:
    return ", ".join(words) or none


def _asked(data: Data) -> str:
    what = "the whole gate" if data["whole_gate"] else _listed(data["rules"], "no rule")
    more = f", to extend {data['extends']}" if data.get("extends") else ""
    return f"asked to skip {what} at {_covered(data['scope'])}, for {durations.show(data['proposed_ttl'])}{more}"


def _approved(data: Data) -> str:
    given = f"approved it for {durations.show(data['ttl'])}"
    if data["active"]:
        return f"{given}: active for {durations.show(data['effective_ttl'])}, until {_when(data['expires_at'])}"
    return f"{given}; still missing: {_listed(data['missing'], 'nothing')}"


def _refused(data: Data) -> str:
    why = {"own": "it is their own", "late": "it was too late", "no_right": "the policy does not ask them"}
    return f"tried to review it and was refused: {why.get(data['reason'], data['reason'])}"


def _gate(data: Data) -> str:
    practice = "the practice gate" if data["practice"] else "the gate"
    return f"made {practice} {data['gate']} for {_lists(data)}"


def _lists(data: Data) -> str:
    return f"{_listed(data['services'], 'no service')} in {_listed(data['environments'], 'no environment')}"


def _deploy(data: Data) -> str:
    cover = f"under bypass {data['bypass']}" if data["bypass"] else "under no bypass"
    return f"reported deploy {data['deploy']} as {data['status']}, {cover}, at {_said(data['scope'])}"


def _checked(data: Data) -> str:
    rules = _listed(data["rules"], "no rule named")
    return f"asked for the first time and was answered {data['decision']} at {_said(data['scope'])} ({rules})"


def _sealed(data: Data, what: str) -> str:
    many = "" if data["count"] == 1 else "s"
    return f"sealed {data['count']} {what}{many} from {_when(data['first_at'])} to {_when(data['last_at'])}"


def _unused(data: Data) -> str:
    return f"with {times.span(data['unused_seconds'])} unused"


def _period(data: Data) -> str:
    return f"{data['period_start']} up to and without {data['period_end']}"


def _owed(data: Data) -> str:
    owed = f"opened the post-mortem that {data['ended']} makes owed"
    return f"{owed}, for {data['assignee']['name']}, due {_when(data['due_at'])}"


def _action(data: Data) -> str:
    return f"added action {data['action']} for {data['owner']['name']}: {data['text']}"


def _signed_off(data: Data) -> str:
    return f"signed off version {data['version']} of the post-mortem{', late' if data['late'] else ''}"


def _subject(data: Data) -> str:
    """A finding's subject is a sentence of its own; here it ends one that gets its full stop from the page."""
    return str(data["subject"]).removesuffix(".")


def _proposer(data: Data) -> str:
    return f"{data['proposed_by']['name']}'s" if data["proposed_by"] else "the operator's"


def _spaced(word: str) -> str:
    return word.replace("_", " ")


SAYS: dict[str, Callable[[Data], str]] = {
    "log.opened": lambda data: f"opened the log {data['host']}",
    "checks.sealed": lambda data: _sealed(data, "check"),
    "verdicts.sealed": lambda data: _sealed(data, "verdict"),
    "tenant.created": lambda data: f"made the tenant {data['name']}",
    "member.added": lambda data: f"added {data['member']['name']} as {_listed(data['roles'], 'member')}",
    "member.removed": lambda data: f"removed {data['member']['name']}",
    "member.away": lambda data: f"said that {data['member']['name']} is away until {_when(data['until'])}",
    "member.back": lambda data: f"said that {data['member']['name']} is back",
    "role.granted": lambda data: f"gave {data['member']['name']} the role {data['role']}",
    "role.revoked": lambda data: f"took the role {data['role']} from {data['member']['name']}",
    "group.created": lambda data: f"made the group {data['group']}",
    "group.joined": lambda data: f"put {data['member']['name']} in {data['group']}",
    "group.left": lambda data: f"took {data['member']['name']} out of {data['group']}",
    "token.issued": lambda data: f"issued the machine token {data['name']}",
    "token.revoked": lambda data: f"revoked the machine token {data['name']}",
    "gate.created": _gate,
    "gate.changed": lambda data: f"changed the gate {data['gate']}: it stands before {_lists(data)}",
    "credential.issued": lambda data: f"let token {data['token']} speak for {data['gate']}",
    "webhook.added": lambda data: f"added the webhook {data['webhook']} at {data['server']}",
    "webhook.disabled": lambda data: f"switched off the webhook {data['webhook']} at {data['server']}: {data['why']}",
    "policy.published": lambda data: f"published policy version {data['number']}",
    "change.proposed": lambda data: f"proposed to {data['says']}",
    "change.consented": lambda data: f"consented to {_proposer(data)} proposal to {data['says']}",
    "change.carried-out": lambda data: f"carried out {_proposer(data)} proposal to {data['says']}, after a day",
    "change.refused": lambda data: f"refused {_proposer(data)} proposal to {data['says']}",
    "change.withdrawn": lambda data: f"withdrew {_proposer(data)} proposal to {data['says']}",
    "bypass.requested": _asked,
    "bypass.approved": _approved,
    "bypass.denied": lambda data: "denied it",
    "bypass.withdrawn": lambda data: "took the request back",
    "bypass.lapsed": lambda data: f"wrote down that nobody approved it by {_when(data['effective_at'])}",
    "bypass.expired": lambda data: f"wrote down that it expired at {_when(data['effective_at'])}",
    "bypass.returned": lambda data: f"was done and shut the gate, {_unused(data)}",
    "bypass.revoked": lambda data: f"revoked it, {_unused(data)}",
    "review.refused": _refused,
    "gate.checked": _checked,
    "deploy.recorded": _deploy,
    "template.published": lambda data: f"published post-mortem template version {data['number']}",
    "post-mortem.opened": _owed,
    "post-mortem.extended": lambda data: f"added what {data['ended']} did, as version {data['version']}",
    "post-mortem.assigned": lambda data: f"handed the post-mortem to {data['assignee']['name']}",
    "post-mortem.written": lambda data: f"wrote version {data['version']} of the post-mortem",
    "post-mortem.linked": lambda data: f"linked the incident {data['incident_url']}",
    "post-mortem.judged": lambda data: f"judged {data['rule'] or 'the whole gate'}: {_spaced(data['verdict'])}",
    "post-mortem.action-added": _action,
    "post-mortem.action-done": lambda data: f"marked action {data['action']} as done",
    "post-mortem.signed-off": _signed_off,
    "finding.opened": lambda data: f"opened finding {data['finding']} for {data['owner']['name']}: {_subject(data)}",
    "finding.closed": lambda data: f"closed finding {data['finding']}: {_subject(data)}",
    "evidence.requested": lambda data: f"asked for evidence of {_period(data)}",
    "evidence.exported": lambda data: f"made pack {data['pack']} of evidence of {_period(data)}",
}
