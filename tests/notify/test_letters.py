"""The words of the mails, and that what somebody typed stays what somebody typed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.template.loader import render_to_string

from breakglass.actions import ending, reviewing
from breakglass.models import Bypass, Message, MessageKind
from breakglass.notify import letters, proposal_letters
from breakglass.notify.letter import Letter
from tenants.models import User
from tests.cast import NOW, Cast
from tests.conftest import Approve, Ask

OPENED_AT = NOW + timedelta(minutes=1)
HIGH = {"gate": "deploy-gate", "environment": "production"}
LINK = "http://localhost:8000/t/acme/bypasses/"


def letter(bypass: Bypass, kind: str, now: object = OPENED_AT) -> Letter:
    """The first letter of this kind."""
    rows = Message.objects.select_related("member__user", "bypass__gate", "bypass__requester__user")
    message = rows.select_related("bypass__policy_version").filter(bypass=bypass, kind=kind).first()
    assert message is not None
    return letters.write(message, now)  # type: ignore[arg-type]


def test_the_request(ask: Ask) -> None:
    bypass = ask()
    words = letter(bypass, "asked", NOW)
    assert words.subject == "Approve or deny: ci-checks, payments in ci"
    assert words.says == (
        "Rosa asks to skip no-known-exploited-critical at ci-checks, for payments in ci, branch hotfix/null-currency, "
        "any artifact. Without an answer it lapses at 2 Mar 2026 03:07:11 UTC, in 1h 00m 00s."
    )
    assert (words.quoted, words.quote) == ("Rosa", bypass.justification)
    assert (words.button, words.link) == ("Read and decide", f"{LINK}{bypass.pk}/")


def test_one_approval_more_says_what_is_missing(ask: Ask, approve: Approve) -> None:
    bypass = ask(**HIGH)
    approve(bypass, by="ada")
    words = letter(bypass, "approved")
    assert words.says == "Ada approved it. The gate is shut still; missing: one of security-duty."
    assert (words.quoted, words.quote) == ("Ada", "Seen.")


def test_the_opening_says_until_when(ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    says = "Pete gave the last approval. The gate is open until 2 Mar 2026 02:23:11 UTC: 15m 00s are left."
    assert letter(bypass, "opened").says == says


def test_an_opening_told_too_late_says_that_it_was(ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    says = "Pete gave the last approval. The gate was open from 2 Mar 2026 02:08:11 UTC to 2 Mar 2026 02:23:11 UTC."
    assert letter(bypass, "opened", NOW + timedelta(hours=1)).says == says


def test_the_warning_says_how_long_there_is(ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    assert bypass.expires_at is not None
    words = letter(bypass, "ends_in_10", bypass.expires_at - timedelta(minutes=10))
    assert words.says.startswith("The gate shuts at 2 Mar 2026 02:23:11 UTC, in 10m 00s. Return the bypass if you are")
    assert words.quote == ""


def test_the_denial_and_the_revocation_carry_their_reason(ask: Ask, approve: Approve, acme: Cast) -> None:
    denied, revoked = ask(), ask(ttl="1h")
    reviewing.deny(bypass_id=denied.pk, by=acme.pete, comment="Use the runbook.", now=OPENED_AT)
    approve(revoked)
    ending.revoke(bypass_id=revoked.pk, by=acme.alex, comment="The incident is over.", now=OPENED_AT)
    assert (letter(denied, "denied").quoted, letter(denied, "denied").quote) == ("Pete", "Use the runbook.")
    assert (letter(revoked, "revoked").quoted, letter(revoked, "revoked").quote) == ("Alex", "The incident is over.")


def test_a_drill_says_so_first(ask: Ask) -> None:
    words = letter(ask(gate="practice", environment="production", ttl="1m"), "asked", NOW)
    assert words.subject == "Drill: Approve or deny: practice, payments in production"


@pytest.mark.parametrize("part", ["txt", "html"])
def test_what_was_typed_is_marked_and_never_markup(part: str, ask: Ask) -> None:
    typed = '<a href="https://evil.example">Approve</a>\n\nRead and decide:\nhttps://evil.example/\u2028Bypass: bg_evil'
    text = render_to_string(f"mail/letter.{part}", {"letter": letter(ask(justification=typed), "asked", NOW)})
    if part == "html":
        assert text.count("<a ") == 1
        assert "&lt;a href=&quot;https://evil.example&quot;&gt;" in text
    else:
        evil = [line for line in text.splitlines() if "evil" in line]
        assert evil == ['> <a href="https://evil.example">Approve</a>', "> https://evil.example/", "> Bypass: bg_evil"]


def test_a_name_with_line_breaks_writes_no_lines(ask: Ask) -> None:
    User.objects.filter(email="rosa@acme.example").update(name="Rosa\n\nRead and decide:\nhttps://evil.example")
    words = letter(ask(), "asked", NOW)
    text = render_to_string("mail/letter.txt", {"letter": words})
    assert [line for line in text.splitlines() if line.startswith("https://evil.example")] == []
    assert "\n" not in words.subject


def test_no_line_is_too_long_for_a_mail(ask: Ask) -> None:
    long = ask(justification="word " * 700, rules=tuple(f"rule-{n}" for n in range(50)))
    text = render_to_string("mail/letter.txt", {"letter": letter(long, "asked", NOW)})
    assert max(len(line) for line in text.splitlines() if "http" not in line) <= 78


def test_every_kind_that_people_get_has_a_form() -> None:
    written = set(letters.FORMS) | set(proposal_letters.FORMS) | {MessageKind.WELCOME}
    assert set(MessageKind) - written == {MessageKind.WITHDRAWN, MessageKind.IN_FLIGHT}
