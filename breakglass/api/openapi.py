"""`GET /api/openapi.json`: the addresses for machines, written from one table (OpenAPI 3.1)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse

from breakglass.api.answers import endpoint
from breakglass.api.schemas import OPERATIONS, SCHEMAS, Operation
from tenants.access import MachineRequest

ERRORS = {
    "400": "What was sent can't be used; the body says which field, and why.",
    "401": "No valid machine token.",
    "403": "The token may not say this.",
    "405": "Another method is meant.",
    "409": "It was said differently before.",
    "413": "More bytes than are read.",
}
HEADERS = {
    "Cache-Control": {"schema": {"const": "no-store"}},
    "X-Request-ID": {"schema": {"type": "string"}, "description": "What the caller sent, if it is plain text."},
}


@endpoint("GET")
def openapi(request: MachineRequest) -> HttpResponse:
    """The document, with the tenant's own address as its server."""
    return JsonResponse(document(f"{settings.SITE_URL}/t/{request.tenant.slug}"))


def document(server: str) -> dict[str, Any]:
    """The whole description of what machines can call under this address."""
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Breakglass", "version": "1", "summary": "For gates and deploy tools."},
        "servers": [{"url": server}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": list(operation.parameters),
        "responses": {
            status: {"description": says, "headers": HEADERS, "content": content}
            for status, (says, content) in operation.answers.items()
        }
        | {status: _error(status, operation.plain) for status in operation.errors},
    }
    if operation.body is not None:
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": operation.body}}}
    return described


def _error(status: str, plain: bool) -> dict[str, Any]:
    text = {"text/plain": {"schema": {"type": "string"}}}
    content = text if plain else {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    headers = HEADERS | ({"WWW-Authenticate": {"schema": {"type": "string"}}} if status == "401" else {})
    return {"description": ERRORS[status], "headers": headers, "content": content}
