"""What every answer to a machine has in common: never cached, the caller's request id, errors that name the field."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, JsonResponse

from breakglass.errors import BadInput, BypassError, Forbidden, TooLarge
from breakglass.models import GateCredential
from tenants.access import MachineRequest, machine

MOST_BYTES = 64 * 1024
MOST_REQUEST_ID = 200


def endpoint(
    *methods: str, plain: bool = False
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A view for machines: authenticates, answers errors in JSON (or `plain`, their sentence), and marks the answer."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        authenticated = machine(_caught(view))

        @wraps(authenticated)
        def marked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            answer = _unfit(request, methods) or authenticated(request, *args, **kwargs)
            return _mark(request, _plain(answer) if plain else answer)

        return marked

    return decorate


def _unfit(request: HttpRequest, methods: tuple[str, ...]) -> HttpResponse | None:
    """The refusal of what is answered to nobody. It is no redirect: `curl -f` would take one for a bypass."""
    if settings.SECURE_SSL_REDIRECT and not request.is_secure():
        return error(f"This came in over http: send it to {settings.SITE_URL}.", 400)
    if request.method not in methods:
        answer = error(f"This address takes {', '.join(methods)}.", 405)
        answer["Allow"] = ", ".join(methods)
        return answer
    return None


def _caught(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def caught(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except TooManyFieldsSent:
            sentence = f"Send at most {settings.DATA_UPLOAD_MAX_NUMBER_FIELDS} parameters: name fewer rules."
            return error(sentence, 400, fields={"query": [sentence]})
        except BadInput as refused:
            return error(refused.sentence, refused.status, fields=refused.fields)
        except BypassError as refused:
            return error(refused.sentence, refused.status, field=refused.field)

    return caught


def _plain(answer: HttpResponse) -> HttpResponse:
    """An error as its sentence alone."""
    if answer.status_code >= 400:
        answer.content = json.loads(answer.content)["error"]
        answer["Content-Type"] = "text/plain; charset=utf-8"
    return answer


def _mark(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "no-store"
    request_id = request.headers.get("X-Request-ID", "")
    if request_id and len(request_id) <= MOST_REQUEST_ID and request_id.isascii() and request_id.isprintable():
        answer["X-Request-ID"] = request_id
    return answer


def error(sentence: str, status: int, **more: Any) -> HttpResponse:
    """`{"error": sentence}` with the field or fields that are wrong."""
    return JsonResponse({"error": sentence} | {name: value for name, value in more.items() if value}, status=status)


def credential_of(request: MachineRequest) -> GateCredential:
    """What the token may say. Raises Forbidden for one that speaks for no gate."""
    found = GateCredential.objects.select_related("gate", "token").filter(token=request.token).first()
    if found is None:
        raise Forbidden("This token speaks for no gate: ask an admin for a token of the gate.")
    return found


def credential(request: MachineRequest, gate: str) -> GateCredential:
    """What the token may say at this gate. Raises BadInput without a gate, Forbidden at another one."""
    found = credential_of(request)
    if not gate:
        raise BadInput({"gate": [f"Say which gate this is about: gate={found.gate.slug}."]})
    if found.gate.slug != gate:
        raise Forbidden(f"This token speaks for the gate {found.gate.slug} alone: use a token of the gate you mean.")
    return found


def body(request: HttpRequest, known: frozenset[str]) -> dict[str, Any]:
    """The JSON object that was sent, its strings checked. Raises BadInput, TooLarge (64 KiB)."""
    document = json_body(request)
    if not isinstance(document, dict):
        raise BadInput({"body": ["Send one JSON object."]})
    check_known(document, known)
    texts = {name: "" if value is None else value for name, value in document.items()}
    if wrong := [name for name, value in texts.items() if not isinstance(value, str)]:
        raise BadInput({name: ["Send this as a string."] for name in wrong})
    return cast("dict[str, Any]", texts)


def check_known(document: dict[str, Any], known: frozenset[str]) -> None:
    """Raises BadInput for a field that nobody would act on."""
    if unknown := sorted(set(document) - known):
        raise BadInput({field: ["There is no such field here: take it out."] for field in unknown[:5]})


def json_body(request: HttpRequest, most: int = MOST_BYTES) -> Any:
    """The JSON that was sent; None for what is none. Raises TooLarge for more than `most` bytes."""
    try:
        raw = request.body
    except RequestDataTooBig:
        raw = b" " * (most + 1)
    if len(raw) > most:
        raise TooLarge(f"This body is larger than {most // 1024} KiB: send less.")
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None
