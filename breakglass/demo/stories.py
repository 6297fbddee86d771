"""What happened at Acme in the demo's month: made-up nights, and the people who lived them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

type End = Literal["expired", "returned", "revoked", "denied", "withdrawn", "lapsed"]


@dataclass(frozen=True)
class Approval:
    """Who approves, so many minutes after the request, for how long at most, and with which words."""

    who: str
    after: int
    ttl: str
    comment: str = ""


@dataclass(frozen=True)
class Night:
    """One request and what became of it; `days` before today at `clock` (UTC), `end_after` minutes after it."""

    days: int
    clock: tuple[int, int]
    who: str
    gate: str
    service: str
    environment: str
    rules: tuple[str, ...]
    why: str
    ttl: str
    approvals: tuple[Approval, ...]
    end: End
    end_after: int = 0
    reason: str = "incident"
    branch: str = "main"
    deploys: int = 1
    verdicts: tuple[str, ...] = ()
    story: str = ""
    action: str = ""
    signed_off_by: str = ""
    end_by: str = ""


FREEZE, KEV, REVIEWERS, IMAGE, LOCKS = (
    "no-deploy-in-freeze",
    "no-known-exploited-critical",
    "two-reviewers",
    "signed-image",
    "no-long-locks",
)
LEADS = (Approval("ada", 3, "1h", "Rollback only."), Approval("sam", 6, "1h", "Go."))

NIGHTS = (
    Night(
        *(29, (2, 11), "rosa", "deploy-gate", "payments", "production", (FREEZE,)),
        "Card payments fail with 502 since 01:50: the rollback is ready and the freeze holds it back.",
        *("1h", LEADS, "returned", 34),
        verdicts=("wrong_scope",),
        story="The connection pool of the new release ran dry. We rolled back, and drained the queue by hand.",
        action="Let rollbacks through the freeze",
        signed_off_by="pete",
    ),
    Night(
        *(27, (14, 20), "pete", "ci-checks", "search", "ci", (KEV,)),
        "The scanner's feed flags a library that only our tests load; the release train leaves at 15:00.",
        *("1h", (Approval("rosa", 4, "1h", "I know this one: tests only."),), "expired"),
        reason="other",
        branch="release/41",
        verdicts=("missing_exception",),
        story="The advisory is about a part that we do not ship.",
        action="Scan what is shipped, not what is tested with",
        signed_off_by="rosa",
    ),
    Night(
        *(24, (3, 2), "rosa", "db-change", "payments", "production", (LOCKS,)),
        "Ledger reads take 40 s: the index went missing in last night's migration. This puts it back, concurrently.",
        "15m",
        (Approval("pete", 2, "15m"), Approval("dana", 9, "15m", "Concurrently, and watch the replicas.")),
        *("returned", 21),
        verdicts=("right",),
        story="The migration dropped an index that a report had needed too. It was built again without a lock.",
        action="Have migrations list the indexes that they drop",
        signed_off_by="pete",
    ),
    Night(
        *(21, (23, 40), "pete", "deploy-gate", "web", "production", (FREEZE, REVIEWERS)),
        "The sign-in page loads a script from a host that is gone; nobody can sign in.",
        *("1h", LEADS, "expired"),
        deploys=2,
        verdicts=("wrong_scope", "right"),
        story="A vendor shut a content host down without a word. The script is served from our own pages now.",
        signed_off_by="rosa",
    ),
    Night(
        *(18, (9, 30), "rosa", "deploy-gate", "search", "production", (REVIEWERS,)),
        "I would like to ship before the stand-up.",
        "15m",
        (),
        *("denied", 5),
        reason="other",
        end_by="ada",
        deploys=0,
    ),
    Night(
        *(16, (1, 5), "rosa", "deploy-gate", "payments", "production", (FREEZE,)),
        "Refunds are paid twice: the fix is one line, and every minute costs.",
        *("1h", LEADS, "revoked", 41),
        reason="customer_escalation",
        end_by="sam",
        verdicts=("wrong_scope",),
        story="A retry without an idempotency key. Sam revoked when a second deploy to another region began.",
        action="Idempotency keys on every refund",
        signed_off_by="pete",
    ),
    Night(
        *(12, (2, 30), "pete", "deploy-gate", "web", "production", (IMAGE,)),
        "The signing service is down and the certificate on the edge runs out at 03:00.",
        *("15m", (Approval("ada", 2, "15m"), Approval("sam", 4, "15m")), "expired"),
        verdicts=("right",),
        story="The image was signed as soon as the service was back, and compared with what ran.",
        signed_off_by="rosa",
    ),
    Night(
        *(9, (4, 15), "rosa", "ci-checks", "payments", "staging", (KEV, REVIEWERS)),
        "Staging has to show the fix to the bank's people at 05:00.",
        *("4h", (Approval("pete", 31, "1h", "An hour is enough."),), "returned", 70),
        reason="customer_escalation",
        branch="fix/sepa-mandate",
        verdicts=("missing_exception", "right"),
        story="Shown, agreed, and merged with two reviews in the morning.",
    ),
    Night(
        *(6, (22, 50), "pete", "deploy-gate", "payments", "production", (FREEZE,)),
        "A tax rate changes at midnight, and the flag for it was never shipped.",
        *("1h", (), "lapsed"),
        reason="regulatory",
        deploys=0,
    ),
    Night(
        *(6, (23, 55), "pete", "deploy-gate", "payments", "production", (FREEZE,)),
        "A tax rate changes at midnight, and the flag for it was never shipped. Asked again: nobody saw the first.",
        *("1h", LEADS, "returned", 25),
        reason="regulatory",
        verdicts=("missing_exception",),
        story="Shipped at 00:06. The first request lapsed because everybody was asleep.",
        action="Page the leads for requests after 22:00",
    ),
    Night(
        *(3, (2, 40), "rosa", "deploy-gate", "search", "production", (FREEZE,)),
        "Search answers with last week's prices since the index job died.",
        *("1h", LEADS, "expired"),
        verdicts=(),
    ),
    Night(
        *(2, (10, 0), "pete", "practice", "payments", "production", (KEV,)),
        "The monthly rehearsal.",
        *("1m", (Approval("rosa", 1, "1m", "Rehearsed."),), "expired"),
        reason="other",
        deploys=0,
        verdicts=("right",),
        story="Three minutes from the refusal to the deploy.",
        signed_off_by="rosa",
    ),
)
