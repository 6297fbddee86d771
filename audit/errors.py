"""What can go wrong with the log. Every message says what happened and what to do next."""


class LogError(Exception):
    """The log could not do what was asked; nothing was written."""


class NotInTransaction(LogError):
    """An entry was to be appended outside the transaction of its act."""


class NoLog(LogError):
    """The tenant has no open log."""


class KeysLocked(LogError):
    """The log's private keys do not open under KEY_ENCRYPTION_SECRET."""


class NotCanonical(LogError, ValueError):
    """A value has no canonical form (RFC 8785) that every reader would agree on (RFC 7493)."""


class NotInTree(LogError):
    """An entry or a checkpoint that the tree does not hold (yet)."""
