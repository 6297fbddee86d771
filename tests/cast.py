"""The cast that every test knows, the fixed moment that they live at, and what rosa asks for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.test import Client

from breakglass import demo
from breakglass.asks import AskFields
from breakglass.models import Gate, GateCredential
from tenants import context
from tenants.models import MachineToken, Member, Tenant

NOW = datetime(2026, 3, 2, 2, 7, 11, 250_000, tzinfo=UTC)
SET_UP = NOW - timedelta(days=30)
ASK = AskFields(
    service="payments",
    environment="ci",
    branch="hotfix/null-currency",
    rules=("no-known-exploited-critical",),
    reason_kind="incident",
    justification="Payments fail for every customer; the fix waits behind the gate.",
    incident_url="https://incidents.acme.example/4711",
    ttl="15m",
)
_tokens: dict[str, dict[str, str]] = {}


def play() -> None:
    """Play both tenants in, and remember the secrets of their tokens."""
    played = demo.play(password=None, now=SET_UP)
    _tokens.update({slug: one.tokens for slug, one in played.items()})


class Cast:
    """One tenant's people, gates and tokens, by their names in the demo."""

    def __init__(self, slug: str) -> None:
        self.tenant = Tenant.objects.get(slug=slug)

    def __getattr__(self, name: str) -> Member:
        with context.entered(self.tenant):
            found = Member.objects.select_related("user").filter(user__email=f"{name}@{self.tenant.slug}.example")
            return found.get()

    def gate(self, slug: str) -> Gate:
        """A gate by its slug."""
        with context.entered(self.tenant):
            return Gate.objects.get(slug=slug)

    def credential(self, gate: str) -> GateCredential:
        """The gate's machine token, as the API finds it."""
        with context.entered(self.tenant):
            return GateCredential.objects.select_related("gate", "token").get(gate__slug=gate)

    def secret(self, gate: str) -> str:
        """What the gate's pipeline sends."""
        return _tokens[self.tenant.slug][gate]

    def token(self, gate: str) -> MachineToken:
        """The row behind it."""
        return self.credential(gate).token

    def client(self, name: str) -> Client:
        """A browser in which this person is signed in."""
        client = Client()
        client.force_login(getattr(self, name).user)
        return client
