"""What the database refuses of post-mortems and findings: lost text, a writer's own signature, changes after it."""

from __future__ import annotations

from collections.abc import Sequence

from audit.trigger_sql import NEVER, Trigger
from audit.triggers import append_only, check_row, frozen_columns, kept

_TABLE = "breakglass_postmortem"


def morning_triggers() -> list[Trigger]:
    """Every trigger on the tables of the morning after."""
    return [
        *append_only("breakglass_postmortemtemplate", [("id",), ("tenant_id", "number")]),
        *kept(_TABLE, [("id",), ("bypass_id",)]),
        *frozen_columns(_TABLE, ["id", "bypass_id", "template_id", "drill", "opened_at", "due_at"]),
        *_signed_off(),
        *append_only("breakglass_revision", [("id",), ("post_mortem_id", "number")]),
        *_closed("breakglass_revision"),
        *kept("breakglass_ruleverdict", [("id",), ("post_mortem_id", "rule")]),
        *frozen_columns("breakglass_ruleverdict", ["id", "post_mortem_id", "rule"]),
        *_closed("breakglass_ruleverdict"),
        *kept("breakglass_actionitem", [("id",), ("post_mortem_id", "text", "owner_id")]),
        *frozen_columns("breakglass_actionitem", ["id", "post_mortem_id", "text", "owner_id", "url", "added_at"]),
        *kept("breakglass_finding"),
        open_once("breakglass_finding", ["kind", "subject"], "{0}.closed_at IS NULL"),
        *frozen_columns(
            "breakglass_finding",
            ["id", "kind", "subject", "gate_id", "bypass_id", "deploy_id", "owner_id", "opened_at", "due_at"],
        ),
        *_finding_closed(),
    ]


def open_once(table: str, columns: Sequence[str], opened: str) -> Trigger:
    """What a tenant has open (a condition on the row {0}) is not replaced by the same (SQLite's INSERT OR REPLACE)."""
    same = " AND ".join(f"o.{column} = NEW.{column}" for column in ("tenant_id", *columns))
    there = f"SELECT 1 FROM {table} o WHERE {same} AND {opened.format('o')}"  # noqa: S608  names of our own
    taken = f"{opened.format('NEW')} AND EXISTS ({there})"
    return Trigger(f"{table}_open_once", table, "INSERT", "The same is open already.", taken, NEVER)


def _signed_off() -> list[Trigger]:
    """Nobody signs off what they wrote, under any account; a version never goes back; what is signed off stays."""
    wrote = (
        "NEW.signed_off_by_id IS NOT NULL AND EXISTS (SELECT 1 FROM breakglass_revision r"
        " JOIN tenants_member w ON w.id = r.by_id JOIN tenants_member s ON s.human_id = w.human_id"
        " WHERE r.post_mortem_id = NEW.id AND s.id = NEW.signed_off_by_id)"
    )
    back, done = "NEW.version < OLD.version", "OLD.signed_off_at IS NOT NULL"
    final = "A post-mortem that is signed off never changes."
    return [
        *check_row(f"{_TABLE}_four_eyes", _TABLE, wrote, wrote, "Nobody signs off a post-mortem that they wrote."),
        Trigger(f"{_TABLE}_forward", _TABLE, "UPDATE", "A text's versions only go up.", back, back),
        Trigger(f"{_TABLE}_final", _TABLE, "UPDATE", final, done, done),
    ]


def _closed(table: str) -> list[Trigger]:
    """Nothing is added to a post-mortem that is signed off."""
    signed = (
        f"EXISTS (SELECT 1 FROM {_TABLE} p"  # noqa: S608
        " WHERE p.id = NEW.post_mortem_id AND p.signed_off_at IS NOT NULL)"
    )
    return check_row(f"{table}_open", table, signed, signed, "This post-mortem is signed off.")


def _finding_closed() -> list[Trigger]:
    closed = "OLD.closed_at IS NOT NULL"
    message = "A finding that is closed stays so."
    return [Trigger("breakglass_finding_final", "breakglass_finding", "UPDATE", message, closed, closed)]
