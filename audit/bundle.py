"""Assembling what an auditor takes away: an entry's Sigstore bundle v0.3, and the log's newest checkpoint."""

import json
from typing import Any

from audit import merkle
from audit.canonical import b64, canonical
from audit.certificates import key_id
from audit.dsse import MEDIA_TYPE, SIGNATURE, promised
from audit.errors import NotInTree
from audit.keys import signing_keys
from audit.models import Checkpoint, Entry, Log
from audit.tree import integrate, node_reader
from audit.trust import read_trusted_root


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
    return Assembler(entry.log, checkpoint or latest_checkpoint(entry.log)).bundle(entry)


class Assembler:
    """Assembles the bundles of many entries of one log under one checkpoint; keys and tiles are read once."""

    def __init__(self, log: Log, checkpoint: Checkpoint) -> None:
        self._log_pk = log.pk
        self._checkpoint = checkpoint
        self._node = node_reader(log.pk)
        self._log_id = key_id(read_trusted_root(log.trusted_root).log_key)
        self._key = signing_keys(log).log

    def bundle(self, entry: Entry) -> bytes:
        """bundle.sigstore.json of one entry; NotInTree when the checkpoint does not cover it."""
        checkpoint = self._checkpoint
        if not checkpoint.log_id == self._log_pk == entry.log_id or checkpoint.size <= entry.index:
            raise NotInTree(
                f"Entry {entry.id} is not under the checkpoint of {checkpoint.size} entries: take a newer one."
            )
        material = {
            "certificate": {"rawBytes": b64(entry.certificate)},
            "tlogEntries": [self._tlog_entry(entry)],
        }
        envelope = json.loads(bytes(entry.envelope))
        return canonical({"mediaType": MEDIA_TYPE, "verificationMaterial": material, "dsseEnvelope": envelope})

    def _tlog_entry(self, entry: Entry) -> dict[str, Any]:
        signed = promised(bytes(entry.body), entry.integrated_time, self._log_id, entry.index)
        return {
            "logIndex": str(entry.index),
            "logId": {"keyId": b64(self._log_id)},
            "kindVersion": {"kind": "dsse", "version": "0.0.1"},
            "integratedTime": str(entry.integrated_time),
            "inclusionPromise": {"signedEntryTimestamp": b64(self._key.sign(signed, SIGNATURE))},
            "inclusionProof": self._inclusion_proof(entry),
            "canonicalizedBody": b64(entry.body),
        }

    def _inclusion_proof(self, entry: Entry) -> dict[str, Any]:
        path = merkle.inclusion_path(entry.index, self._checkpoint.size, self._node)
        return {
            "logIndex": str(entry.index),
            "treeSize": str(self._checkpoint.size),
            "rootHash": b64(self._checkpoint.root),
            "hashes": [b64(sibling) for sibling in path],
            "checkpoint": {"envelope": self._checkpoint.note},
        }
