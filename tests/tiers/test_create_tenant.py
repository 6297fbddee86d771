"""A tenant by command: its admin signs in by a link that works once, and its policy works with two requesters."""

from __future__ import annotations

import contextvars
import io
import re
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from breakglass.actions import asking, founding
from breakglass.actions.setting_up import create_gate
from breakglass.models import PolicyVersion
from breakglass.scopes import Scope
from tenants import context, people
from tenants.actions import add_member
from tenants.models import Member, Tenant, User
from tenants.roles import Role
from tests.cast import NOW, Cast
from tests.clock import stop
from tests.tiers.conftest import entries

WORDS = {
    "--slug": "initech",
    "--name": "Initech GmbH",
    "--admin-email": "Milena@initech.example",
    "--admin-name": "Milena",
}
PASSWORD = "a password for milena and nobody else"


def create(**changed: str) -> str:
    """What the command writes."""
    out = io.StringIO()
    words = WORDS | {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    call_command("create_tenant", *(f"{name}={value}" for name, value in words.items()), stdout=out)
    return out.getvalue()


def refused(**changed: str) -> list[str]:
    """The lines that it exits with; nothing was made and nobody told."""
    before = (Tenant.objects.count(), User.objects.count())
    with pytest.raises(CommandError) as error:
        create(**changed)
    assert (error.value.returncode, mail.outbox) == (1, [])
    assert (Tenant.objects.count(), User.objects.count()) == before
    return str(error.value).splitlines()


def links(text: str) -> list[str]:
    """Every link in it."""
    return re.findall(r"http://\S+", text)


def outside(client: Client, path: str, **sent: str) -> Any:
    """A visit as in a process of its own; with fields, a POST."""
    how = (lambda: client.post(path, sent)) if sent else (lambda: client.get(path))
    return contextvars.Context().run(how)


@pytest.fixture(autouse=True)
def quick(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash that is quick to make, and a clock that stands."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    stop(monkeypatch, NOW)


def test_the_tenant_has_a_log_an_admin_and_a_policy(db: None) -> None:
    create()
    tenant = Tenant.objects.get(slug="initech")
    cast = Cast("initech")
    assert (tenant.name, tenant.created_at) == ("Initech GmbH", NOW)
    assert [entry["kind"] for entry in entries(cast, "")] == [
        "log.opened",
        "tenant.created",
        "member.added",
        "policy.published",
    ]
    assert {entry["actor"]["type"] for entry in entries(cast, "")} == {"portal"}
    with context.entered(tenant):
        (person,) = people.people()
        assert (person.name, person.email, set(person.roles)) == ("Milena", "milena@initech.example", {Role.ADMIN})
        assert PolicyVersion.objects.get().source == founding.FIRST_POLICY


def test_its_policy_works_with_enough_requesters(db: None) -> None:
    create()
    with context.entered(Tenant.objects.get(slug="initech")):
        admin = Member.objects.select_related("user").get()
        gate = create_gate(slug="ci", name="CI", services=["web"], environments=["ci", "production"], by=admin, now=NOW)
        users = [User.objects.create_user(f"{name}@initech.example", name=name) for name in ("ann", "bob", "cy")]
        members = [add_member(user=user, roles=[Role.REQUESTER], by=admin, now=NOW) for user in users]
        routed = [
            asking.route(by=members[0], gate=gate, scope=Scope("web", where, ""), now=NOW)
            for where in ("ci", "production")
        ]
    assert [(one.tier.name, one.possible, [clause.clause for clause in one.clauses]) for one in routed] == [
        ("low", True, ["one peer"]),
        ("high", True, ["two peers"]),
    ]


def test_it_says_what_it_mails(db: None) -> None:
    said = create()
    (sent,) = mail.outbox
    link = links(said)[1]
    assert said == (
        "Initech GmbH has its log and a first policy: http://localhost:8000/t/initech/\n"
        "Milena is its admin and signs in as milena@initech.example, once the password is set. The link for that works "
        f"once, within 3 days.\nSet the password: {link}\nThe same was sent to milena@initech.example.\n"
    )
    assert (sent.to, sent.subject) == (["milena@initech.example"], "Initech GmbH has a place in Breakglass")
    assert links(str(sent.body)) == [link, "http://localhost:8000/t/initech/"]


def test_the_link_sets_a_password_once(db: None) -> None:
    path = links(create())[1].removeprefix("http://localhost:8000")
    browser = Client()
    form = outside(browser, path).headers["Location"]
    page = outside(browser, form).content.decode()
    assert ("<h1>Set my password</h1>" in page, path in page) == (True, False)
    done = outside(browser, form, password1=PASSWORD, password2=PASSWORD)
    assert outside(browser, done.headers["Location"]).content.decode().count("Your password is set</h1>") == 1
    login = outside(browser, "/accounts/login/", login="milena@initech.example", password=PASSWORD)
    home = outside(browser, login.headers["Location"])
    assert (home.headers["Location"], outside(browser, "/t/initech/").status_code) == ("/t/initech/", 200)
    again = outside(Client(), path)
    assert (again.status_code, "This link has been used" in again.content.decode()) == (200, True)


def test_a_weak_password_is_refused_and_the_link_still_works(db: None) -> None:
    path = links(create())[1].removeprefix("http://localhost:8000")
    browser = Client()
    form = outside(browser, path).headers["Location"]
    assert outside(browser, form, password1="short", password2="short").status_code == 200
    assert outside(browser, form, password1=PASSWORD, password2=PASSWORD).status_code == 302


def test_an_account_that_is_there_keeps_its_password(db: None) -> None:
    rosa = Cast("acme").rosa.user
    rosa.set_password(PASSWORD)
    rosa.save()
    said = create(admin_email=rosa.email, admin_name="Somebody else")
    assert "Rosa is its admin and signs in as rosa@acme.example, with the password of that account." in said
    assert links(said) == ["http://localhost:8000/t/initech/"] * 2
    rosa.refresh_from_db()
    assert (rosa.check_password(PASSWORD), rosa.name, User.objects.filter(email=rosa.email).count()) == (
        True,
        "Rosa",
        1,
    )


def test_a_repeat_is_refused(db: None) -> None:
    create()
    mail.outbox.clear()
    assert refused() == ["--slug: There is a tenant initech already: choose another slug."]


NAME = "Write from 1 to 100 characters, on one line."
EMAIL = "Write one e-mail address, as in alex@acme.example."


@pytest.mark.parametrize(
    "slug", ["", "a", "Initech", "1nitech", "in itech", "initech\n", "i" * 41, "../acme", "\x00ab"]
)
def test_a_slug_that_no_address_can_carry(db: None, slug: str) -> None:
    assert refused(slug=slug) == ["--slug: Use 2 to 40 lower-case letters, digits and dashes."]


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "Ini\ntech", "\x00"])
def test_names_that_are_none(db: None, name: str) -> None:
    assert refused(name=name, admin_name=name) == [f"--name: {NAME}", f"--admin-name: {NAME}"]


