"""The break-glass domain, as a Django app."""

from django.apps import AppConfig
from django.core.checks import register
from django.db.models.signals import post_migrate


class BreakglassConfig(AppConfig):
    name = "breakglass"
    verbose_name = "Gates and records"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the database refuses, what follows a migrate, and that every view says who may call it."""
        from audit import triggers  # noqa: PLC0415  models can be imported from here on
        from breakglass import tasks  # noqa: PLC0415
        from breakglass.triggers import record_triggers  # noqa: PLC0415
        from tenants.access import check_declared  # noqa: PLC0415
        from tenants.triggers import tenancy_triggers  # noqa: PLC0415

        triggers.register(*record_triggers(), *tenancy_triggers(self.name))
        post_migrate.connect(tasks.schedule_sweep, sender=self)
        post_migrate.connect(tasks.make_cache_table, sender=self)
        register(check_declared)
