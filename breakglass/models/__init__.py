"""What is kept: gates, policy versions, bypasses with their reviews, checks, deploys and messages."""

from breakglass.models.bypasses import Bypass, ReasonKind
from breakglass.models.checks import Check, ChecksBatch
from breakglass.models.deploys import Deploy
from breakglass.models.gates import Gate, GateCredential
from breakglass.models.outbox import Attempt, Channel, Message, MessageKind, MessageState, Webhook
from breakglass.models.packs import Pack, PackFile, PackState
from breakglass.models.policies import PolicyVersion
from breakglass.models.reviews import RefusedReview, Review
from breakglass.models.worker import Heartbeat

__all__ = [
    "Attempt",
    "Bypass",
    "Channel",
    "Check",
    "ChecksBatch",
    "Deploy",
    "Gate",
    "GateCredential",
    "Heartbeat",
    "Message",
    "MessageKind",
    "MessageState",
    "Pack",
    "PackFile",
    "PackState",
    "PolicyVersion",
    "ReasonKind",
    "RefusedReview",
    "Review",
    "Webhook",
]
