"""What the database refuses of the record, whoever asks: four eyes, immutability, and states that come back."""

from __future__ import annotations

from audit.trigger_sql import NEVER, Trigger
from audit.triggers import append_only, check_row, frozen_columns, kept
from breakglass.morning_triggers import morning_triggers, open_once
from breakglass.proposal_triggers import proposal_triggers
from breakglass.states import TERMINAL, TRANSITIONS

ASKED = [
    *("id", "gate_id", "service", "environment", "branch", "artifact", "whole_gate", "rules", "reason_kind"),
    *("justification", "incident_url", "proposed_ttl", "requester_id", "requested_at", "lapses_at"),
    *("policy_version_id", "tier", "drill", "evaluation", "digest", "extends_id", "chain_id"),
]
CHECKED = [
    *("id", "evaluation", "gate_id", "credential_id", "service", "environment", "branch", "artifact", "rules"),
    *("bypass_id", "key", "first", "at", "subject", "verdict", "evidence_url"),
]
JUDGED = [
    *(
        "id",
        "gate_id",
        "credential_id",
        "external_id",
        "service",
        "environment",
        "branch",
        "artifact",
        "decision",
        "rules",
    ),
    *("evidence_url", "evaluated_at", "at"),
]
TOLD = [
    *(
        "id",
        "key",
        "bypass_id",
        "deploy_id",
        "proposal_id",
        "kind",
        "channel",
        "member_id",
        "webhook_id",
        "cause",
        "at",
    ),
]
TOLD_ONCE = [("id",), ("key",), ("tenant_id", "cause", "kind", "channel", "member_id")]
UNFINISHED = "{0}.state IN ('waiting', 'making', 'signing')"
SHIPPED = [
    *("id", "gate_id", "external_id", "service", "environment", "branch", "artifact", "bypass_id", "first_seen_at"),
]


def record_triggers() -> list[Trigger]:
    """Every trigger on the tables of this app, beside those of tenancy."""
    return [
        *kept("breakglass_bypass"),
        _asked_once(),
        *frozen_columns("breakglass_bypass", ASKED),
        *_transitions(),
        *_chained(),
        *append_only("breakglass_review", [("id",), ("bypass_id", "human_id")]),
        *_four_eyes(),
        *append_only("breakglass_refusedreview", [("id",), ("bypass_id", "member_id", "reason")]),
        *append_only("breakglass_policyversion", [("id",), ("tenant_id", "number")]),
        *kept("breakglass_gate", [("id",), ("tenant_id", "slug")]),
        *frozen_columns("breakglass_gate", ["id", "slug", "practice", "created_at"]),
        *kept("breakglass_check", [("id",), ("evaluation",)]),
        *frozen_columns("breakglass_check", CHECKED),
        *_checks(),
        _inside_its_bypass("breakglass_check"),
        *append_only("breakglass_checksbatch"),
        *kept("breakglass_verdict", [("id",), ("gate_id", "external_id")]),
        *frozen_columns("breakglass_verdict", JUDGED),
        _sealed_once("breakglass_verdict", "A verdict is sealed once."),
        *append_only("breakglass_verdictsbatch"),
        *kept("breakglass_deploy", [("id",), ("gate_id", "external_id")]),
        *frozen_columns("breakglass_deploy", SHIPPED),
        _inside_its_bypass("breakglass_deploy"),
        *kept("breakglass_webhook"),
        open_once("breakglass_webhook", ["url"], "{0}.disabled_at IS NULL"),
        *frozen_columns("breakglass_webhook", ["id", "url", "secret", "created_at"]),
        *kept("breakglass_message", TOLD_ONCE),
        _told_once(),
        *frozen_columns("breakglass_message", TOLD),
        *_settled(),
        *append_only("breakglass_attempt", [("id",), ("message_id", "number")]),
        *kept("breakglass_pack"),
        open_once("breakglass_pack", ["by_id", "period_start", "period_end"], UNFINISHED),
        *frozen_columns("breakglass_pack", ["id", "period_start", "period_end", "by_id", "asked_at", "asked_entry"]),
        *frozen_columns("breakglass_packfile", ["id", "pack_id"]),
        *morning_triggers(),
        *proposal_triggers(),
    ]


def _asked_once() -> Trigger:
    """An open request is not replaced by the same one (SQLite's INSERT OR REPLACE)."""
    same = "tenant_id = NEW.tenant_id AND requester_id = NEW.requester_id AND digest = NEW.digest"
    taken = f"EXISTS (SELECT 1 FROM breakglass_bypass WHERE {same} AND status IN ('requested', 'active'))"  # noqa: S608
    message = "The same request is open already."
    return Trigger("breakglass_bypass_asked_once", "breakglass_bypass", "INSERT", message, taken, NEVER)


def _told_once() -> Trigger:
    """What a webhook is told, of a deploy or of none, is not replaced by the same (SQLite's INSERT OR REPLACE)."""
    same = " AND ".join(f"{column} = NEW.{column}" for column in ("tenant_id", "cause", "kind", "webhook_id"))
    taken = f"EXISTS (SELECT 1 FROM breakglass_message WHERE {same} AND deploy_id IS NEW.deploy_id)"  # noqa: S608
    return Trigger(
        "breakglass_message_told_once", "breakglass_message", "INSERT", "This is told already.", taken, NEVER
    )


