"""sigstore-python, as anyone can install it, accepts our bundles offline and refuses every altered one."""

import json
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sigstore.errors import Error
from sigstore.models import Bundle, ClientTrustConfig
from sigstore.verify import Verifier
from sigstore.verify.policy import Identity

from audit.bundle import assemble
from audit.log import Actor, close_log, entries_of, open_log
from audit.models import Entry, Log
from audit.trust import trust_config
from tests.audit.conftest import MACHINE, NOW, PERSON, PORTAL, STRANGERS, TENANT, Write

type Alter = Callable[[dict[str, Any]], None]


def verify(bundle: bytes, log: Log, actor: Actor = PERSON) -> bytes:
    """The payload, once the stock verifier has accepted the bundle."""
    verifier = Verifier(trusted_root=ClientTrustConfig.from_json(trust_config(log.trusted_root).decode()).trusted_root)
    policy = Identity(identity=actor.san, issuer=actor.issuer)
    payload_type, payload = verifier.verify_dsse(Bundle.from_json(bundle), policy)
    assert payload_type == "application/vnd.in-toto+json"
    return payload


def flip(text: str) -> str:
    """The same base64 with its middle byte changed."""
    data = bytearray(b64decode(text))
    data[len(data) // 2] ^= 1
    return b64encode(bytes(data)).decode()


def _tlog(bundle: dict[str, Any]) -> dict[str, Any]:
    return dict.__getitem__(bundle["verificationMaterial"], "tlogEntries")[0]  # type: ignore[no-any-return]


def payload(bundle: dict[str, Any]) -> None:
    bundle["dsseEnvelope"]["payload"] = flip(bundle["dsseEnvelope"]["payload"])


def signature(bundle: dict[str, Any]) -> None:
    (only,) = bundle["dsseEnvelope"]["signatures"]
    only["sig"] = flip(only["sig"])


def certificate(bundle: dict[str, Any]) -> None:
    held = bundle["verificationMaterial"]["certificate"]
    held["rawBytes"] = flip(held["rawBytes"])


def promise(bundle: dict[str, Any]) -> None:
    held = _tlog(bundle)["inclusionPromise"]
    held["signedEntryTimestamp"] = flip(held["signedEntryTimestamp"])


def body(bundle: dict[str, Any]) -> None:
    _tlog(bundle)["canonicalizedBody"] = flip(_tlog(bundle)["canonicalizedBody"])


def proof(bundle: dict[str, Any]) -> None:
    hashes = _tlog(bundle)["inclusionProof"]["hashes"]
    hashes[0] = flip(hashes[0])


def root_hash(bundle: dict[str, Any]) -> None:
    held = _tlog(bundle)["inclusionProof"]
    held["rootHash"] = flip(held["rootHash"])


def checkpoint(bundle: dict[str, Any]) -> None:
    held = _tlog(bundle)["inclusionProof"]["checkpoint"]
    held["envelope"] = held["envelope"].replace("\n3\n", "\n4\n")


def time(bundle: dict[str, Any]) -> None:
    _tlog(bundle)["integratedTime"] = str(int(_tlog(bundle)["integratedTime"]) + 1)


def index(bundle: dict[str, Any]) -> None:
    _tlog(bundle)["logIndex"] = "2"


ALTERED: list[Alter] = [
    payload, signature, certificate, promise, body, proof, root_hash, checkpoint, time, index,
]  # fmt: skip


@pytest.mark.parametrize("actor", [PERSON, MACHINE, PORTAL], ids=lambda actor: actor.type)
def test_every_kind_of_actor_is_accepted(log: Log, write: Write, actor: Actor) -> None:
    for entry in write(3, actor):
        statement = json.loads(verify(assemble(entry), log, actor))
        assert statement["predicate"] == json.loads(bytes(entry.document))


def test_genesis_is_accepted(log: Log) -> None:
    verify(assemble(entries_of(TENANT.id).get()), log, PORTAL)


def test_a_tree_of_many_tiles_is_accepted(log: Log, write: Write) -> None:
    entries = write(257)
    for entry in (entries[0], entries[254], entries[255], entries[256]):
        verify(assemble(entry), log)


@pytest.mark.parametrize("alter", ALTERED, ids=lambda alter: alter.__name__)
def test_an_altered_bundle_is_refused(log: Log, write: Write, alter: Alter) -> None:
    bundle = json.loads(assemble(write(2)[0]))
    verify(json.dumps(bundle).encode(), log)
    alter(bundle)
    with pytest.raises((Error, ValueError)):
        verify(json.dumps(bundle).encode(), log)


def test_another_tenants_trust_root_is_refused(entry: Entry) -> None:
    with pytest.raises(Error):
        verify(assemble(entry), open_log(tenant=STRANGERS, portal=PORTAL, now=NOW))


def test_the_next_logs_trust_root_is_refused(entry: Entry) -> None:
    bundle = assemble(entry)
    with pytest.raises(Error):
        verify(bundle, close_log(tenant_id=TENANT.id, portal=PORTAL, now=NOW))


@pytest.mark.parametrize(
    ("identity", "issuer"), [("mallory@initech.example", PERSON.issuer), (PERSON.san, "https://idp.other.example")]
)
def test_another_name_or_issuer_is_refused(log: Log, entry: Entry, identity: str, issuer: str) -> None:
    with pytest.raises(Error):
        verify(assemble(entry), log, Actor("person", "1", "M", identity, issuer))


def cli(folder: Path, actor: Actor) -> subprocess.CompletedProcess[str]:
    """The command that an auditor types, in the folder that they downloaded to."""
    command = [
        sys.executable, "-m", "sigstore", "--trust-config", "trust_config.json", "verify", "identity", "--offline",
        "--bundle", "bundle.sigstore.json", "--cert-identity", actor.san, "--cert-oidc-issuer", actor.issuer,
        "entry.json",
    ]  # fmt: skip
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def download(entry: Entry, folder: Path) -> None:
    (folder / "entry.json").write_bytes(bytes(entry.document))
    (folder / "bundle.sigstore.json").write_bytes(assemble(entry))
    (folder / "trust_config.json").write_bytes(trust_config(entry.log.trusted_root))


@pytest.mark.parametrize("actor", [PERSON, MACHINE], ids=lambda actor: actor.type)
def test_the_command_line_accepts_the_downloaded_files(write: Write, tmp_path: Path, actor: Actor) -> None:
    download(write(1, actor)[0], tmp_path)
    done = cli(tmp_path, actor)
    assert (done.returncode, done.stderr) == (0, "OK: entry.json\n")


def test_the_command_line_refuses_an_edited_entry(entry: Entry, tmp_path: Path) -> None:
    download(entry, tmp_path)
    edited = bytes(entry.document).replace(b'"count":1', b'"count":2')
    (tmp_path / "entry.json").write_bytes(edited)
    assert cli(tmp_path, PERSON).returncode == 1


def test_the_command_line_refuses_another_identity(entry: Entry, tmp_path: Path) -> None:
    download(entry, tmp_path)
    assert cli(tmp_path, PORTAL).returncode == 1
