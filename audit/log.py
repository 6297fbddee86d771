"""The log as other packages use it: open it, append to it, read it. An entry is only ever added."""

from audit.appending import append
from audit.errors import KeysLocked, LogError, NoLog, NotCanonical, NotInTransaction
from audit.identity import Actor, NoIdentity, Tenant
from audit.opening import check_signer, close_log, open_log
from audit.reading import current_log, entries_of, find_entry, logs_of
from audit.tree import integrate, integrate_all

__all__ = [
    "Actor",
    "KeysLocked",
    "LogError",
    "NoIdentity",
    "NoLog",
    "NotCanonical",
    "NotInTransaction",
    "Tenant",
    "append",
    "check_signer",
    "close_log",
    "current_log",
    "entries_of",
    "find_entry",
    "integrate",
    "integrate_all",
    "logs_of",
    "open_log",
]