def _transitions() -> list[Trigger]:
    """A status changes only along the table in states.py, and what opened or closed it is written once."""
    allowed = " OR ".join(f"(OLD.status = '{one.source}' AND NEW.status = '{one.target}')" for one in TRANSITIONS)
    wrong = f"OLD.status <> NEW.status AND NOT ({allowed})"
    ended = ", ".join(f"'{status}'" for status in sorted(TERMINAL))
    changed = "(OLD.{0} IS NOT NULL AND OLD.{0} {1} NEW.{0})"
    written = ("starts_at", "expires_at", "closed_at")
    sqlite = " OR ".join(changed.format(column, "IS NOT") for column in written)
    postgresql = " OR ".join(changed.format(column, "IS DISTINCT FROM") for column in written)
    table, message = "breakglass_bypass", "A bypass goes only the ways of its states, and its window is set once."
    asked = "NEW.status <> 'requested' OR NEW.starts_at IS NOT NULL"
    approval = "SELECT 1 FROM breakglass_review WHERE bypass_id = NEW.id AND approves"
    alone = f"OLD.status <> 'active' AND NEW.status = 'active' AND NOT EXISTS ({approval})"
    return [
        Trigger("breakglass_bypass_born", table, "INSERT", "A bypass begins as a request.", asked, asked),
        Trigger(
            "breakglass_bypass_alone", table, "UPDATE", "Nobody opens a gate alone: it takes an approval.", alone, alone
        ),
        Trigger("breakglass_bypass_ways", table, "UPDATE", message, f"{wrong} OR {sqlite}", f"{wrong} OR {postgresql}"),
        Trigger(
            "breakglass_bypass_final",
            table,
            "UPDATE",
            "A bypass that has ended never changes.",
            f"OLD.status IN ({ended})",
            f"OLD.status IN ({ended})",
        ),
    ]


def _chained() -> list[Trigger]:
    """An extension is of the same gate, scope and requester, and in the chain of what it extends."""
    same = ("gate_id", "service", "environment", "branch", "artifact", "requester_id", "whole_gate")
    equal = " AND ".join(f"b.{column} = NEW.{column}" for column in same)
    extended = f"SELECT 1 FROM breakglass_bypass b WHERE b.id = NEW.extends_id AND {equal}"  # noqa: S608
    wrong = (
        f"NEW.extends_id IS NOT NULL AND NOT EXISTS"
        f" ({extended} AND COALESCE(b.chain_id, b.id) = NEW.chain_id AND b.id <> NEW.id)"
    )
    message = "An extension opens what the bypass before it opened, in the same chain."
    return [Trigger("breakglass_bypass_chain", "breakglass_bypass", "INSERT", message, wrong, wrong)]


def _settled() -> list[Trigger]:
    """A message that was sent, has failed or was dropped stays so."""
    table, settled = "breakglass_message", "OLD.state <> 'pending'"
    return [Trigger(f"{table}_final", table, "UPDATE", "A message that is settled never changes.", settled, settled)]


def _four_eyes() -> list[Trigger]:
    """The humans that a review carries are true; a check constraint keeps them different."""
    reviewer = "NEW.human_id <> (SELECT human_id FROM tenants_member WHERE id = NEW.member_id)"
    asker = (
        "NEW.requester_human_id <> (SELECT m.human_id FROM tenants_member m JOIN breakglass_bypass b"
        " ON b.requester_id = m.id WHERE b.id = NEW.bypass_id)"
    )
    message = "A review carries its reviewer's human and the requester's, and no other."
    untrue = f"{reviewer} OR {asker}"
    decided = "(SELECT status FROM breakglass_bypass WHERE id = NEW.bypass_id) <> 'requested'"
    late = "A review comes while the request waits, and never later."
    return [
        *check_row("breakglass_review_humans", "breakglass_review", untrue, untrue, message),
        Trigger("breakglass_review_in_time", "breakglass_review", "INSERT", late, decided, decided),
    ]


def _checks() -> list[Trigger]:
    """A check is sealed once, and the first one under a bypass is not replaced (SQLite's INSERT OR REPLACE)."""
    table = "breakglass_check"
    taken = f"SELECT 1 FROM {table} WHERE bypass_id = NEW.bypass_id AND key = NEW.key AND first"  # noqa: S608
    again = f"NEW.first AND EXISTS ({taken})"
    return [
        _sealed_once(table, "A check is sealed once."),
        Trigger(f"{table}_first_once", table, "INSERT", "This check has been answered before.", again, NEVER),
    ]


def _sealed_once(table: str, message: str) -> Trigger:
    sealed = "OLD.batch_id IS NOT NULL AND OLD.batch_id IS {} NEW.batch_id"
    sqlite, postgresql = sealed.format("NOT"), sealed.format("DISTINCT FROM")
    return Trigger(f"{table}_sealed_once", table, "UPDATE", message, sqlite, postgresql)


def _inside_its_bypass(table: str) -> Trigger:
    """Nothing is counted under a bypass that is not inside its scope."""
    columns = ("gate_id", "service", "environment")
    same = " AND ".join(f"b.{column} = NEW.{column}" for column in columns)
    inside = f"{same} AND b.branch IN ('', NEW.branch) AND b.artifact IN ('', NEW.artifact)"
    covering = f"SELECT 1 FROM breakglass_bypass b WHERE b.id = NEW.bypass_id AND {inside}"  # noqa: S608
    outside = f"NEW.bypass_id IS NOT NULL AND NOT EXISTS ({covering})"
    message = "A bypass covers what is inside its scope, and nothing else."
    return Trigger(f"{table}_covered", table, "INSERT", message, outside, outside)
