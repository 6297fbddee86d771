"""The AuthZEN Authorization API 1.0 (Final, 2026-01): evaluation, evaluations and discovery.

The views know the protocol alone; what is decided, and about what, is `Decide`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from breakglass.api.answers import endpoint, json_body
from breakglass.errors import BadInput, BypassError
from breakglass.gates.entities import Batch, Document, Evaluation, read_batch, read_evaluation
from breakglass.gates.meaning import decide_evaluation
from tenants.access import MachineRequest, public

# The answer to one question: `decision`, and perhaps `context`.
type Decide = Callable[[MachineRequest, Evaluation], dict[str, Any]]
type View = Callable[..., HttpResponse]

JSON = "application/json"


def single(decide: Decide) -> View:
    """`POST .../access/v1/evaluation`: one question, one answer."""

    @endpoint("POST", plain=True)
    def evaluation(request: MachineRequest) -> HttpResponse:
        """200 with `decision`, also for no; 400 with a message for what is no question."""
        return JsonResponse(decide(request, read_evaluation(_body(request))))

    return evaluation


def several(decide: Decide) -> View:
    """`POST .../access/v1/evaluations`: up to 50 questions; without any, the request itself is one."""

    @endpoint("POST", plain=True)
    def evaluations(request: MachineRequest) -> HttpResponse:
        """The answers in the order of the questions, up to where the semantic stops."""
        document = _body(request)
        batch = read_batch(document)
        if batch is None:
            return JsonResponse(decide(request, read_evaluation(document)))
        return JsonResponse({"evaluations": list(_answers(request, batch, decide))})

    return evaluations


def _answers(request: MachineRequest, batch: Batch, decide: Decide) -> Iterator[dict[str, Any]]:
    stop = {"deny_on_first_deny": False, "permit_on_first_permit": True}.get(batch.semantic)
    for one in batch.evaluations:
        answer = _answer(request, one, decide)
        yield answer
        if answer["decision"] is stop:
            return


def _answer(request: MachineRequest, one: Evaluation | BadInput, decide: Decide) -> dict[str, Any]:
    """What is wrong with one question of several is in the context of its no."""
    try:
        if isinstance(one, BadInput):
            raise one
        return decide(request, one)
    except BypassError as error:
        return {"decision": False, "context": {"error": {"status": error.status, "message": error.sentence}}}


def _body(request: HttpRequest) -> Document:
    """The JSON object that was sent. Raises TooLarge, BadInput; for another content type, too."""
    if request.content_type != JSON:
        raise BadInput({"body": [f"Send the request as {JSON}."]})
    document = json_body(request)
    if not isinstance(document, dict):
        raise BadInput({"body": ["Send one JSON object."]})
    return document


evaluation = single(decide_evaluation)
evaluations = several(decide_evaluation)


@public
@require_safe
def configuration(request: HttpRequest, tenant: str) -> HttpResponse:
    """Where everything is; the same for a tenant that there is not, since nobody has signed in."""
    base = f"{settings.SITE_URL}/t/{tenant}"
    answer = JsonResponse(
        {
            "policy_decision_point": base,
            "access_evaluation_endpoint": f"{base}/access/v1/evaluation",
            "access_evaluations_endpoint": f"{base}/access/v1/evaluations",
        }
    )
    answer["Cache-Control"] = "no-store"
    return answer
