"""`manage.py policy export|import|check --tenant T [FILE]`: the tenant's policy as YAML, out of the portal and in."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from breakglass import links
from breakglass.actions.proposing import propose
from breakglass.actions.setting_up import directory
from breakglass.changes import PublishPolicy
from breakglass.errors import PolicyError, WrongState
from breakglass.management.finding import find_tenant
from breakglass.models import PolicyVersion, Proposal, ProposalState
from breakglass.policy.documents import digest
from breakglass.policy.load import load
from breakglass.policy.values import Policy
from breakglass.policy.yamldoc import LARGEST
from breakglass.times import in_words
from tenants import context

STREAM = "-"


class Command(BaseCommand):
    help = "The tenant's policy as YAML: export the one in force, check a file line by line, propose one."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """FILE may be - for standard input or output."""
        acts = parser.add_subparsers(dest="act", required=True, metavar="export|import|check")
        for name, says, optional in (
            ("export", "write the policy in force, as it was published", STREAM),
            ("import", "propose the file's policy: it decides about new requests once an admin consents", None),
            ("check", "say of every line what is wrong with it; without FILE, of the policy in force", ""),
        ):
            act = acts.add_parser(name, help=says, description=says)
            act.add_argument("--tenant", required=True, metavar="SLUG")
            act.add_argument("file", nargs=None if optional is None else "?", default=optional, metavar="FILE")

    def handle(self, *, act: str, tenant: str, file: str, **_: Any) -> None:
        """Exit 1 for a policy that can't be published, and for whatever is not there."""
        does: dict[str, Callable[[str], None]] = {
            "export": self._export,
            "import": self._import,
            "check": self._check,
        }
        with context.entered(find_tenant(tenant)):
            does[act](file)

    def _export(self, file: str) -> None:
        source = _in_force().source
        if file == STREAM:
            self.stdout.write(source, ending="")
            return
        try:
            with Path(file).open("x", encoding="utf-8", newline="") as out:
                out.write(source)
        except OSError as error:
            raise CommandError(f"{file} can't be written ({error.strerror}): choose another name.") from error

    def _check(self, file: str) -> None:
        source, name = (_read(file), _name(file)) if file else (_in_force().source.encode(), "the policy in force")
        found, latest = self._load(source, name), _latest()
        if latest is not None and latest.digest == digest(found):
            self.stdout.write(f"It is good, and in force as version {latest.number}.")
        else:
            number = 1 if latest is None else latest.number + 1
            self.stdout.write(f"It is good: `policy import` would propose it as version {number}.")

    def _import(self, file: str) -> None:
        source, latest = _read(file), _latest()
        found = self._load(source, _name(file))
        if latest is not None and latest.digest == digest(found):
            self.stdout.write(f"It is in force already, as version {latest.number}: nothing was published.")
            return
        change = PublishPolicy(source=source.decode("utf-8-sig"))
        try:
            proposal = propose(change=change, by=None, now=timezone.now())
        except WrongState as error:
            raise CommandError(error.sentence) from error
        self.stdout.write(_what_next(proposal))

    def _load(self, source: bytes, name: str) -> Policy:
        """Everything wrong with it is written line by line; then it raises CommandError."""
        try:
            return load(source, directory())
        except PolicyError as error:
            for problem in error.problems:
                self.stdout.write(f"{name}: {problem}")
            count = "1 problem" if len(error.problems) == 1 else f"{len(error.problems)} problems"
            raise CommandError(f"{name} has {count}: repair each line named, then check it again.") from error


def _what_next(proposal: Proposal) -> str:
    if proposal.state == ProposalState.DONE:
        version = _in_force()
        return f"It is in force from now on, as version {version.number} ({version.digest})."
    link = links.proposal_url(context.current(), proposal.pk)
    if proposal.due_at is None:
        return f"It is proposed. It is in force once an admin of the tenant consents; they were told.\n{link}"
    return (
        f"It is proposed. The tenant has no admin who could consent, so every member was told, and it is in force at "
        f"{in_words(proposal.due_at)}.\n{link}"
    )


def _latest() -> PolicyVersion | None:
    return PolicyVersion.objects.order_by("-number").first()


def _in_force() -> PolicyVersion:
    version = _latest()
    if version is None:
        raise CommandError("No policy is published yet: publish one with `policy import`.")
    return version


def _name(file: str) -> str:
    return "standard input" if file == STREAM else file


def _read(file: str) -> bytes:
    """No more than one byte above what a policy may have: the loader says so."""
    try:
        if file == STREAM:
            return sys.stdin.buffer.read(LARGEST + 1)
        with Path(file).open("rb") as given:
            return given.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # a NUL in a path is a ValueError
        raise CommandError(f"{file} can't be read ({error}): check its name.") from error
