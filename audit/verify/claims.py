"""Reading manifest.json, and the entry that signs it. Pure."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit.canonical import canonical, parse_canonical
from audit.errors import NotCanonical
from audit.evidence.manifest import BUNDLE, NAME, VERSION
from audit.evidence.period import Period, parse_period
from audit.kinds import EvidenceExported
from audit.trust import read_trusted_root
from audit.verify.bundles import check_bundle
from audit.verify_entry import LogFacts
from audit.verify_errors import Broken

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


@dataclass(frozen=True)
class Claims:
    """What the manifest claims, in the shapes that the checks need; `whole` is all of it."""

    whole: Mapping[str, Any]
    tenant: Mapping[str, str]
    period: Period
    made_at: datetime
    hosts: Mapping[int, str]
    files: Mapping[str, str]


def read_claims(content: bytes) -> Claims:
    """The manifest; Broken when it is not one of this version."""
    try:
        whole: dict[str, Any] = parse_canonical(content)
        if whole["v"] != VERSION:
            raise Broken(f"it is of version {whole['v']}; this program checks version {VERSION}", NAME)
        parameters, tenant, made_at = whole["parameters"], whole["tenant"], whole["generated_at"]
        return Claims(
            whole=whole,
            tenant={name: _text(tenant[name]) for name in ("id", "slug", "name")},
            period=parse_period(_text(parameters["period_start"]), _text(parameters["period_end"])),
            made_at=_moment(made_at),
            hosts={_log_number(log["log"]): _text(log["host"]) for log in whole["logs"]},
            files={_text(name): _text(digest) for name, digest in whole["files"].items()},
        )
    except (NotCanonical, KeyError, TypeError, ValueError, AttributeError) as error:
        raise Broken(f"it is not the manifest of a pack ({error})", NAME) from error


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.40} is not text")
    return value


def _moment(value: Any) -> datetime:
    if not _TIME.fullmatch(_text(value)):
        raise ValueError(f"{value!r:.40} is not a time")
    return datetime.fromisoformat(value)


def _log_number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise TypeError(f"{value!r:.40} is not the number of a log")
    return value


def facts_of(claims: Claims, number: int, files: Mapping[str, bytes]) -> LogFacts:
    """The keys of one log, from its trust root in the pack, which must be the one that the manifest names."""
    name = f"log/{number}/trusted_root.json"
    content = member(files, name)
    if claims.files.get(name) != hashlib.sha256(content).hexdigest():
        raise Broken("its SHA-256 is not the one in manifest.json", name)
    try:
        trust = read_trusted_root(content)
    except (ValueError, RecursionError) as error:
        raise Broken(f"it is not a trust root ({error})", name) from error
    return LogFacts(claims.tenant["id"], number, claims.hosts[number], content, trust)


def member(files: Mapping[str, bytes], name: str) -> bytes:
    """A member that every pack has; Broken without it."""
    if name not in files:
        raise Broken("it is missing from the pack", name)
    return files[name]


def check_signed(claims: Claims, files: Mapping[str, bytes], facts: Mapping[int, LogFacts]) -> str:
    """The portal signed this manifest, by an entry of the tenant's newest log; that entry's id."""
    try:
        bundle = parse_canonical(member(files, BUNDLE))
        document = _predicate(bundle)
        said = parse_canonical(document)
        number: Any = said["log"]["number"]  # type: ignore[index]  # the TypeError is caught
        if number != max(facts):
            raise Broken("it is not signed in the tenant's newest log", BUNDLE)
        parts, _, _ = check_bundle(document, bundle, facts[number])
    except Broken as broken:
        raise Broken(broken.reason, BUNDLE) from broken
    except (NotCanonical, KeyError, TypeError, ValueError) as error:
        raise Broken(f"it is not the bundle of an entry ({error})", BUNDLE) from error
    _check_export(claims, said, member(files, NAME))
    return f"{number}-{parts.index}"


def _predicate(bundle: Mapping[str, Any]) -> bytes:

    return canonical(json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"], validate=True))["predicate"])


def _check_export(claims: Claims, said: Mapping[str, Any], content: bytes) -> None:
    if said["kind"] != EvidenceExported.kind or said["actor"]["type"] != "portal":
        raise Broken("it is the bundle of another entry than the portal's export", BUNDLE)
    if said.get("attests") != {NAME: hashlib.sha256(content).hexdigest()}:
        raise Broken("its SHA-256 is not the one that the portal signed", NAME)
    period = {name: said["data"].get(name) for name in ("period_start", "period_end")}
    if period != claims.whole["parameters"] or said["time"] != claims.whole["generated_at"]:
        raise Broken("its period or its time is not the one that the portal signed", NAME)
