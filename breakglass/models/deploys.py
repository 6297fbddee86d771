"""What was shipped through a gate."""

from django.db import models

from breakglass.models.bypasses import Bypass
from breakglass.models.gates import Gate
from breakglass.scopes import Scope
from tenants.owned import TenantOwned


class DeployStatus(models.TextChoices):
    """How far a deploy has got."""

    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Deploy(TenantOwned):
    """A deploy by the caller's id; what covered it is what the portal saw when it was first reported."""

    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="deploys")
    external_id = models.CharField(max_length=200)
    service = models.CharField(max_length=100)
    environment = models.CharField(max_length=100)
    branch = models.CharField(max_length=250, blank=True)
    artifact = models.CharField(max_length=71, blank=True)
    status = models.CharField(max_length=10, choices=DeployStatus)
    url = models.CharField(max_length=500, blank=True)
    provenance_url = models.CharField(max_length=500, blank=True)
    bypass = models.ForeignKey(Bypass, null=True, on_delete=models.PROTECT, related_name="deploys")
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["gate", "external_id"], name="deploy_id_once")]
        indexes = [models.Index(fields=["tenant", "first_seen_at", "id"], name="deploy_in_order")]

    def __str__(self) -> str:
        return self.external_id

    @property
    def scope(self) -> Scope:
        """What was shipped where."""
        return Scope(service=self.service, environment=self.environment, branch=self.branch, artifact=self.artifact)
