"""The break-glass domain, as a Django app."""

from django.apps import AppConfig


class BreakglassConfig(AppConfig):
    name = "breakglass"
    default_auto_field = "django.db.models.BigAutoField"
