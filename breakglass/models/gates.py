"""Gates that can be bypassed, and what a machine token may say to one."""

from __future__ import annotations

from django.db import models

from breakglass.scopes import GateShape
from tenants.models import MachineToken
from tenants.models.tenants import SLUG
from tenants.owned import TenantOwned


class InFlight(models.TextChoices):
    """What happens to work in flight when a bypass ends."""

    ENFORCE = "enforce", "Enforce: back under the gate, its next check is refused"
    PAUSE = "pause", "Pause: it waits where it is"
    FINISH = "finish", "Finish: what was begun may be finished"


class Gate(TenantOwned):
    """A control in front of something: it lists every service and environment it stands before."""

    slug = models.CharField(max_length=40, validators=[SLUG])
    name = models.CharField(max_length=100)
    services = models.JSONField()
    environments = models.JSONField()
    required = models.JSONField(default=list, blank=True)
    in_flight = models.CharField(max_length=10, choices=InFlight, default=InFlight.ENFORCE)
    practice = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "slug"], name="gate_slug_once")]

    def __str__(self) -> str:
        return self.slug

    @property
    def shape(self) -> GateShape:
        """What a scope at this gate must look like."""
        return GateShape(
            slug=self.slug,
            services=tuple(self.services),
            environments=tuple(self.environments),
            required=tuple(self.required),
        )


class GateCredential(TenantOwned):
    """A machine token speaks for one gate, and there for these services (none named: all of the gate's).

    `synced_at` is when it last fetched the data that lets it decide alone, to the minute.
    """

    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="credentials")
    token = models.OneToOneField(MachineToken, on_delete=models.PROTECT, related_name="+")
    services = models.JSONField(default=list, blank=True)
    synced_at = models.DateTimeField(null=True, editable=False)

    class Meta(TenantOwned.Meta):
        verbose_name = "machine credential"

    def __str__(self) -> str:
        return f"token {self.token_id} at gate {self.gate_id}"

    def may_speak_for(self, service: str) -> bool:
        """Whether the token is good for this service."""
        return not self.services or service in self.services
