"""Assembling what an auditor takes away: an entry's Sigstore bundle v0.3, and the log's newest checkpoint."""

import json
from typing import Any

from audit import merkle
from audit.canonical import b64, canonical
from audit.certificates import key_id
from audit.dsse import SIGNATURE
from audit.errors import NotInTree
from audit.keys import signing_keys
from audit.models import Checkpoint, Entry, Log
from audit.tree import integrate, node_reader
from audit.trust import read_trusted_root

_MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"


def latest_checkpoint(log: Log) -> Checkpoint:
    """The newest checkpoint, after taking in what is committed; NotInTree for a log without any entry."""
    integrate(log.pk)
    checkpoint = Checkpoint.objects.filter(log=log).order_by("-size").first()
    if checkpoint is None:
        raise NotInTree(f"Log {log.number} of {log.tenant_slug} has no entry yet, so there is no checkpoint.")
    return checkpoint


def assemble(entry: Entry, checkpoint: Checkpoint | None = None) -> bytes:
    """bundle.sigstore.json of one entry, proved against a checkpoint (by default the newest).

    The same entry and checkpoint always give the same bytes. NotInTree when the checkpoint does not cover the entry,
    KeysLocked when the log's key does not open.
    """
    checkpoint = checkpoint or latest_checkpoint(entry.log)
    if checkpoint.log_id != entry.log_id or checkpoint.size <= entry.index:
        raise NotInTree(f"Entry {entry.id} is not under the checkpoint of {checkpoint.size} entries: take a newer one.")
    material = {
        "certificate": {"rawBytes": b64(entry.certificate)},
        "tlogEntries": [_tlog_entry(entry, checkpoint)],
    }
    envelope = json.loads(bytes(entry.envelope))
    return canonical({"mediaType": _MEDIA_TYPE, "verificationMaterial": material, "dsseEnvelope": envelope})


def _tlog_entry(entry: Entry, checkpoint: Checkpoint) -> dict[str, Any]:
    log_id = key_id(read_trusted_root(entry.log.trusted_root).log_key)
    return {
        "logIndex": str(entry.index),
        "logId": {"keyId": b64(log_id)},
        "kindVersion": {"kind": "dsse", "version": "0.0.1"},
        "integratedTime": str(entry.integrated_time),
        "inclusionPromise": {"signedEntryTimestamp": b64(_promise(entry, log_id))},
        "inclusionProof": _inclusion_proof(entry, checkpoint),
        "canonicalizedBody": b64(entry.body),
    }


def _promise(entry: Entry, log_id: bytes) -> bytes:
    """The signed entry timestamp."""
    promised = {
        "body": b64(entry.body),
        "integratedTime": entry.integrated_time,
        "logID": log_id.hex(),
        "logIndex": entry.index,
    }
    return signing_keys(entry.log).log.sign(canonical(promised), SIGNATURE)


def _inclusion_proof(entry: Entry, checkpoint: Checkpoint) -> dict[str, Any]:
    path = merkle.inclusion_path(entry.index, checkpoint.size, node_reader(entry.log_id))
    return {
        "logIndex": str(entry.index),
        "treeSize": str(checkpoint.size),
        "rootHash": b64(checkpoint.root),
        "hashes": [b64(sibling) for sibling in path],
        "checkpoint": {"envelope": checkpoint.note},
    }
