"""What is in a pack, and that all of it is what the log says: population, counts, CSV, entries and proofs."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils.html import strip_tags
from sigstore.models import Bundle, ClientTrustConfig
from sigstore.verify import Verifier
from sigstore.verify.policy import Identity

from audit.bundle import latest_checkpoint
from audit.checkpoint import sign_note
from audit.evidence.period import parse_period
from audit.keys import signing_keys
from audit.log import close_log, current_log
from audit.merkle import tree_root
from audit.tree import node_reader
from audit.verify.archive import read_members
from audit.verify.pack import check_pack
from audit.verify_errors import Broken
from breakglass.actions import exporting
from breakglass.models import Bypass, Pack
from breakglass.views import evidence_pdf
from tenants import actors
from tests.cast import Cast
from tests.evidence.conftest import MADE, PERIOD, Make, content

MEMBERS = [
    *("manifest.json", "README.txt", "bypasses.csv", "reviews.csv", "deploys.csv", "checks.csv", "verdicts.csv"),
    *("post_mortems.csv", "policies.csv", "access.csv", "log/1/entries.jsonl", "log/1/batches.jsonl"),
    *("log/1/trusted_root.json", "log/1/trust_config.json", "log/1/checkpoint", "manifest.sigstore.json"),
]


def table(files: Mapping[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[name].decode(), newline="")))


def manifest(files: Mapping[str, bytes]) -> dict[str, Any]:
    return dict(json.loads(files["manifest.json"]))


def entries(files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files["log/1/entries.jsonl"].splitlines()]


def test_the_layout(files: Mapping[str, bytes]) -> None:
    assert list(files) == MEMBERS


def test_the_pack_holds(files: Mapping[str, bytes]) -> None:
    report = check_pack(files)
    assert (report.trusted, report.files) == (False, len(MEMBERS))
    assert check_pack(files, trusted_roots=[files["log/1/trusted_root.json"]]).trusted is True


def test_the_population_is_every_bypass_of_the_period(files: Mapping[str, bytes]) -> None:
    population = manifest(files)["population"]
    del population["definition"]
    assert population == {
        "total": 8,
        "excluded": 0,
        "drills": 0,
        "by_status": {
            "active": 1, "denied": 1, "expired": 1, "lapsed": 2, "returned": 1, "revoked": 1, "withdrawn": 1,
        },
        "by_tier": {"low": 8},
        "carried_over": 1,
    }  # fmt: skip


def test_each_bypass_is_told_as_of_the_end(files: Mapping[str, bytes], quarter: dict[str, Bypass]) -> None:
    rows = {row["bypass"]: row for row in table(files, "bypasses.csv")}
    told = {name: rows[bypass.pk]["status"] for name, bypass in quarter.items()}
    assert told == {name: name for name in quarter} | {"before": "returned"}
    late = rows[quarter["active"].pk]
    assert (late["closed_at"], late["closed_by"], late["held_seconds"]) == ("", "", "120")
    before = rows[quarter["before"].pk]
    assert (before["asked_in_period"], before["held_seconds"], before["closed_by"]) == ("no", "600", "Rosa")
    expired = rows[quarter["expired"].pk]
    assert (expired["checks_answered_bypass"], expired["deploys"], expired["closed_by"]) == ("1", "1", "the clock")
    assert rows[quarter["denied"].pk]["justification"] == '\'=HYPERLINK("denied")'


def test_checks_are_entries_and_sealed_rows(files: Mapping[str, bytes], quarter: dict[str, Bypass]) -> None:
    bypass = quarter["expired"].pk
    told = [(row["kept_as"], row["decision"], row["bypass"]) for row in table(files, "checks.csv")]
    assert told == [("entry", "bypass", bypass), ("batch", "bypass", bypass), ("batch", "enforce", "")]


def test_the_other_tables(files: Mapping[str, bytes]) -> None:
    reviews = [(row["kind"], row["actor"], row["comment"]) for row in table(files, "reviews.csv")]
    assert reviews == [("bypass.approved", "Pete", "Seen.")] * 3 + [
        ("bypass.denied", "Pete", "'+1 no"),
        ("bypass.approved", "Pete", "Seen."),
    ]
    assert [row["status"] for row in table(files, "deploys.csv")] == ["started", "succeeded"]
    assert [(row["number"], row["in_period"]) for row in table(files, "policies.csv")] == [("1", "no")]
    access = table(files, "access.csv")
    assert {row["in_period"] for row in access} == {"no"}
    assert [row["member"] for row in access if row["roles"] == "auditor"] == ["Olga"]


def test_the_range_is_bounded_on_both_sides(files: Mapping[str, bytes]) -> None:
    (log,) = manifest(files)["logs"]
    times = {line["id"]: line["entry"]["time"] for line in entries(files)}
    assert times[log["first"]] < "2026-03-01T00:00:00Z" <= times[f"1-{int(log['first'][2:]) + 1}"]
    assert times[log["last"]] >= "2026-04-01T00:00:00Z"
    assert log["earlier"] + log["entries"] == len(times)


def test_the_export_is_an_entry_that_signs_the_manifest(files: Mapping[str, bytes], acme: Cast) -> None:
    config = ClientTrustConfig.from_json(files["log/1/trust_config.json"].decode())
    portal = actors.portal(acme.tenant)
    verifier = Verifier(trusted_root=config.trusted_root)
    _, payload = verifier.verify_dsse(
        Bundle.from_json(files["manifest.sigstore.json"]), Identity(identity=portal.san, issuer=portal.issuer)
    )
    said = json.loads(payload)["predicate"]
    assert (said["kind"], said["data"]["requested_by"]["name"]) == ("evidence.exported", "Olga")


@pytest.mark.parametrize("signed", ["manifest", "entry"])
def test_the_readmes_commands_hold(files: Mapping[str, bytes], tmp_path: Path, acme: Cast, signed: str) -> None:
    """With the stock command line, as README.txt has it: the manifest, and an entry at the common checkpoint."""
    for name, member in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(member)
    portal = actors.portal(acme.tenant)
    if signed == "entry":
        extract = files["README.txt"].decode().split('   python -c "')[1].split('"\n')[0]
        subprocess.run([sys.executable, "-c", extract], cwd=tmp_path, check=True)
    artefact, bundle = {
        "manifest": ("manifest.json", "manifest.sigstore.json"),
        "entry": ("entry.json", "entry.sigstore.json"),
    }[signed]
    command = [
        *(sys.executable, "-m", "sigstore", "--trust-config", "log/1/trust_config.json", "verify", "identity"),
        *("--offline", "--bundle", bundle, "--cert-identity", portal.san, "--cert-oidc-issuer", portal.issuer),
        artefact,
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()[-1:]) == (0, [f"OK: {artefact}"])
    if signed == "entry":
        assert (tmp_path / "entry.json").read_bytes() != (tmp_path / "manifest.json").read_bytes()


def test_the_same_period_again_holds_the_same_evidence(files: Mapping[str, bytes], acme: Cast, make: Make) -> None:
    pack = exporting.request_pack(period=PERIOD, by=acme.ben, now=MADE + timedelta(days=40))
    exporting.make_pack(pack_id=pack.pk, render=lambda contents: None, now=MADE + timedelta(days=40))
    again = read_members(content(pack))
    same = {name for name in files if name.endswith(".csv")} | {"log/1/batches.jsonl", "log/1/trusted_root.json"}
    assert {name: again[name] for name in same} == {name: files[name] for name in same}
    assert manifest(again)["population"] == manifest(files)["population"]


def test_adjacent_periods_share_nothing_and_lose_nothing(quarter: dict[str, Bypass], make: Make) -> None:
    packs = [parse_period("2026-01-01", "2026-03-01"), PERIOD, parse_period("2026-04-01", "2026-07-01")]
    asked = []
    for period in packs:
        members = read_members(content(make(period)))
        check_pack(members)
        asked += [row["bypass"] for row in table(members, "bypasses.csv") if row["asked_in_period"] == "yes"]
    assert sorted(asked) == sorted(Bypass.objects.values_list("pk", flat=True))


def test_an_empty_period_holds(quarter: dict[str, Bypass], make: Make) -> None:
    for period in (parse_period("2025-01-01", "2025-02-01"), parse_period("2026-02-10", "2026-02-11")):
        members = read_members(content(make(period)))
        check_pack(members)
        assert manifest(members)["population"]["total"] == 0


def test_a_period_that_is_not_over_is_told_as_of_now(quarter: dict[str, Bypass], make: Make) -> None:
    members = read_members(content(make(parse_period("2026-03-01", "2026-07-01"))))
    check_pack(members)
    assert manifest(members)["as_of"] == "2026-04-06T02:07:11Z"
    assert manifest(members)["population"]["by_status"]["expired"] == 2


def test_two_logs_are_one_history(files: Mapping[str, bytes], acme: Cast, make: Make) -> None:
    closed = close_log(tenant_id=str(acme.tenant.pk), portal=actors.portal(acme.tenant), now=MADE)
    members = read_members(content(make(parse_period("2026-02-01", "2026-07-01"))))
    roots = [members[f"log/{number}/trusted_root.json"] for number in (1, 2)]
    assert closed.number == 2
    assert check_pack(members, trusted_roots=roots).trusted is True
    with pytest.raises(Broken, match="not the trust root that was given"):
        check_pack(members, trusted_roots=roots[:1])


def test_a_checkpoint_kept_elsewhere_is_compared(files: Mapping[str, bytes], acme: Cast) -> None:
    assert check_pack(files, checkpoints=[files["log/1/checkpoint"].decode()]).checkpoints == 1
    newer = latest_checkpoint(current_log(str(acme.tenant.pk))).note
    with pytest.raises(Broken, match="make a newer pack"):
        check_pack(files, checkpoints=[newer])


def test_an_older_checkpoint_is_the_beginning_of_the_log(files: Mapping[str, bytes], acme: Cast) -> None:
    log = current_log(str(acme.tenant.pk))
    last = int(manifest(files)["logs"][0]["last"].split("-")[1])
    first = int(manifest(files)["logs"][0]["first"].split("-")[1])
    key = signing_keys(log).log
    for size in range(first + 1, last + 2):
        root = tree_root(size, node_reader(log.pk))
        note = sign_note(host=log.host, number=1, size=size, root=root, key=key)
        assert check_pack(files, checkpoints=[note]).checkpoints == 1
    forked = sign_note(host=log.host, number=1, size=last, root=bytes(32), key=key)
    with pytest.raises(Broken, match="the log had other entries when it was signed"):
        check_pack(files, checkpoints=[forked])


def test_the_verifier_needs_no_settings(files: Mapping[str, bytes], make: Make, tmp_path: Path) -> None:
    path = tmp_path / "pack.zip"
    path.write_bytes(content(Pack.objects.get()))
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-m", "audit.verify", str(path), "--json"]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    told = json.loads(done.stdout)
    assert (done.returncode, told["holds"], told["verdict"]) == (0, True, "SELF-CONSISTENT ONLY")


def test_the_verifier_imports_no_django() -> None:
    program = "import sys, audit.verify.__main__; print([name for name in sys.modules if name.startswith('django')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_first_page_says_the_period_in_a_few_numbers(quarter: dict[str, Bypass], make: Make) -> None:
    seen: list[str] = []

    def read(contents: exporting.Contents) -> None:
        seen.append(" ".join(strip_tags(render_to_string("pdf/evidence.html", evidence_pdf.words(contents))).split()))

    make(render=read)
    (said,) = re.findall(r"[0-9]+ bypasses asked for.*? exceptions?\.", seen[0])
    assert said == (
        "8 bypasses asked for, 0 of them in drills; 4 opened, held open for 25m 00s together. "
        "0 verdicts of the gates' own, 0 of them failed. 1 deploy, 1 under a bypass. 7 exceptions."
    )
