"""A whole policy as a tenant writes it, and the people it names."""

import pytest

from breakglass.errors import PolicyError
from breakglass.policy.directory import Directory, DirectoryGroup
from breakglass.policy.load import load

DIRECTORY = Directory(
    groups={
        "sre-leads": DirectoryGroup(11, 2),
        "security-duty": DirectoryGroup(12, 1),
        "nobody-yet": DirectoryGroup(13, 0),
    },
    members={"dana@acme.example": 7, "lee@acme.example": 8},
)

POLICY = """\
version: 1
tiers:
  low:     {approvals: [{from: peers, count: 1}], ttl: [15m, 1h, 4h], post_mortem: {due: 5d}}
  high:    {approvals: [{from: sre-leads, count: 1}, {from: security-duty, count: 1}], ttl: [15m, 1h], lapse: 30m}
  prod-db:
    approvals: [{from: peers, count: 1}, {from: person:dana@acme.example, deputy: person:lee@acme.example, count: 1}]
routes:
  - {gate: "db-*", environment: production, tier: prod-db}
  - {environment: production, tier: high}
  - {tier: low}
"""


def problems_of(text: str | bytes, directory: Directory = DIRECTORY) -> list[str]:
    """What the loader finds wrong with the text, as it says it; it must find something."""
    with pytest.raises(PolicyError) as refused:
        load(text, directory)
    return [str(problem) for problem in refused.value.problems]


def changed(before: str, after: str) -> str:
    """The policy with one change."""
    assert POLICY.count(before) == 1, before
    return POLICY.replace(before, after)
