"""The log as a list: what an auditor can ask of it, and what of each entry is in the CSV."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.db.models import Q, QuerySet

from audit import log, lookups
from audit.kinds import KINDS
from audit.models import Entry
from breakglass import sentences
from breakglass.sentences import Line
from breakglass.views import bypasses, filters
from breakglass.views.clock import moment
from breakglass.views.filters import Field, Filter
from breakglass.views.keyset import Order
from breakglass.views.lists import Listing
from tenants import context
from tenants.access import TenantRequest

_ENTRY = re.compile(r"([1-9][0-9]{0,8})-(0|[1-9][0-9]{0,17})")
FIELDS = (
    Field("q", "About", "The id of a bypass or of an entry", most=64),
    Field("kind", "Kind", choices={kind: kind for kind in sorted(KINDS)}),
    Field("person", "Signed as", "A name or an identity, as the entry has it", most=300),
    filters.GATE,
    Field("rule", "Rule", "That its bypass skips", most=120),
    *filters.SCOPE,
    *filters.PERIOD,
)


def _rows(request: TenantRequest, wanted: Filter) -> QuerySet[Entry]:
    asked = Q(log__in=list(log.logs_of(_tenant()).values_list("pk", flat=True)), **wanted.period("time"))
    if wanted.q:
        found = _ENTRY.fullmatch(wanted.q)
        asked &= Q(log__number=int(found[1]), index=int(found[2])) if found else Q(about=wanted.q)
    if wanted.kind:
        asked &= Q(kind=wanted.kind)
    if wanted.person:
        asked &= lookups.by_actor(wanted.person)
    if wanted.gate or wanted.rule or wanted.scope():
        asked &= _concerning(wanted, moment(request))
    rows = Entry.objects.filter(asked).select_related("log")
    return rows.only("log__number", "kind", "time", "about", "document")


def _concerning(wanted: Filter, now: datetime) -> Q:
    """Entries about a bypass of this gate, rule and scope, and those that name gate and scope themselves."""
    which = replace(wanted, q="", person="", kind="", since=None, until=None)
    about = Q(about__in=bypasses.matching(which, now).values("pk"))
    words = wanted.scope() | ({"gate": wanted.gate.slug} if wanted.gate else {})
    return about if wanted.rule else about | lookups.naming(words)


def _tenant() -> str:
    return str(context.current_id())


def _beside(entry: Entry, side: str) -> Q:
    return Q(**{f"pk__{side}": (entry.log_id, entry.index)})


COLUMNS: dict[str, Callable[[Line, datetime], object]] = {
    "entry": lambda line, now: line.id,
    "time": lambda line, now: line.at,
    "kind": lambda line, now: line.kind,
    "about": lambda line, now: line.about,
    "actor": lambda line, now: line.actor,
    "identity": lambda line, now: line.identity,
    "says": lambda line, now: line.says,
    "quote": lambda line, now: line.quote,
}
LISTING = Listing(
    name="audit",
    title="Log",
    fields=FIELDS,
    rows=_rows,
    # A tenant's logs are opened one after the other, so that their keys stand in the order of their numbers.
    order=Order(("log_id", "index"), lambda entry: entry.id, lambda name: log.find_entry(_tenant(), name), _beside),
    columns=COLUMNS,
    template="audit/list.html",
    shown=sentences.line,
)
