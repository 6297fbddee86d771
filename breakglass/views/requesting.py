"""The request form: prefilled by a link, it says whose approval is needed before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from breakglass import durations, permissions
from breakglass.actions import asking, records
from breakglass.actions.asking import Routing
from breakglass.actions.timely import timely
from breakglass.asks import Ask, parse_ask
from breakglass.errors import BadInput, BypassError
from breakglass.models import Gate
from breakglass.models.bypasses import ReasonKind
from breakglass.scopes import Scope, parse_scope
from breakglass.views import typed
from breakglass.views.clock import moment
from breakglass.views.edge import page
from breakglass.views.typed import Typed
from tenants import drafts
from tenants.access import TenantRequest

type Problems = Mapping[str, tuple[str, ...]]

KEPT = "What you typed before you signed in again is here: look at it, then send it."
CHANGED = "Where this request goes has changed since the page was opened. Look at whose approval it needs now."
SCOPE_FIELDS = frozenset({"gate", "service", "environment", "branch", "artifact", "rule"})
NO_GATE = "Choose the gate that has to open."
WANTED = {
    "gate": NO_GATE,
    "service": "Choose the service that has to get through.",
    "environment": "Choose the environment that it goes to.",
}


@page()
@require_http_methods(["GET", "HEAD", "POST"])
def new_bypass(request: TenantRequest) -> HttpResponse:
    """Show the form; on POST send it, or show it again with everything typed and what is wrong or new."""
    if request.method == "POST":
        return _post(request, typed.read(request.POST))
    kept = drafts.take(request, request.path)
    fields = typed.read(request.GET if kept is None else kept)
    routing, problems = _preview(request, fields)
    return _form(request, fields, routing, problems, notice="" if kept is None else KEPT)


def _post(request: TenantRequest, fields: Typed) -> HttpResponse:
    routing, problems = _preview(request, fields)
    if "continue" in request.POST:
        return _form(request, fields, routing, problems or _wanted(fields))
    try:
        permissions.check_can_ask(records.person_of(request.member))
        ask = _ask(fields, routing, problems)
        if (answer := _routing_changed(request, fields, routing)) is not None:
            return answer
        gate = fields.gate
        bypass = timely(lambda now: asking.request_bypass(by=request.member, gate=gate, ask=ask, now=now))
    except BadInput as error:
        return _form(request, fields, routing, error.fields, status=error.status)
    except BypassError as error:
        return _form(request, fields, routing, {}, refused=error.sentence, status=error.status)
    return redirect("record", request.tenant.slug, bypass.pk)


def _wanted(fields: Typed) -> Problems:
    """What is empty and has to be known before it can be said whose approval is needed."""
    return {name: (says,) for name, says in WANTED.items() if not getattr(fields, name).strip()}


def _preview(request: TenantRequest, fields: Typed) -> tuple[Routing | None, Problems]:
    """Whose approval it needs, as soon as gate, service and environment are known; or what is wrong with those."""
    if not fields.has_scope:
        return None, {}
    try:
        gate = asking.find_gate(fields.gate)
        scope = parse_scope(fields.service, fields.environment, fields.branch.strip(), fields.artifact.strip())
        return asking.route(by=request.member, gate=gate, scope=scope, now=moment(request)), {}
    except BadInput as error:
        return None, error.fields


def _ask(fields: Typed, routing: Routing | None, problems: Problems) -> Ask:
    """The ask, or one BadInput with everything that is wrong; a TTL is only asked for once the tier is known."""
    found = dict(problems) | ({} if fields.gate else {"gate": (NO_GATE,)})
    try:
        ask = parse_ask(fields.ask_fields())
    except BadInput as error:
        found |= error.fields
    if found:
        raise BadInput({name: why for name, why in found.items() if name != "ttl" or routing is not None})
    return ask


def _routing_changed(request: TenantRequest, fields: Typed, routing: Routing | None) -> HttpResponse | None:
    """The form again if it did not show where the request goes now; scripts, which send no `routing`, saw no page."""
    shown = request.POST.get("routing")
    if routing is None or shown is None or shown == routing.seal:
        return None
    if not shown:
        return _form(request, fields, routing, {})
    return _form(request, fields, routing, {}, refused=CHANGED, status=409)


def _form(
    request: TenantRequest,
    fields: Typed,
    routing: Routing | None,
    problems: Problems,
    *,
    notice: str = "",
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    gates = list(Gate.objects.order_by("name", "pk"))
    gate = next((one for one in gates if one.slug == fields.gate), None)
    person = records.person_of(request.member)
    words = {
        "typed": replace(fields, reason_kind=fields.reason_kind or ReasonKind.INCIDENT),
        "problems": problems,
        "notice": notice,
        "refused": refused,
        "gates": gates,
        "gate": gate,
        "services": _offered(gate, gates, "services"),
        "environments": _offered(gate, gates, "environments"),
        "reasons": ReasonKind.choices,
        "routing": routing,
        "ttls": _ttls(routing, fields.ttl),
        "scope": Scope(fields.service, fields.environment, fields.branch.strip(), fields.artifact.strip()),
        "scope_settled": _is_settled(fields, routing, problems),
        "justify_first": routing is not None and not problems and not refused,
        "may_not_ask": permissions.why_not(lambda: permissions.check_can_ask(person)),
    }
    return render(request, "bypass/new.html", words, status=status)


def _is_settled(fields: Typed, routing: Routing | None, problems: Problems) -> bool:
    """Whether what has to open needs no more attention: then the form folds it away."""
    return routing is not None and bool(fields.rules or fields.whole_gate) and not SCOPE_FIELDS & set(problems)


def _offered(gate: Gate | None, gates: list[Gate], which: str) -> list[str]:
    """The closed list of the gate; before one is chosen, of all of them."""
    lists = [getattr(one, which) for one in gates] if gate is None else [getattr(gate, which)]
    return list(dict.fromkeys(name for names in lists for name in names))


def _ttls(routing: Routing | None, typed_ttl: str) -> list[tuple[str, bool, bool]]:
    """Each time that can be chosen, whether it is, and whether the tier offers it: the one typed, else the shortest."""
    if routing is None:
        return []
    offered = [durations.show(seconds) for seconds in routing.tier.ttl]
    picked = typed_ttl.strip() or offered[0]
    times = offered if picked in offered else [*offered, picked]
    return [(ttl, ttl == picked, ttl in offered) for ttl in times]
