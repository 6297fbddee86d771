"""The log's own triggers: it only grows, and what was fixed at birth stays."""

from audit.trigger_sql import Trigger
from audit.triggers import append_only, frozen_columns, kept

_FROM_BIRTH = ["id", "tenant_id", "tenant_slug", "tenant_name", "number", "host", "opened_at"]
_KEYS = ["trusted_root", "log_key", "ct_key", "issuer_key"]
_NEXT = "(SELECT size - 1 FROM audit_head WHERE log_id = NEW.log_id)"

_TAKEN = 'EXISTS (SELECT 1 FROM audit_entry WHERE log_id = NEW.log_id AND "index" = NEW."index")'


def log_triggers() -> list[Trigger]:
    """Every trigger on the tables of this app."""
    return [*_logs(), *_heads(), *_entries(), *_trees()]


def _logs() -> list[Trigger]:
    sqlite = "OLD.closed_at IS NOT NULL AND OLD.closed_at IS NOT NEW.closed_at"
    postgresql = "OLD.closed_at IS NOT NULL AND OLD.closed_at IS DISTINCT FROM NEW.closed_at"
    return [
        *kept("audit_log", [("id",), ("tenant_id", "number")]),
        *frozen_columns("audit_log", _FROM_BIRTH + _KEYS),
        Trigger("audit_log_closed", "audit_log", "UPDATE", "A closed log stays closed.", sqlite, postgresql),
    ]


def _heads() -> list[Trigger]:
    back = "NEW.size < OLD.size OR (OLD.closed AND (NEW.size <> OLD.size OR NOT NEW.closed))"
    return [
        *kept("audit_head", [("log_id",)]),
        *frozen_columns("audit_head", ["log_id"]),
        Trigger("audit_head_grows", "audit_head", "UPDATE", "A log never shrinks, nor opens again.", back, back),
    ]


def _entries() -> list[Trigger]:
    # Also where an entry is: INSERT OR REPLACE would remove it without asking the DELETE trigger.
    message = "An entry takes the index after the last one."
    sqlite = f'NEW."index" IS NOT {_NEXT} OR {_TAKEN}'
    postgresql = f'NEW."index" IS DISTINCT FROM {_NEXT} OR {_TAKEN}'
    return [
        *append_only("audit_entry", keys=()),
        Trigger("audit_entry_next", "audit_entry", "INSERT", message, sqlite, postgresql),
    ]


def _trees() -> list[Trigger]:
    shrinks, rewrites = "NEW.size < OLD.size", "substr(NEW.hashes, 1, length(OLD.hashes)) <> OLD.hashes"
    return [
        *kept("audit_tree", [("log_id",)]),
        *frozen_columns("audit_tree", ["log_id"]),
        Trigger("audit_tree_grows", "audit_tree", "UPDATE", "A tree never shrinks.", shrinks, shrinks),
        *kept("audit_tile", [("log_id", "level", "index")]),
        *frozen_columns("audit_tile", ["log_id", "level", "index"]),
        Trigger("audit_tile_grows", "audit_tile", "UPDATE", "A tile only gains hashes.", rewrites, rewrites),
        *append_only("audit_checkpoint", [("log_id", "size")]),
    ]
