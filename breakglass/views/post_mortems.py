"""The post-mortems that are owed, and the page of one: its text, verdicts, actions, and the sign-off."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from audit import log
from breakglass import guards, permissions, sentences
from breakglass.actions import post_mortems, records, signing_off
from breakglass.actions.filling import DEFAULT, FIELDS
from breakglass.actions.writing import Edited
from breakglass.errors import BypassError
from breakglass.markdown import to_html
from breakglass.models import ActionItem, PostMortem, PostMortemTemplate, Revision, RuleVerdict
from breakglass.views.clock import moment
from breakglass.views.edge import page
from tenants import drafts, people
from tenants.access import TenantRequest

MOST = 100
SHOWN = {"open": "Open", "overdue": "Overdue", "done": "Signed off"}
ACTS = ("write", "judge", "add-action", "finish-action", "link-incident", "assign", "sign-off")
KEPT = "What you typed before you signed in again is here: look at the post-mortem as it is now, then send it."


@page()
@require_safe
def index(request: TenantRequest) -> HttpResponse:
    """Those that are open, late or signed off (`show`), the first due first."""
    show = request.GET.get("show", "open")
    show = show if show in SHOWN else "open"
    words = {"show": show, "shown": SHOWN, "rows": _rows(request, show)[:MOST], "most": MOST}
    return render(request, "post_mortems/list.html", words)


def _rows(request: HttpRequest, show: str) -> QuerySet[PostMortem]:
    chosen = {
        "open": Q(signed_off_at=None),
        "overdue": Q(signed_off_at=None, due_at__lte=moment(request)),
        "done": Q(signed_off_at__isnull=False),
    }[show]
    rows = PostMortem.objects.filter(chosen).select_related(*post_mortems.RELATED)
    return rows.order_by("-signed_off_at", "due_at", "pk")


def owed_by(request: TenantRequest) -> QuerySet[PostMortem]:
    """What the member has to write, and whatever is late in the tenant."""
    mine_or_late = Q(assignee=request.member) | Q(due_at__lte=moment(request))
    return _rows(request, "open").filter(mine_or_late)


@page()
@require_safe
def post_mortem(request: TenantRequest, bypass_id: str) -> HttpResponse:
    """The page, with what was typed into one of its forms before the session ended."""
    found = post_mortems.find(bypass_id)
    if found.bypass_id != bypass_id:
        return redirect("post-mortem", request.tenant.slug, found.bypass_id)
    kept = (drafts.take(request, f"{request.path}{act}/") for act in ACTS)
    draft = next((fields for fields in kept if fields is not None), None)
    return answer(request, found, typed=draft, notice="" if draft is None else KEPT)


def answer(
    request: TenantRequest,
    found: PostMortem,
    *,
    typed: QueryDict | None = None,
    notice: str = "",
    refused: BypassError | None = None,
) -> HttpResponse:
    """The page, after a refused act with its sentence, its status and what was typed."""
    text = post_mortems.text_of(found)
    mine = "" if typed is None else typed.get("text", "")
    words = _facts(request, found) | {
        "text": text,
        "html": to_html(_shown_version(request, found) or text),
        "mine": mine or text,
        "theirs": text if isinstance(refused, Edited) else "",
        "writing": typed is not None and "text" in typed,
        "typed": {} if typed is None else typed.dict(),
        "notice": notice,
        "refused": refused,
    }
    return render(request, "post_mortems/page.html", words, status=200 if refused is None else refused.status)


def _facts(request: TenantRequest, found: PostMortem) -> dict[str, Any]:
    now, person = moment(request), records.person_of(request.member)
    given = {one.rule: one for one in RuleVerdict.objects.select_related("by__user").filter(post_mortem=found)}
    entries = log.entries_of(str(request.tenant.pk), about=post_mortems.about(found))
    chain, lacking = post_mortems.chain_of(found.bypass_id), signing_off.missing(found)
    return {
        "post_mortem": found,
        "late": found.is_late(now),
        "chain": chain,
        "rules": [(number, rule, given.get(rule)) for number, rule in enumerate(post_mortems.rules_of(found))],
        "verdicts": RuleVerdict.Verdict.choices,
        "actions": ActionItem.objects.select_related("owner__user").filter(post_mortem=found).order_by("pk"),
        "people": people.people(),
        "versions": Revision.objects.select_related("by__user").filter(post_mortem=found).order_by("-number"),
        "history": [sentences.line(entry) for entry in entries],
        "may_not_write": permissions.why_not(lambda: permissions.check_can_write(person)),
        "may_not_sign": permissions.why_not(lambda: permissions.check_can_sign_off(person, signing_off.writers(found)))
        or permissions.why_not(lambda: guards.check_complete(found, chain, lacking, found.version, now)),
    }


def _shown_version(request: HttpRequest, found: PostMortem) -> str:
    """The text of the version that the query names, if there is one."""
    wanted = request.GET.get("version", "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 7):
        return ""
    revision = Revision.objects.filter(post_mortem=found, number=int(wanted)).first()
    return revision.text if revision else ""


@page()
@require_http_methods(["GET", "HEAD", "POST"])
def template(request: TenantRequest) -> HttpResponse:
    """What post-mortems begin with; admins publish another version."""
    refused, typed = None, None
    if request.method == "POST":
        typed = request.POST.get("source", "")
        try:
            post_mortems.publish_template(source=typed, by=request.member, now=moment(request))
            return redirect("post-mortem-template", request.tenant.slug)
        except BypassError as error:
            refused = error
    latest = PostMortemTemplate.objects.order_by("-number").first()
    person = records.person_of(request.member)
    words = {
        "latest": latest,
        "source": typed or (latest.source if latest else DEFAULT),
        "fields": list(FIELDS),
        "refused": refused,
        "may_not": permissions.why_not(lambda: permissions.check_can_publish_template(person)),
    }
    return render(request, "post_mortems/template.html", words, status=refused.status if refused else 200)
