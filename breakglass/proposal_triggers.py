"""What the database refuses of proposals: changes of what was proposed, second decisions, a single pair of eyes."""

from __future__ import annotations

from audit.trigger_sql import Trigger
from audit.triggers import check_row, frozen_columns, kept
from breakglass.morning_triggers import open_once

_TABLE = "breakglass_proposal"
PROPOSED = ["id", "kind", "payload", "digest", "basis", "proposed_by_id", "proposer_human_id", "proposed_at", "due_at"]


def proposal_triggers() -> list[Trigger]:
    """Every trigger on the proposals, beside those of tenancy."""
    return [*kept(_TABLE), open_once(_TABLE, ["digest"], "{0}.state = 'open'"), *_frozen(), *_humans(), *_states()]


def _frozen() -> list[Trigger]:
    return frozen_columns(_TABLE, PROPOSED)


def _humans() -> list[Trigger]:
    """The humans that a proposal carries are those of its members; a check constraint keeps them different."""
    untrue = " OR ".join(
        f"(NEW.{human} IS NOT NULL AND NEW.{human} <> (SELECT human_id FROM tenants_member WHERE id = NEW.{member}))"  # noqa: S608
        for human, member in (("proposer_human_id", "proposed_by_id"), ("decider_human_id", "decided_by_id"))
    )
    message = "A proposal carries its proposer's human and its decider's, and no other."
    return check_row(f"{_TABLE}_humans", _TABLE, untrue, untrue, message)


def _states() -> list[Trigger]:
    born, final = "NEW.state <> 'open'", "OLD.state <> 'open'"
    return [
        Trigger(f"{_TABLE}_born", _TABLE, "INSERT", "A proposal begins open.", born, born),
        Trigger(f"{_TABLE}_final", _TABLE, "UPDATE", "A proposal that is decided never changes.", final, final),
    ]
