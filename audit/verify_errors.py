"""What a verifier raises."""


class Broken(Exception):
    """Something in a log does not hold. The message completes `<entry>: ...`; `entry_id` is empty for a whole log."""

    def __init__(self, reason: str, entry_id: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.entry_id = entry_id
