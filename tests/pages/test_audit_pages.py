"""The log's pages and files: for auditors and admins, checked with the stock verifier as the page says."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from audit import log
from audit.canonical import canonical
from audit.kinds import KINDS
from breakglass import sentences
from breakglass.views import keyset
from tests.cast import Cast
from tests.conftest import Approve, Ask
from tests.pages.conftest import Get, path

FILES = ["1/0/entry.json", "1/0/bundle.sigstore.json", "1/trusted_root.json", "1/trust_config.json", "1/checkpoint"]
HOSTILE = "<script>alert(1)</script>"


@pytest.mark.parametrize("address", ["", "1/0/", *FILES])
def test_auditors_and_admins_read_it_and_the_others_are_told_why_not(get: Get, address: str, acme: Cast) -> None:
    seen = {who: acme.client(who).get(path(f"audit/{address}")).status_code for who in ("olga", "alex", "rosa", "ada")}
    assert seen == {"olga": 200, "alex": 200, "rosa": 403, "ada": 403}
    assert "This page is for" in get("rosa", path(f"audit/{address}")).text


@pytest.mark.parametrize("address", ["2/0/", "1/999/", "1/999/entry.json", "2/checkpoint", "2/trusted_root.json"])
def test_what_is_not_there_is_not_there(get: Get, address: str) -> None:
    assert get("olga", path(f"audit/{address}")).answer.status_code == 404


def test_the_files_are_the_logs(acme: Cast) -> None:
    client, tenant = acme.client("olga"), str(acme.tenant.pk)
    first, the_log = log.find_entry(tenant, "1-0"), log.current_log(tenant)
    assert first is not None
    assert client.get(path("audit/1/0/entry.json")).content == bytes(first.document)
    assert client.get(path("audit/1/trusted_root.json")).content == bytes(the_log.trusted_root)
    note = client.get(path("audit/1/checkpoint")).content.decode()
    assert note.split("\n")[1] == str(log.entries_of(tenant).count())


def test_the_newest_come_first_and_older_ones_follow(
    acme: Cast, ask: Ask, get: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyset, "PAGE", 3)
    ask()
    size = log.entries_of(str(acme.tenant.pk)).count()
    seen: list[str] = []
    address = path("audit/")
    while address:
        page = get("olga", address)
        seen += [link.split("/")[-2] for link in page.links if link.startswith(path("audit/1/")) and link[-1] == "/"]
        older = [link for link in page.links if link.startswith("?before=")]
        address = path("audit/") + older[0] if older else ""
    assert seen == [str(index) for index in reversed(range(size))]


def test_an_entry_shows_what_it_says_and_nothing_of_it_is_markup(acme: Cast, ask: Ask, get: Get) -> None:
    bypass = ask(justification=HOSTILE)
    entry = log.entries_of(str(acme.tenant.pk), about=bypass.pk).get()
    page = get("olga", path(f"audit/1/{entry.index}/"))
    assert (page.tags.count("script"), HOSTILE in page.text) == (1, True)
    assert "Identity rosa@acme.example Vouched for by http://localhost:8000" in page.text


def test_the_command_on_the_page_verifies_the_downloads(
    acme: Cast, ask: Ask, approve: Approve, get: Get, tmp_path: Path
) -> None:
    bypass = approve(ask())
    entry = log.entries_of(str(acme.tenant.pk), about=bypass.pk, kind="bypass.approved").get()
    client = acme.client("olga")
    for name in (f"{entry.index}/entry.json", f"{entry.index}/bundle.sigstore.json", "trust_config.json"):
        answer = client.get(path(f"audit/1/{name}"))
        file = answer.headers["Content-Disposition"].split('"')[1]
        (tmp_path / file).write_bytes(answer.content)
    html = client.get(path(f"audit/1/{entry.index}/")).content.decode()
    command = shlex.split(html.split('With sigstore-python"><code>')[1].split("</code>")[0].replace("\\\n", ""))
    command[0] = str(Path(sys.executable).with_name("sigstore"))
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.split()[0]) == (0, "OK:")
    artefact = tmp_path / f"{entry.id}.entry.json"
    artefact.write_bytes(canonical({**json.loads(artefact.read_bytes()), "kind": "bypass.denied"}))
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 1


def test_every_kind_of_entry_has_a_sentence() -> None:
    assert sorted(sentences.SAYS) == sorted(KINDS)


def test_one_of_a_kind_is_no_plural_and_no_sentence_ends_twice() -> None:
    at = {"first_at": "2026-07-01T12:00:00Z", "last_at": "2026-07-01T12:00:05Z"}
    one, two = (sentences.SAYS["checks.sealed"]({"count": count, **at}).split(" from ")[0] for count in (1, 2))
    assert (one, two) == ("sealed 1 check", "sealed 2 checks")
    finding = {"finding": 7, "owner": {"name": "Rosa"}, "subject": "It is not signed off."}
    assert sentences.SAYS["finding.opened"](finding) == "opened finding 7 for Rosa: It is not signed off"
    assert sentences.SAYS["finding.closed"](finding) == "closed finding 7: It is not signed off"


def test_times_in_sentences_are_in_utc() -> None:
    summer = datetime.fromisoformat("2026-07-01T14:00:00+02:00")
    said = sentences.SAYS["bypass.expired"]({"effective_at": summer.isoformat()})
    assert said == "wrote down that it expired at 1 Jul 2026 12:00:00 UTC"
    later = sentences.SAYS["bypass.lapsed"]({"effective_at": (summer + timedelta(seconds=5)).isoformat()})
    assert later == "wrote down that nobody approved it by 1 Jul 2026 12:00:05 UTC"
