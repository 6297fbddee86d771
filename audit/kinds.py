"""The log's vocabulary: every kind of entry as a typed value, with its columns in the CSV.

Subclass `Kind`; the subclass is made a frozen, keyword-only dataclass and registered by its `kind`.
"""

import re
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, ClassVar, dataclass_transform

KINDS: dict[str, type["Kind"]] = {}

_NAME = re.compile(r"[a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*")


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Kind:
    """What one kind of entry says. Fields: str, int, bool, None, tuples, dicts or small dataclasses of these."""

    kind: ClassVar[str]
    columns: ClassVar[tuple[str, ...]]

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True, kw_only=True)(cls)
        if not _NAME.fullmatch(cls.kind):
            raise TypeError(f"{cls.__name__}.kind is {cls.kind!r}: name it noun.past, as in bypass.requested.")
        if cls.kind in KINDS:
            raise TypeError(f"{cls.__name__} and {KINDS[cls.kind].__name__} are both {cls.kind!r}: rename one.")
        names = tuple(field.name for field in fields(cls))  # type: ignore[arg-type]
        cls.columns = cls.__dict__.get("columns", names)
        KINDS[cls.kind] = cls

    def as_data(self) -> dict[str, Any]:
        """The fields as a JSON object."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}  # type: ignore[arg-type]


def _plain(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


# The log about itself.


class GenesisRecorded(Kind):
    """The first entry of every log: whose it is, and which keys speak for it. Key ids and digests are hex SHA-256."""

    kind: ClassVar[str] = "log.opened"

    tenant: str
    host: str
    log_key: str
    ct_key: str
    trusted_root: str
    previous_size: int | None = None
    previous_root: str | None = None


class ChecksSealed(Kind):
    """A batch of checks; `root` is the hex RFC 6962 root over the canonical JSON of its rows, in order."""

    kind: ClassVar[str] = "checks.sealed"

    batch: int
    count: int
    root: str
    first_at: str
    last_at: str


class VerdictsSealed(Kind):
    """A batch of the gates' own verdicts, sealed like checks."""

    kind: ClassVar[str] = "verdicts.sealed"

    batch: int
    count: int
    root: str
    first_at: str
    last_at: str


# Small values inside entries.


@dataclass(frozen=True, kw_only=True)
class PersonWords:
    """A member, in the words of the time."""

    id: int
    name: str
    email: str


@dataclass(frozen=True, kw_only=True)
class ScopeWords:
    """What a bypass, check or deploy is about; an empty branch or artifact is any (of a bypass) or unsaid."""

    gate: str
    service: str
    environment: str
    branch: str
    artifact: str


@dataclass(frozen=True, kw_only=True)
class PolicyWords:
    """The policy version that an act relied on."""

    number: int
    digest: str


# Who there is.


class TenantCreated(Kind):
    """The operator made the tenant."""

    kind: ClassVar[str] = "tenant.created"

    slug: str
    name: str


class MemberAdded(Kind):
    """An account became a member."""

    kind: ClassVar[str] = "member.added"

    member: PersonWords
    human: str
    roles: tuple[str, ...]


class MemberRemoved(Kind):
    """A member left, with every role and group."""

    kind: ClassVar[str] = "member.removed"

    member: PersonWords


class MemberAway(Kind):
    """A member said, or an admin of them, that they are away from now on, until then."""

    kind: ClassVar[str] = "member.away"

    member: PersonWords
    until: str


class MemberBack(Kind):
    """A member is back before their time. Whose time has passed is back without an entry."""

    kind: ClassVar[str] = "member.back"

    member: PersonWords


class RoleGranted(Kind):
    """A member holds a role from now on."""

    kind: ClassVar[str] = "role.granted"

    member: PersonWords
    role: str


class RoleRevoked(Kind):
    """A member no longer holds a role."""

    kind: ClassVar[str] = "role.revoked"

    member: PersonWords
    role: str


class GroupCreated(Kind):
    """An approver group was made."""

    kind: ClassVar[str] = "group.created"

    group: str
    name: str


class GroupJoined(Kind):
    """A member is in a group from now on."""

    kind: ClassVar[str] = "group.joined"

    group: str
    member: PersonWords


class GroupLeft(Kind):
    """A member is no longer in a group."""

    kind: ClassVar[str] = "group.left"

    group: str
    member: PersonWords


class TokenIssued(Kind):
    """A machine token was made; its secret is nowhere."""

    kind: ClassVar[str] = "token.issued"

    token: int
    name: str
    expires_at: str | None


class TokenRevoked(Kind):
    """A machine token stopped working."""

    kind: ClassVar[str] = "token.revoked"

    token: int
    name: str


# What is set up.


class GateCreated(Kind):
    """A gate with its closed lists; practice is fixed. `in_flight` is what becomes of work under way at the end."""

    kind: ClassVar[str] = "gate.created"

    gate: str
    name: str
    services: tuple[str, ...]
    environments: tuple[str, ...]
    required: tuple[str, ...]
    practice: bool
    in_flight: str = "enforce"


