"""A Django admin with our frame around it and only the addresses that its pages need.

Signing in and out, passwords and the way to any object by its content type are not among them.
"""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.models import LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver

CLOSED = frozenset({"login", "logout", "password_change", "password_change_done", "autocomplete", "view_on_site"})


class Site(AdminSite):
    """What both admins share. Who may enter is the door's question: nothing of a site is reached but through it."""

    index_title = "Admin"
    final_catch_all_view = False
    enable_nav_sidebar = False

    def __init__(self) -> None:
        super().__init__()
        self.disable_action("delete_selected")

    def get_urls(self) -> list[Any]:
        """Django's, without those that are closed."""
        urls: list[URLPattern | URLResolver] = super().get_urls()
        return [url for url in urls if getattr(url, "name", None) not in CLOSED]

    def get_log_entries(self, request: HttpRequest) -> QuerySet[LogEntry]:
        """None: the tenant's log is the only one."""
        return LogEntry.objects.none()

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Django's, and the frame: the banner, and the ways out."""
        return {**super().each_context(request), **vars(request)["frame"]}
