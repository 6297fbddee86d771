"""The policy by command: out as it was published, checked line by line, in as a new version."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from breakglass.actions.proposing import consent, propose
from breakglass.actions.setting_up import publish_policy
from breakglass.changes import PublishPolicy
from breakglass.models import PolicyVersion, Proposal
from tenants import context
from tenants.actions import create_tenant, leave_group, revoke_role
from tenants.models import Group
from tenants.roles import Role
from tests.cast import NOW, Cast
from tests.proposals.conftest import check
from tests.tiers.conftest import entries

GOOD = """\
version: 1
tiers:
  low: {approvals: [{from: peers, count: 1}]}
routes:
  - {tier: low}
"""
BAD = """\
version: 1
tiers:
  low: {approvals: [{from: sre-lead, count: 1}], ttl: [forever]}
routes:
  - {tier: low}
"""
ANCHORS = "line 1: anchors and aliases are not read here; write the value out, in quotes if it begins with * or &"


def run(act: str, *rest: str, tenant: str = "acme") -> str:
    """What the command writes; as on a machine, with no tenant entered by the test."""
    out = io.StringIO()
    call_command("policy", act, "--tenant", tenant, *rest, stdout=out)
    return out.getvalue()


def refused(act: str, *rest: str, tenant: str = "acme") -> tuple[str, str]:
    """What it writes before it exits 1, and the sentence that it exits with."""
    out = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command("policy", act, "--tenant", tenant, *rest, stdout=out)
    assert error.value.returncode == 1
    return out.getvalue(), str(error.value)


@pytest.fixture
def cast(db: None) -> Cast:
    """Acme, not entered."""
    return Cast("acme")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with a good policy."""
    path = tmp_path / "policy.yaml"
    path.write_text(GOOD)
    return path


def versions(cast: Cast) -> list[tuple[int, str]]:
    """Numbers and sources."""
    with context.entered(cast.tenant):
        return list(PolicyVersion.objects.order_by("number").values_list("number", "source"))


def test_export_writes_it_as_it_was_published(cast: Cast, tmp_path: Path) -> None:
    ((_, source),) = versions(cast)
    path = tmp_path / "out.yaml"
    assert (run("export"), run("export", "-"), run("export", str(path))) == (source, source, "")
    assert path.read_bytes() == source.encode()


@pytest.mark.parametrize("name", ["there.yaml", "no/such/directory.yaml", "."])
def test_export_writes_over_nothing(cast: Cast, tmp_path: Path, name: str) -> None:
    (tmp_path / "there.yaml").write_text("mine")
    out, sentence = refused("export", str(tmp_path / name))
    assert (out, sentence.startswith(f"{tmp_path / name} can't be written (")) == ("", True)
    assert (tmp_path / "there.yaml").read_text() == "mine"


def test_import_publishes_and_the_log_keeps_it(cast: Cast, file: Path) -> None:
    said = run("import", str(file))
    newest = entries(cast, "policy.published")[-1]
    assert newest["data"] == {"number": 2, "digest": newest["data"]["digest"], "source": GOOD}
    assert said == f"It is in force from now on, as version 2 ({newest['data']['digest']}).\n"
    assert (versions(cast)[-1], newest["actor"]["type"]) == ((2, GOOD), "portal")


def test_once_a_gate_has_checked_an_import_is_a_proposal(cast: Cast, file: Path) -> None:
    check(cast)
    said = [run("import", str(file)) for _ in range(2)]
    with context.entered(cast.tenant):
        waiting = Proposal.objects.get()
        consent(proposal_id=waiting.pk, by=cast.alex, now=NOW)
    line = "It is proposed. It is in force once an admin of the tenant consents; they were told.\n"
    assert said == [f"{line}http://localhost:8000/t/acme/settings/proposals/{waiting.pk}/\n"] * 2
    assert versions(cast)[-1] == (2, GOOD)


def test_without_an_admin_an_import_waits_a_day(cast: Cast, file: Path) -> None:
    check(cast)
    with context.entered(cast.tenant):
        for name in ("alex", "ben"):
            revoke_role(member=getattr(cast, name), role=Role.ADMIN, by=None, now=NOW)
    assert run("import", str(file)).startswith("It is proposed. The tenant has no admin who could consent, so every")


def test_what_an_admin_proposed_is_not_imported_beside_it(cast: Cast, file: Path) -> None:
    check(cast)
    with context.entered(cast.tenant):
        propose(change=PublishPolicy(source=GOOD), by=cast.alex, now=NOW)
    sentence = "The same is proposed already and waits for consent: you find it on the settings page."
    assert refused("import", str(file)) == ("", sentence)