class GateChanged(Kind):
    """A gate's name, its closed lists, or what becomes of work under way, as they are from now on."""

    kind: ClassVar[str] = "gate.changed"

    gate: str
    name: str
    services: tuple[str, ...]
    environments: tuple[str, ...]
    required: tuple[str, ...]
    in_flight: str


class CredentialIssued(Kind):
    """A machine token may speak for a gate, and there for these services (none: all)."""

    kind: ClassVar[str] = "credential.issued"

    gate: str
    token: int
    services: tuple[str, ...]


class PolicyPublished(Kind):
    """A policy version is in force from now on; `source` is its YAML."""

    kind: ClassVar[str] = "policy.published"

    number: int
    digest: str
    source: str


class ChangeProposed(Kind):
    """An admin (null: the operator) proposed a change that takes two; at `due_at` the clock carries it out."""

    kind: ClassVar[str] = "change.proposed"

    proposal: int
    change: str
    says: str
    payload: dict[str, Any]
    proposed_by: PersonWords | None
    due_at: str | None


class ChangeConsented(Kind):
    """Another admin consented, and so it was done: `entries` are the acts' own."""

    kind: ClassVar[str] = "change.consented"

    proposal: int
    change: str
    says: str
    proposed_by: PersonWords | None
    consented_by: PersonWords
    entries: tuple[str, ...]


class ChangeCarriedOut(Kind):
    """Nobody else could consent, every member was told, and a day has passed: `entries` are the acts' own."""

    kind: ClassVar[str] = "change.carried-out"

    proposal: int
    change: str
    says: str
    proposed_by: PersonWords | None
    due_at: str
    entries: tuple[str, ...]


class ChangeRefused(Kind):
    """Another admin refused it, or the portal, since it could not be done any more."""

    kind: ClassVar[str] = "change.refused"

    proposal: int
    change: str
    says: str
    proposed_by: PersonWords | None
    comment: str


class ChangeWithdrawn(Kind):
    """It was taken back."""

    kind: ClassVar[str] = "change.withdrawn"

    proposal: int
    change: str
    says: str
    proposed_by: PersonWords | None


class WebhookAdded(Kind):
    """An address is told of every act from now on; `server` is its host, its secret is nowhere."""

    kind: ClassVar[str] = "webhook.added"

    webhook: int
    server: str


class WebhookDisabled(Kind):
    """A webhook is told nothing more: an admin's wish, or its server's (410 Gone)."""

    kind: ClassVar[str] = "webhook.disabled"

    webhook: int
    server: str
    why: str


# The record of a bypass.


@dataclass(frozen=True, kw_only=True)
class ClauseWords:
    """One clause of the tier's approvals, and who could fill it when the bypass was asked for."""

    clause: str
    people: tuple[PersonWords, ...]


class BypassRequested(Kind):
    """Somebody asked for a bypass. TTLs are in seconds."""

    kind: ClassVar[str] = "bypass.requested"

    bypass: str
    requester: PersonWords
    scope: ScopeWords
    whole_gate: bool
    rules: tuple[str, ...]
    reason_kind: str
    justification: str
    incident_url: str
    proposed_ttl: int
    tier: str
    policy: PolicyWords
    approvals: tuple[ClauseWords, ...]
    lapses_at: str
    drill: bool
    evaluation: str
    extends: str | None = None


class BypassApproved(Kind):
    """One approval. `active` says that it was the last one needed; then the window is set, else it is null."""

    kind: ClassVar[str] = "bypass.approved"

    bypass: str
    approver: PersonWords
    roles: tuple[str, ...]
    clauses: tuple[str, ...]
    missing: tuple[str, ...]
    ttl: int
    comment: str
    statement: str
    shown: dict[str, Any]
    active: bool
    effective_ttl: int | None
    starts_at: str | None
    expires_at: str | None
    drill: bool


class BypassDenied(Kind):
    """One denial ended the request."""

    kind: ClassVar[str] = "bypass.denied"

    bypass: str
    approver: PersonWords
    comment: str


class BypassWithdrawn(Kind):
    """Its requester took the request back."""

    kind: ClassVar[str] = "bypass.withdrawn"

    bypass: str


class BypassLapsed(Kind):
    """Nobody approved it by `effective_at`."""

    kind: ClassVar[str] = "bypass.lapsed"

    bypass: str
    effective_at: str


class BypassExpired(Kind):
    """The clock ended it at `effective_at`; the entry's own time is when that was written down."""

    kind: ClassVar[str] = "bypass.expired"

    bypass: str
    effective_at: str


class BypassReturned(Kind):
    """Its requester was done before the end."""

    kind: ClassVar[str] = "bypass.returned"

    bypass: str
    unused_seconds: int


