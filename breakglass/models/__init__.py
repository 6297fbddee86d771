"""What is kept: gates, policy versions, bypasses with their reviews, checks and deploys."""

from breakglass.models.bypasses import Bypass, ReasonKind
from breakglass.models.checks import Check, ChecksBatch
from breakglass.models.deploys import Deploy
from breakglass.models.gates import Gate, GateCredential
from breakglass.models.policies import PolicyVersion
from breakglass.models.reviews import RefusedReview, Review
from breakglass.models.worker import Heartbeat

__all__ = [
    "Bypass",
    "Check",
    "ChecksBatch",
    "Deploy",
    "Gate",
    "GateCredential",
    "Heartbeat",
    "PolicyVersion",
    "ReasonKind",
    "RefusedReview",
    "Review",
]