def test_what_was_exported_imports_as_the_same_version(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "out.yaml"
    run("export", str(path))
    assert run("import", str(path)) == "It is in force already, as version 1: nothing was published.\n"
    assert len(versions(cast)) == 1


def test_import_reads_standard_input(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xef\xbb\xbf" + GOOD.encode())))
    run("import", "-")
    assert versions(cast)[-1] == (2, GOOD)


def test_check_publishes_nothing(cast: Cast, file: Path) -> None:
    assert run("check", str(file)) == "It is good: `policy import` would propose it as version 2.\n"
    assert len(versions(cast)) == 1


def test_check_without_a_file_is_about_the_policy_in_force(cast: Cast) -> None:
    assert run("check") == "It is good, and in force as version 1.\n"
    with context.entered(cast.tenant):
        leave_group(group=Group.objects.get(slug="security-duty"), member=cast.sam, by=cast.alex, now=NOW)
    out, sentence = refused("check")
    assert out == (
        "the policy in force: line 11: tiers.high.approvals[2].from names the group 'security-duty', which has no "
        "members; nobody could approve; add members to it\n"
    )
    assert sentence == "the policy in force has 1 problem: repair each line named, then check it again."


@pytest.mark.parametrize("act", ["check", "import"])
def test_every_line_is_named_with_its_repair(cast: Cast, file: Path, act: str) -> None:
    file.write_text(BAD)
    out, sentence = refused(act, str(file))
    names = "tiers.low.approvals[1].from names the group 'sre-lead', which does not exist; did you mean 'sre-leads'?"
    lasts = "tiers.low.ttl[1] is 'forever', which is no duration up to 90d; write it like 20s, 15m, 4h or 5d"
    assert out == f"{file}: line 3: {names}\n{file}: line 3: {lasts}\n"
    assert sentence == f"{file} has 2 problems: repair each line named, then check it again."
    assert len(versions(cast)) == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"", "the document is empty; start it with `version: 1`"),
        (b"\xff\xfe", "the document is not UTF-8; save it as UTF-8"),
        (b"#" * (5 * 1024 * 1024), "the document is larger than 256 KiB; shorten it"),
        (b"a: &a [*a]", ANCHORS),
        (b"a: !!python/object/apply:os.system [id]", "line 1: tags are not read here; take out what begins with !"),
    ],
)
def test_a_hostile_file_is_one_problem(cast: Cast, file: Path, text: bytes, problem: str) -> None:
    file.write_bytes(text)
    assert refused("import", str(file))[0] == f"{file}: {problem}\n"


@pytest.mark.parametrize("name", ["missing.yaml", ".", "\x00"])
@pytest.mark.parametrize("act", ["check", "import"])
def test_a_file_that_is_not_there(cast: Cast, tmp_path: Path, act: str, name: str) -> None:
    out, sentence = refused(act, str(tmp_path / name))
    assert (out, sentence.endswith("): check its name.")) == ("", True)


def test_another_tenants_names_are_unknown(cast: Cast, file: Path) -> None:
    file.write_text(GOOD.replace("peers", '"person:dana@acme.example"'))
    out, _ = refused("import", str(file), tenant="globex")
    assert out.startswith(f"{file}: line 3: tiers.low.approvals[1].from names dana@acme.example, who is not a member;")


def test_a_tenant_without_a_policy(db: None) -> None:
    create_tenant(slug="bare", name="Bare", now=NOW)
    sentence = "No policy is published yet: publish one with `policy import`."
    assert [refused(act, tenant="bare") for act in ("export", "check")] == [("", sentence)] * 2


@pytest.mark.parametrize("slug", ["acme2", "", "\x00", "a" * 5000])
def test_an_unknown_tenant(db: None, slug: str) -> None:
    sentence = f"There is no tenant {slug!r}: check the spelling of its slug."
    assert refused("export", tenant=slug) == ("", sentence)


def test_no_entry_no_version(cast: Cast, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise OSError("No log today.")

    monkeypatch.setattr("audit.log.append", refuse)
    with pytest.raises(OSError, match="No log today"):
        run("import", str(file))
    with context.entered(cast.tenant), pytest.raises(OSError, match="No log today"):
        publish_policy(source=GOOD, by=cast.alex, now=NOW)
    assert len(versions(cast)) == 1
