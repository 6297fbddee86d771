"""What is only looked at in the tenant's admin: people, gates and the clock make it on the portal's own pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.admin import display
from django.db.models import F
from django.http import HttpRequest

from breakglass.admin.base import Kept
from breakglass.models import Bypass, Check, Deploy, Finding, Message, Pack, PolicyVersion, PostMortem, Review
from breakglass.views.clock import moment

SCOPE = ("gate", "service", "environment", "branch", "artifact")


class BypassAdmin(Kept):
    """As the clock has it."""

    related = ("gate", "requester__user", "closed_by__user", "policy_version", "extends")
    list_filter = ("gate", "drill", "reason_kind")
    search_fields = ("id", "service", "environment", "branch")
    ordering = ("-requested_at", "pk")

    def portal_page(self, row: Bypass) -> tuple[str, object]:
        """The record."""
        return "record", row.pk

    def get_list_display(self, request: HttpRequest) -> Any:
        """What was asked, and what it is now."""
        return ("id", "gate", "service", "environment", _status(request), "requester", "requested_at", "expires_at")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All of it."""
        asked = ("whole_gate", "rules", "reason_kind", "justification", "incident_url", "proposed_ttl", "requester")
        frozen = ("requested_at", "lapses_at", "policy_version", "tier", "drill", "evaluation", "digest", "extends")
        return (*SCOPE, *asked, *frozen, _status(request), "starts_at", "expires_at", "closed_at", "closed_by")


def _status(request: HttpRequest) -> Callable[[Bypass], str]:
    """The column would say active until somebody writes down that it has ended."""

    @display(description="status", ordering="status")
    def status(bypass: Bypass) -> str:
        return bypass.status_at(moment(request)).value

    return status


class ReviewAdmin(Kept):
    """Who approved or denied what."""

    related = ("bypass", "member__user")
    list_display = ("bypass", "member", "approves", "at")
    list_filter = ("approves",)
    search_fields = ("bypass__id",)
    ordering = ("-at", "-pk")
    fields = ("bypass", "member", "approves", "ttl", "clauses", "comment", "statement", "at")


class CheckAdmin(Kept):
    """What a gate asked, and was answered."""

    related = ("gate", "credential__token", "credential__gate", "bypass")
    list_display = ("evaluation", "gate", "service", "environment", "decision", "at")
    list_filter = ("gate",)
    search_fields = ("evaluation", "service", "environment")
    ordering = ("-at", "-pk")
    fields = (
        *("evaluation", *SCOPE, "rules", "subject", "verdict", "evidence_url", "decision", "bypass"),
        *("first", "at", "milliseconds"),
    )


class DeployAdmin(Kept):
    """What was shipped, and what covered it."""

    related = ("gate", "bypass")
    list_display = ("external_id", "gate", "service", "environment", "status", "bypass", "first_seen_at")
    list_filter = ("gate", "status")
    search_fields = ("external_id", "service", "environment")
    ordering = ("-first_seen_at", "-pk")
    fields = ("external_id", *SCOPE, "status", "url", "provenance_url", "bypass", "first_seen_at", "last_seen_at")


class PolicyVersionAdmin(Kept):
    """A version as it was published."""

    related = ("published_by__user",)
    list_display = ("number", "published_at", "published_by", "digest")
    ordering = ("-number",)
    fields = ("number", "published_at", "published_by", "digest", "source")


class PostMortemAdmin(Kept):
    """What is owed, by whom, until when."""

    related = ("bypass", "assignee__user", "signed_off_by__user", "template")
    list_display = ("bypass", "assignee", "opened_at", "due_at", "signed_off_at")
    list_filter = ("drill",)
    search_fields = ("bypass__id",)
    ordering = ("-opened_at", "-pk")
    fields = (
        *("bypass", "assignee", "incident_url", "drill", "template", "version"),
        *("opened_at", "due_at", "signed_off_at", "signed_off_by"),
    )

    def portal_page(self, row: PostMortem) -> tuple[str, object]:
        """Where it is written."""
        return "post-mortem", row.bypass_id


class FindingAdmin(Kept):
    """What should not have been."""

    related = ("gate", "bypass", "deploy", "owner__user")
    list_display = ("subject", "kind", "gate", "owner", "due_at", "closed_at")
    list_filter = ("kind", "gate")
    ordering = (F("closed_at").asc(nulls_first=True), "due_at", "pk")
    fields = ("kind", "subject", "gate", "bypass", "deploy", "owner", "opened_at", "due_at", "closed_at")


class PackAdmin(Kept):
    """Evidence that was asked for."""

    related = ("by__user",)
    list_display = ("__str__", "by", "state", "asked_at", "made_at")
    list_filter = ("state",)
    ordering = ("-asked_at", "-pk")
    fields = ("period_start", "period_end", "by", "state", "problem", "asked_at", "asked_entry", "made_at", "entry")


class MessageAdmin(Kept):
    """Who was told what, and what the server said."""

    related = ("bypass", "member__user", "webhook")
    list_display = ("kind", "channel", "member", "webhook", "state", "attempts", "at")
    list_filter = ("kind", "channel", "state")
    search_fields = ("bypass__id",)
    ordering = ("-at", "-pk")
    fields = (
        *("kind", "channel", "bypass", "member", "webhook", "cause", "at", "not_before"),
        *("state", "attempts", "settled_at", "said"),
    )


RECORDS: dict[Any, type[Kept]] = {
    Bypass: BypassAdmin,
    Review: ReviewAdmin,
    Check: CheckAdmin,
    Deploy: DeployAdmin,
    PolicyVersion: PolicyVersionAdmin,
    PostMortem: PostMortemAdmin,
    Finding: FindingAdmin,
    Pack: PackAdmin,
    Message: MessageAdmin,
}
