"""A change that takes two: what was proposed, and what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from breakglass.changes import Change, from_json
from tenants.models import Human, Member
from tenants.owned import TenantOwned


class ProposalState(models.TextChoices):
    """Open until one of the others, which are final."""

    OPEN = "open", "Waiting"
    DONE = "done", "Done"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Proposal(TenantOwned):
    """One change. It carries both humans, its proposer's and its decider's: the database keeps them true and different.

    No proposer is the operator; no decider is the clock. `due_at` is when the clock carries it out by itself, where
    nobody else could consent: at once in a tenant's first set-up, or a day later. `basis` is what it was made from.
    """

    kind = models.CharField(max_length=20)
    payload = models.JSONField()
    digest = models.CharField(max_length=71)
    basis = models.JSONField(default=dict)
    proposed_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    proposer_human = models.ForeignKey(Human, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=ProposalState, default=ProposalState.OPEN)
    decided_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    decider_human = models.ForeignKey(Human, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    comment = models.TextField(blank=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "digest"], condition=Q(state=ProposalState.OPEN), name="proposal_open_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in ProposalState]), name="proposal_state_known"
            ),
            models.CheckConstraint(
                condition=Q(proposed_by=None, proposer_human=None)
                | Q(proposed_by__isnull=False, proposer_human__isnull=False),
                name="proposal_proposer_has_a_human",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None, decider_human=None)
                | Q(decided_by__isnull=False, decider_human__isnull=False, decided_at__isnull=False),
                name="proposal_decider_has_a_human",
            ),
            models.CheckConstraint(
                condition=Q(state=ProposalState.OPEN, decided_at=None, decided_by=None)
                | ~Q(state=ProposalState.OPEN) & Q(decided_at__isnull=False),
                name="proposal_decided_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=ProposalState.DONE)
                | Q(decided_by=None, due_at__isnull=False, decided_at__gte=F("due_at"))
                | Q(decided_by__isnull=False, proposer_human=None)
                | Q(decided_by__isnull=False) & ~Q(decider_human=F("proposer_human")),
                name="proposal_takes_two",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "state", "id"], name="proposal_by_state")]

    def __str__(self) -> str:
        return f"proposal {self.pk}"

    @property
    def change(self) -> Change:
        """The change as a value."""
        return from_json(self.kind, self.payload)

    @property
    def proposer_name(self) -> str:
        """Whoever proposed it."""
        return self.proposed_by.user.name if self.proposed_by is not None else "The operator"