@pytest.mark.parametrize(
    "email", ["", "milena", "a@b@c.example", "a@b.example, c@d.example", "\x00@b.example", "ü@b.example"]
)
def test_addresses_that_are_none(db: None, email: str) -> None:
    assert refused(admin_email=email) == [f"--admin-email: {EMAIL}"]


def test_all_that_is_wrong_is_said_at_once(db: None) -> None:
    assert [line.split(":")[0] for line in refused(slug="", name="", admin_email="", admin_name="")] == list(WORDS)


def test_neither_the_operator_nor_a_closed_account_becomes_an_admin(db: None) -> None:
    User.objects.create_superuser("operator@example.org", PASSWORD)
    User.objects.filter(email="pete@acme.example").update(is_active=False)
    operators = "This is the operator's account, which has no rights inside a tenant: choose another address."
    assert refused(admin_email="operator@example.org") == [f"--admin-email: {operators}"]
    closed = "This account is closed: choose another address."
    assert refused(admin_email="Pete@acme.example") == [f"--admin-email: {closed}"]


@pytest.mark.parametrize("last", ["tenant.created", "member.added", "policy.published"])
def test_no_entry_no_tenant(db: None, last: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from audit import log

    append = log.append

    def refuse(**given: Any) -> Any:
        if given["data"].kind == last:
            raise OSError("No log today.")
        return append(**given)

    before = (Tenant.objects.count(), User.objects.count())
    monkeypatch.setattr(log, "append", refuse)
    with pytest.raises(OSError, match="No log today"):
        create()
    assert ((Tenant.objects.count(), User.objects.count()), mail.outbox) == (before, [])


def test_mail_that_does_not_go_out_changes_nothing(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    said = create().splitlines()
    assert said[-1] == (
        "It could not be sent to milena@initech.example (The mail server did not take it: [Errno 111] Connection "
        "refused): give it to them yourself."
    )
    assert (len(links(said[2])), Tenant.objects.filter(slug="initech").count()) == (1, 1)
