"""What a message says to a person, made from the record at the moment it is sent.

A subject holds only names that the gate lists or the portal makes; what people typed stays in the body, as text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from breakglass import durations, links
from breakglass.models import Bypass, Message, MessageKind, PostMortem
from breakglass.notify.letter import Letter, entry_data
from breakglass.scopes import in_words
from breakglass.states import Status
from breakglass.times import in_words as moment
from breakglass.times import seconds_until, span
from tenants import context
from tenants.models import Tenant


@dataclass(frozen=True)
class Told:
    """What a sentence is made from: the record, the data of the entry that caused the message, and the moment."""

    bypass: Bypass
    entry: dict[str, Any]
    now: datetime

    @property
    def asker(self) -> str:
        """Who asked."""
        return self.bypass.requester.user.name

    @property
    def window(self) -> tuple[datetime, datetime]:
        """From when to when it is or was open."""
        return self.bypass.starts_at or self.now, self.bypass.expires_at or self.now

    @property
    def left(self) -> str:
        """How long it is still open."""
        return span(seconds_until(self.window[1], self.now))


@dataclass(frozen=True)
class Form:
    """One kind of letter: the start of its subject, its sentence, its button and why it is sent."""

    title: str
    says: Callable[[Told], str]
    button: str = "Open the record"
    why: str = "You get this because you asked for this bypass."
    link: Callable[[Tenant, Bypass], str] = lambda tenant, bypass: links.record_url(tenant, bypass.pk)
    quotes: bool = True


def write(message: Message, now: datetime) -> Letter:
    """The letter for a message about a bypass, whose `bypass` is loaded as `actions.records.find` does."""
    if message.bypass is None:
        raise ValueError(f"{message.key} is about no bypass: nothing is known to write.")
    told = Told(message.bypass, entry_data(message.cause), now)
    form = FORMS[MessageKind(message.kind)]
    bypass = told.bypass
    asked = message.kind == MessageKind.ASKED
    drill = "Drill: " if bypass.drill else ""
    return Letter(
        subject=f"{drill}{form.title}: {bypass.gate.slug}, {bypass.service} in {bypass.environment}",
        heading=f"{drill}{form.title}",
        says=form.says(told),
        quote=bypass.justification if asked else form.quotes * str(told.entry.get("comment", "")),
        quoted=told.asker if asked else _speaker(told),
        facts=_facts(bypass),
        button=form.button,
        link=form.link(context.current(), bypass),
        why=form.why,
    )


def _speaker(told: Told) -> str:
    return str(told.entry.get("actor", {}).get("name", "the portal"))


def _facts(bypass: Bypass) -> tuple[tuple[str, str], ...]:
    skips = "the whole gate" if bypass.whole_gate else ", ".join(bypass.rules)
    facts = [
        ("Gate", bypass.gate.slug),
        ("Scope", in_words(bypass.scope)),
        ("Skips", skips),
        ("Tier", bypass.tier),
        ("Asked by", bypass.requester.user.name),
        ("Asked for", f"up to {durations.show(bypass.proposed_ttl)}"),
    ]
    if bypass.starts_at and bypass.expires_at:
        facts += [("Active from", moment(bypass.starts_at)), ("Until", moment(bypass.closed_at or bypass.expires_at))]
    return (*facts, ("Bypass", bypass.pk))


def _asked(told: Told) -> str:
    skips = "the whole gate" if told.bypass.whole_gate else ", ".join(told.bypass.rules)
    lapses = told.bypass.lapses_at
    return (
        f"{told.asker} asks to skip {skips} at {told.bypass.gate.slug}, for {in_words(told.bypass.scope)}. "
        f"Without an answer it lapses at {moment(lapses)}, in {span(seconds_until(lapses, told.now))}."
    )


def _approved(told: Told) -> str:
    missing = ", ".join(told.entry.get("missing", []))
    return f"{_speaker(told)} approved it. The gate is shut still; missing: {missing}."


def _opened(told: Told) -> str:
    start, end = told.window
    if told.bypass.status_at(told.now) == Status.ACTIVE:
        return f"{_speaker(told)} gave the last approval. The gate is open until {moment(end)}: {told.left} are left."
    ended = min(end, told.bypass.closed_at or end)
    return f"{_speaker(told)} gave the last approval. The gate was open from {moment(start)} to {moment(ended)}."


def _ends_soon(told: Told) -> str:
    return (
        f"The gate shuts at {moment(told.window[1])}, in {told.left}. Return the bypass if you are done. "
        "If you are not, ask for more time now: that needs the same approvals again."
    )


def _expired(told: Told) -> str:
    return f"Its time ran out at {moment(told.window[1])}. Unless another bypass covers this, the gate enforces."


def _closed(how: str) -> Callable[[Told], str]:
    def say(told: Told) -> str:
        at = moment(told.bypass.closed_at or told.now)
        return f"{_speaker(told)} {how} it at {at}. Unless another bypass covers this, the gate enforces."

    return say


def _denied(told: Told) -> str:
    return f"{_speaker(told)} denied it. The gate stays shut; nothing else will come of this request."


def _lapsed(told: Told) -> str:
    at = moment(told.bypass.lapses_at)
    return f"Nobody approved it by {at}. The gate stays shut: send a new request if it still has to open."


def _finding(told: Told) -> str:
    places = {"deploy_after_end": "past the end", "deploy_out_of_scope": "outside the scope"}
    where = places.get(str(told.entry.get("what")), "past the rules")
    owner = told.entry.get("owner", {}).get("name", "somebody")
    return (
        f"{told.entry.get('subject')} went {where} of this bypass. It is a finding of {owner}'s: "
        "see what was shipped, and say on the record what was done about it."
    )


def _owed(told: Told) -> str:
    return f"It has ended, so a post-mortem is owed, and it is yours. It is due by {_due(told)}."


def _due_soon(told: Told) -> str:
    return f"The post-mortem is due by {_due(told)} and not signed off yet. Somebody other than its writer does that."


def _late(told: Told) -> str:
    return f"The post-mortem was due by {_due(told)} and is not signed off. Until it is, it is a finding of yours."


def _due(told: Told) -> str:
    return moment(PostMortem.objects.get(bypass_id=told.bypass.first_id).due_at)


def _post_mortem_link(tenant: Tenant, bypass: Bypass) -> str:
    return links.post_mortem_url(tenant, bypass.first_id)


def _more_time(tenant: Tenant, bypass: Bypass) -> str:
    return f"{links.record_url(tenant, bypass.pk)}extend/"


YOURS = "You get this because the post-mortem is assigned to you."
ASKED_WHY = "You get this because you can approve it. Nothing is approved by e-mail: the link leads to its page."
INVOLVED = "You get this because you asked for this bypass or reviewed it."
FORMS: dict[MessageKind, Form] = {
    MessageKind.ASKED: Form("Approve or deny", _asked, "Read and decide", ASKED_WHY),
    MessageKind.APPROVED: Form("One approval more", _approved),
    MessageKind.OPENED: Form("Active", _opened),
    MessageKind.DENIED: Form("Denied", _denied),
    MessageKind.LAPSED: Form("Lapsed", _lapsed),
    MessageKind.ENDS_IN_10: Form("Ends soon", _ends_soon, "Ask for more time", link=_more_time, quotes=False),
    MessageKind.ENDS_IN_2: Form("Ends soon", _ends_soon, "Ask for more time", link=_more_time, quotes=False),
    MessageKind.EXPIRED: Form("Expired", _expired, why=INVOLVED),
    MessageKind.RETURNED: Form("Returned", _closed("returned"), why=INVOLVED),
    MessageKind.REVOKED: Form("Revoked", _closed("revoked"), why=INVOLVED),
    MessageKind.FINDING: Form("Deploy is a finding", _finding, why=INVOLVED),
    MessageKind.OWED: Form("Post-mortem owed", _owed, "Write it", YOURS, _post_mortem_link),
    MessageKind.DUE_SOON: Form("Post-mortem due in a day", _due_soon, "Write it", YOURS, _post_mortem_link),
    MessageKind.LATE: Form("Post-mortem late", _late, "Write it", YOURS, _post_mortem_link),
}
