"""Tenants, members and tenancy itself, as a Django app."""

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "tenants"
    verbose_name = "People"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the database refuses."""
        from audit import triggers  # noqa: PLC0415  models can be imported from here on
        from tenants.triggers import people_triggers, tenancy_triggers  # noqa: PLC0415

        triggers.register(*people_triggers(), *tenancy_triggers(self.name))
