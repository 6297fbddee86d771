"""The signed log, as a Django app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from audit import log_triggers, triggers  # noqa: PLC0415  the other apps must be loaded before

        triggers.register(*log_triggers.log_triggers())
        # post_migrate is sent app by app once all migrations have run: every table is there, whichever app we are.
        post_migrate.connect(triggers.put_back, sender=self)
