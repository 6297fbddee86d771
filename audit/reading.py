"""Finding logs and entries of one tenant. Nothing here writes."""

import re

from django.db.models import QuerySet

from audit.errors import NoLog
from audit.models import Entry, Log

_ENTRY_ID = re.compile(r"([1-9][0-9]{0,8})-(0|[1-9][0-9]{0,17})")


def logs_of(tenant_id: str) -> QuerySet[Log]:
    """The tenant's logs, oldest first."""
    return Log.objects.filter(tenant_id=tenant_id).order_by("number")


def current_log(tenant_id: str) -> Log:
    """The tenant's open log; NoLog when there is none."""
    log = logs_of(tenant_id).filter(closed_at=None).first()
    if log is None:
        raise NoLog(f"Tenant {tenant_id} has no open log, so nothing can be recorded: open one first.")
    return log


def entries_of(tenant_id: str, *, about: str = "", kind: str = "") -> QuerySet[Entry]:
    """The tenant's entries with their logs, in order; only those about one record, or of one kind, if named."""
    entries = Entry.objects.filter(log__tenant_id=tenant_id).select_related("log").order_by("log__number", "index")
    if about:
        entries = entries.filter(about=about)
    return entries.filter(kind=kind) if kind else entries


def find_entry(tenant_id: str, entry_id: str) -> Entry | None:
    """The tenant's entry with this id (`<log>-<index>`), or None when it has no such entry."""
    match = _ENTRY_ID.fullmatch(entry_id)
    if match is None:
        return None
    return entries_of(tenant_id).filter(log__number=int(match[1]), index=int(match[2])).first()
