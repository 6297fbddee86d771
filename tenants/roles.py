"""What a member may do in a tenant. Being in an approver group gives the right for that group's clauses."""

from enum import StrEnum


class Role(StrEnum):
    """A member holds any number of these."""

    REQUESTER = "requester"  # asks for bypasses, and is a peer of those who ask
    APPROVER = "approver"  # is asked for approvals through groups and by name
    AUDITOR = "auditor"  # reads the log and takes evidence away
    ADMIN = "admin"  # sets up gates, people and policy, and can revoke; never approves by it