class BypassRevoked(Kind):
    """Somebody shut the gate before the end."""

    kind: ClassVar[str] = "bypass.revoked"

    bypass: str
    comment: str
    unused_seconds: int


class ReviewRefused(Kind):
    """Somebody tried to review and was refused: their own, without the right, or too late."""

    kind: ClassVar[str] = "review.refused"

    bypass: str
    member: PersonWords
    reason: str
    sentence: str


# What gates asked, and what was shipped.


class GateChecked(Kind):
    """The first `bypass` answer for a caller, scope and set of rules. What the caller called itself is its own word."""

    kind: ClassVar[str] = "gate.checked"

    bypass: str
    evaluation: str
    scope: ScopeWords
    rules: tuple[str, ...]
    decision: str
    expires_at: str
    drill: bool
    subject: str = ""
    verdict: str = ""
    evidence_url: str = ""


class DeployRecorded(Kind):
    """A deploy as its sender reported it, and the bypass that covered it (null: none did)."""

    kind: ClassVar[str] = "deploy.recorded"

    deploy: str
    scope: ScopeWords
    status: str
    url: str
    provenance_url: str
    bypass: str | None
    entry: str | None
    drill: bool


# The morning after. `bypass` is the first of the chain that its extensions make; digests are of the text's UTF-8.


class TemplatePublished(Kind):
    """Post-mortems begin with this from now on; `source` is its Markdown."""

    kind: ClassVar[str] = "template.published"

    number: int
    digest: str
    source: str


class PostMortemOpened(Kind):
    """The end of a bypass of the chain, `ended`, made a post-mortem owed. Template 0 is the portal's own."""

    kind: ClassVar[str] = "post-mortem.opened"

    bypass: str
    ended: str
    assignee: PersonWords
    due_at: str
    template: int
    digest: str
    drill: bool


class PostMortemExtended(Kind):
    """Another bypass of the chain, `ended`, has a chapter in version `version` of the text."""

    kind: ClassVar[str] = "post-mortem.extended"

    bypass: str
    ended: str
    version: int
    digest: str


class PostMortemAssigned(Kind):
    """Somebody else sees to it from now on."""

    kind: ClassVar[str] = "post-mortem.assigned"

    bypass: str
    assignee: PersonWords


class PostMortemWritten(Kind):
    """Somebody wrote version `version` of the text."""

    kind: ClassVar[str] = "post-mortem.written"

    bypass: str
    version: int
    digest: str


class PostMortemLinked(Kind):
    """The incident that was pending has a link."""

    kind: ClassVar[str] = "post-mortem.linked"

    bypass: str
    incident_url: str


class PostMortemJudged(Kind):
    """What it says of a rule that was skipped ("" is the whole gate)."""

    kind: ClassVar[str] = "post-mortem.judged"

    bypass: str
    rule: str
    verdict: str
    comment: str


class PostMortemActionAdded(Kind):
    """Something has to change, and somebody sees to it."""

    kind: ClassVar[str] = "post-mortem.action-added"

    bypass: str
    action: int
    text: str
    owner: PersonWords
    url: str


class PostMortemActionDone(Kind):
    """It has changed."""

    kind: ClassVar[str] = "post-mortem.action-done"

    bypass: str
    action: int


@dataclass(frozen=True, kw_only=True)
class VerdictWords:
    """A rule ("" is the whole gate) and what the post-mortem says of it."""

    rule: str
    verdict: str


class PostMortemSignedOff(Kind):
    """Somebody who wrote none of it agrees with the text, whole, and with the verdicts."""

    kind: ClassVar[str] = "post-mortem.signed-off"

    bypass: str
    version: int
    digest: str
    text: str
    writers: tuple[PersonWords, ...]
    verdicts: tuple[VerdictWords, ...]
    incident_url: str
    late: bool


class FindingOpened(Kind):
    """Something should not have been; `what` is its kind."""

    kind: ClassVar[str] = "finding.opened"

    finding: int
    what: str
    subject: str
    gate: str
    bypass: str | None
    deploy: str | None
    owner: PersonWords
    due_at: str


class FindingClosed(Kind):
    """It was seen to."""

    kind: ClassVar[str] = "finding.closed"

    finding: int
    what: str
    subject: str
    bypass: str | None
    comment: str


# What was taken away.


class EvidenceRequested(Kind):
    """Somebody asked for a pack of evidence. The period's dates are as in 2026-01-01, its end exclusive."""

    kind: ClassVar[str] = "evidence.requested"

    pack: int
    period_start: str
    period_end: str


class EvidenceExported(Kind):
    """A pack was made; the entry attests its manifest.json. `requested_by` is null for the operator."""

    kind: ClassVar[str] = "evidence.exported"

    pack: int
    period_start: str
    period_end: str
    bypasses: int
    files: int
    requested_by: PersonWords | None
