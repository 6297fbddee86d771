"""What a post-mortem begins with: the tenant's template, its fields filled from the record and the log."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import accumulate

from audit import log
from breakglass import durations, links, sentences
from breakglass.actions.records import reviews_of
from breakglass.asks import PENDING
from breakglass.markdown import code, escape, quote
from breakglass.models import Bypass, Check, Deploy, Review
from breakglass.scopes import in_words
from breakglass.times import in_words as moment
from breakglass.times import span
from tenants import context

MOST_LINES = 100
MOST_LISTED = 10_000  # characters of one list
MOST_FILLED = 60_000  # characters that are filled in: an end never waits for a template
NOTHING = "None."

DEFAULT = """\
# {service} in {environment}: {gate} was opened

## What happened

Say in a few sentences what was broken, for whom, from when to when.

{record}

### Why it could not wait

{justification}

### Rules skipped

{rules}

### Approvals

{approvals}

### Deploys under it

{deploys}

### What the gate asked

{checks}

### Timeline

{timeline}

## Why it happened

Say what led to it: causes rather than people.

## What the gate was for

Say what the skipped rules would have caught, and whether that was checked by other means.

## What will be different

Name the changes here, and add each below as an action with an owner.
"""

CHAPTER = """\
## More time: {id}

{record}

### Why it took longer

{justification}

### Approvals

{approvals}

### Deploys under it

{deploys}

### What the gate asked

{checks}

### Timeline

{timeline}
"""

_FIELD = re.compile(r"\{([a-z]+)\}")


def fill(source: str, bypass: Bypass) -> str:
    """The template with each field it names filled in for the bypass; braces that name no field stay as they are.

    A field is looked up once, however often it is named, and stays as it is where the text gets too long.
    """
    known, left = dict[str, str](), MOST_FILLED

    def value(found: re.Match[str]) -> str:
        nonlocal left
        if found[1] in FIELDS and found[1] not in known:
            known[found[1]] = FIELDS[found[1]](bypass)
        left -= len(known.get(found[1], ""))
        return known.get(found[1], found[0]) if left >= 0 else found[0]

    return _FIELD.sub(value, source)


def _listed(lines: list[str]) -> str:
    fit = sum(end <= MOST_LISTED for end in accumulate(map(len, lines)))
    shown = [f"- {line}" for line in lines[: min(fit, MOST_LINES)]]
    if len(lines) > len(shown):
        shown.append(f"- and {len(lines) - len(shown)} more, on the record")
    return "\n".join(shown) or NOTHING


def _record(bypass: Bypass) -> str:
    tenant = context.current()
    policy = f"tier {code(bypass.tier)}, policy version {bypass.policy_version.number}"
    lines = [
        f"[{bypass.pk}]({links.record_url(tenant, bypass.pk)}){', a drill' if bypass.drill else ''}, {policy}",
        f"{escape(bypass.gate.name)}: {escape(in_words(bypass.scope))}",
        f"Asked for by {escape(bypass.requester.user.name)} at {moment(bypass.requested_at)}",
        f"Incident: {_incident(bypass)}",
    ]
    if bypass.starts_at and (end := bypass.ended_at):
        held = span(int((end - bypass.starts_at).total_seconds()))
        lines.append(f"Open from {moment(bypass.starts_at)} to {moment(end)}: {held}, then {bypass.status}")
    return _listed(lines)


def _incident(bypass: Bypass) -> str:
    url = bypass.incident_url
    return code(url) if url == PENDING or set("<>`") & set(url) else f"<{url}>"


def _rules(bypass: Bypass) -> str:
    return "The whole gate." if bypass.whole_gate else _listed([code(rule) for rule in bypass.rules])


def _approvals(bypass: Bypass) -> str:
    return _listed([_review(review) for review in reviews_of(bypass)])


def _review(review: Review) -> str:
    how = f"approved it for {durations.show(review.ttl)}" if review.ttl else "denied it"
    said = f": {escape(review.comment)}" if review.comment else ""
    return f"{moment(review.at)}: {escape(review.member.user.name)} {how}{said}"


def _deploys(bypass: Bypass) -> str:
    deploys = Deploy.objects.filter(bypass=bypass).order_by("first_seen_at", "pk")
    return _listed([f"{moment(one.first_seen_at)}: {code(one.external_id)} {one.status}" for one in deploys])


def _checks(bypass: Bypass) -> str:
    end = bypass.ended_at or bypass.requested_at
    asked = Check.objects.filter(gate=bypass.gate, service=bypass.service, environment=bypass.environment)
    within = asked.filter(at__gte=bypass.requested_at, at__lte=end).order_by("at", "pk")
    return _listed([f"{moment(one.at)}: {_check(one)}" for one in within[: MOST_LINES + 1]])


def _check(check: Check) -> str:
    named = ", ".join(code(rule) for rule in check.rules) or "no rule named"
    return f"**{check.decision}** for {code(check.branch) or 'no branch'} ({named})"


def _timeline(bypass: Bypass) -> str:
    entries = log.entries_of(str(context.current_id()), about=bypass.pk)
    return _listed([_line(sentences.line(entry)) for entry in entries])


def _line(line: sentences.Line) -> str:
    url = links.entry_url(context.current(), line.log, line.index)
    said = f": {escape(line.quote)}" if line.quote else ""
    return f"{moment(line.at)}: {escape(line.actor)} {escape(line.says)}{said} ([{line.id}]({url}))"


FIELDS: dict[str, Callable[[Bypass], str]] = {
    "id": lambda bypass: code(bypass.pk),
    "gate": lambda bypass: escape(bypass.gate.slug),
    "service": lambda bypass: escape(bypass.service),
    "environment": lambda bypass: escape(bypass.environment),
    "record": _record,
    "justification": lambda bypass: quote(bypass.justification),
    "incident": _incident,
    "rules": _rules,
    "approvals": _approvals,
    "deploys": _deploys,
    "checks": _checks,
    "timeline": _timeline,
}
