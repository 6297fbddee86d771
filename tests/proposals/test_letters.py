"""What people are told about what takes two, as it reaches their mailbox."""

from __future__ import annotations

from datetime import timedelta

from django.core import mail

from breakglass.actions.proposing import carry_out_due, consent, refuse, withdraw
from breakglass.changes import AddMember
from breakglass.models import Message, MessageState
from breakglass.notify import delivery
from tests.cast import NOW, Cast
from tests.proposals.conftest import PUBLISH, join, proposed

LATER = NOW + timedelta(minutes=5)


def sent(kind: str, to: str) -> tuple[str, str]:
    """Deliver the message of this kind to somebody: its subject, and its text in one line."""
    message = Message.objects.get(kind=kind, member__user__email=f"{to}@acme.example")
    mail.outbox.clear()
    delivery.deliver(message_id=message.pk, now=LATER)
    (letter,) = mail.outbox
    assert letter.to == [f"{to}@acme.example"]
    return str(letter.subject), " ".join(str(letter.body).split())


def test_the_other_admin_is_asked(running: Cast) -> None:
    waiting = proposed(join(running.sam), running.alex)
    subject, text = sent("proposed", "ben")
    assert subject == "Proposed: a group of Acme Corporation"
    assert "Alex proposes to put Sam (sam@acme.example) in the group sre-leads. It is done once you or another" in text
    assert f"http://localhost:8000/t/acme/settings/proposals/{waiting.pk}/" in text


def test_everybody_is_told_what_a_lone_admin_proposes_and_that_it_is_done(alone: Cast) -> None:
    waiting = proposed(PUBLISH, alone.alex)
    subject, text = sent("proposed", "rosa")
    assert subject == "Proposed: the policy of Acme Corporation"
    assert "it is carried out at 3 Mar 2026 02:07:11 UTC unless it is withdrawn." in text
    carry_out_due(proposal_id=waiting.pk, now=NOW + timedelta(hours=24))
    message = Message.objects.get(kind="carried_out", member=alone.rosa)
    mail.outbox.clear()
    delivery.deliver(message_id=message.pk, now=NOW + timedelta(hours=25))
    assert "Alex proposed to publish another policy. It has waited its time, and is done." in " ".join(
        str(mail.outbox[0].body).split()
    )


def test_its_proposer_hears_the_answer(running: Cast) -> None:
    one, two = proposed(join(running.sam), running.alex), proposed(join(running.lee), running.alex)
    consent(proposal_id=one.pk, by=running.ben, now=LATER)
    refuse(proposal_id=two.pk, by=running.ben, comment="Lee is away.\nVery.", now=LATER)
    assert "Ben consented to your proposal to put Sam" in sent("consented", "alex")[1]
    subject, text = sent("not_consented", "alex")
    assert subject == "Refused: a group of Acme Corporation"
    assert "Ben refused your proposal to put Lee" in text
    assert "Ben wrote: > Lee is away. > Very." in text


def test_who_is_asked_too_late_is_spared(running: Cast) -> None:
    waiting = proposed(join(running.sam), running.alex)
    withdraw(proposal_id=waiting.pk, by=running.alex, now=LATER)
    message = Message.objects.get(kind="proposed")
    assert delivery.deliver(message_id=message.pk, now=LATER) is None
    message.refresh_from_db()
    assert (message.state, message.said) == (MessageState.DROPPED, "Not sent: by then it was withdrawn.")


def test_a_new_member_gets_a_link_for_a_password(running: Cast) -> None:
    change = AddMember(email="nina@acme.example", name="Nina", roles=("requester",))
    consent(proposal_id=proposed(change, running.alex).pk, by=running.ben, now=LATER)
    subject, text = sent("welcome", "nina")
    assert subject == "Acme Corporation has a place in Breakglass"
    assert "Nina is a member of it and signs in as nina@acme.example, once the password is set." in text
    assert "http://localhost:8000/accounts/password/reset/key/" in text
