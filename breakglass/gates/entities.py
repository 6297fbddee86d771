"""Reading requests of the AuthZEN Authorization API 1.0 (Final, 2026-01): shapes and defaults, and no meaning. Pure.

Members that are not known here are left alone, and null is the same as absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from breakglass.errors import BadInput

SEMANTICS = ("execute_all", "deny_on_first_deny", "permit_on_first_permit")
MOST = 50  # evaluations in one request
KEYS = ("subject", "action", "resource", "context")

type Document = Mapping[str, Any]


@dataclass(frozen=True)
class Evaluation:
    """May this subject do this action to this resource? Properties and context are JSON objects, perhaps empty."""

    subject_type: str
    subject: str
    action: str
    resource_type: str
    resource: str
    subject_properties: Document
    action_properties: Document
    resource_properties: Document
    context: Document


@dataclass(frozen=True)
class Batch:
    """Several questions in the order of the request, each an evaluation or what is wrong with it."""

    semantic: str
    evaluations: tuple[Evaluation | BadInput, ...]


def read_evaluation(document: Document) -> Evaluation:
    """One question. Raises BadInput naming the member that is missing or of another type."""
    subject, action = _object(document, "subject"), _object(document, "action")
    resource = _object(document, "resource")
    return Evaluation(
        subject_type=_text(subject, "subject", "type"),
        subject=_text(subject, "subject", "id"),
        action=_text(action, "action", "name"),
        resource_type=_text(resource, "resource", "type"),
        resource=_text(resource, "resource", "id"),
        subject_properties=inner(subject, "properties", "subject.properties"),
        action_properties=inner(action, "properties", "action.properties"),
        resource_properties=inner(resource, "properties", "resource.properties"),
        context=inner(document, "context", "context"),
    )


def read_batch(document: Document) -> Batch | None:
    """The questions of a request to `evaluations`; None where there are none, so that the request itself is one.

    What one of them leaves out is taken whole from the top. Raises BadInput for what concerns all of them.
    """
    items = document.get("evaluations")
    if items is None or items == []:
        return None
    if not isinstance(items, list):
        raise BadInput({"evaluations": ["Send evaluations as an array of objects."]})
    if len(items) > MOST:
        raise BadInput({"evaluations": [f"Send at most {MOST} evaluations at a time: split the request."]})
    options = inner(document, "options", "options")
    semantic = options.get("evaluations_semantic") or SEMANTICS[0]
    if semantic not in SEMANTICS:
        raise BadInput({"options": [f"evaluations_semantic is one of {', '.join(SEMANTICS)}."]})
    defaults = {key: document[key] for key in KEYS if document.get(key) is not None}
    return Batch(semantic, tuple(_item(item, defaults) for item in items))


def _item(item: object, defaults: Document) -> Evaluation | BadInput:
    try:
        if not isinstance(item, dict):
            raise BadInput({"evaluations": ["Send evaluations as an array of objects."]})
        return read_evaluation({**defaults, **{key: value for key, value in item.items() if value is not None}})
    except BadInput as error:
        return error


def inner(document: Document, name: str, path: str) -> Document:
    """An optional object; empty where there is none."""
    found = document.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise BadInput({path: [f"Send {path} as an object, or leave it out."]})
    return found


def _object(document: Document, name: str) -> Document:
    found = document.get(name)
    if not isinstance(found, dict):
        raise BadInput({name: [f"Send {name} as an object."]})
    return found


def _text(entity: Document, path: str, name: str) -> str:
    found = entity.get(name)
    if not isinstance(found, str) or not found:
        raise BadInput({f"{path}.{name}": [f"Send {path}.{name} as a string."]})
    return found
