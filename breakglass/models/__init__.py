"""What is kept: gates, policy versions, bypasses with their reviews, checks, deploys, messages, proposals and so on."""

from breakglass.models.bypasses import Bypass, ReasonKind
from breakglass.models.checks import Check, ChecksBatch, VerdictDecision
from breakglass.models.deploys import Deploy
from breakglass.models.findings import Finding, FindingKind
from breakglass.models.gates import Gate, GateCredential, InFlight
from breakglass.models.outbox import Attempt, Channel, Message, MessageKind, MessageState, Webhook
from breakglass.models.packs import Pack, PackFile, PackState
from breakglass.models.policies import PolicyVersion
from breakglass.models.post_mortems import ActionItem, PostMortem, PostMortemTemplate, Revision, RuleVerdict
from breakglass.models.proposals import Proposal, ProposalState
from breakglass.models.reviews import RefusedReview, Review
from breakglass.models.verdicts import Verdict, VerdictsBatch
from breakglass.models.worker import Heartbeat

__all__ = [
    "ActionItem",
    "Attempt",
    "Bypass",
    "Channel",
    "Check",
    "ChecksBatch",
    "Deploy",
    "Finding",
    "FindingKind",
    "Gate",
    "GateCredential",
    "Heartbeat",
    "InFlight",
    "Message",
    "MessageKind",
    "MessageState",
    "Pack",
    "PackFile",
    "PackState",
    "PolicyVersion",
    "PostMortem",
    "PostMortemTemplate",
    "Proposal",
    "ProposalState",
    "ReasonKind",
    "RefusedReview",
    "Review",
    "Revision",
    "RuleVerdict",
    "Verdict",
    "VerdictDecision",
    "VerdictsBatch",
    "Webhook",
]
