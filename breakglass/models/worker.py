"""When the worker was last seen alive."""

from django.db import models


class Heartbeat(models.Model):
    """One row a worker; the installation's, not a tenant's."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M:%S}"
