"""The signed log, as a Django app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class AuditConfig(AppConfig):
    name = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from audit import log_triggers, triggers  # noqa: PLC0415  the other apps must be loaded before

        triggers.register(*log_triggers.log_triggers())
        # Both are sent app by app, before the first migration and after the last: whichever app we are, it is once.
        pre_migrate.connect(triggers.step_aside, sender=self)
        post_migrate.connect(triggers.put_back, sender=self)
