"""Forms whose save is an act: what it refuses comes back as errors of the form, with what was typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse

from breakglass.admin.addresses import portal_addresses
from breakglass.admin.base import Kept
from breakglass.errors import BadInput, BypassError, NotFound
from tenants import drafts
from tenants.access import TenantRequest

type Refusal = BypassError | ValidationError


@dataclass(frozen=True)
class Done:
    """What a save did, in a sentence, and the secret that it made, which is shown this once."""

    says: str
    secret: str = ""


class ActForm(ModelForm):  # type: ignore[type-arg]  # it takes no parameter at run time
    """Looks at the shape of what was typed. `refused` is what the act said of it, `kept` a draft from before sign-in.

    `aliases` are the fields that an act calls by another name.
    """

    refused: ClassVar[Refusal | None] = None
    kept: ClassVar[QueryDict | None] = None
    aliases: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.kept is not None and not self.is_bound:
            for name, field in self.fields.items():
                if name in self.kept:
                    self.initial[name] = field.widget.value_from_datadict(self.kept, cast("Any", {}), name)

    def validate_unique(self) -> None:
        """The act knows what there may be once, and says it in its own words."""

    def clean(self) -> dict[str, Any]:
        """What was refused, beside the field it is about."""
        if self.refused is not None:
            for field, sentences in _by_field(self.refused).items():
                name = self.aliases.get(field, field)
                self.add_error(name if name in self.fields else None, list(sentences))
        return self.cleaned_data


def _by_field(refused: Refusal) -> Mapping[str, Iterable[str]]:
    if isinstance(refused, BadInput):
        return refused.fields
    if isinstance(refused, BypassError):
        return {refused.field or NON_FIELD_ERRORS: [refused.sentence]}
    return refused.message_dict if hasattr(refused, "error_dict") else {NON_FIELD_ERRORS: refused.messages}


class Acting(Kept):
    """Rows that are added or changed by an act."""

    form = ActForm

    def act(self, request: TenantRequest, row: Any, typed: Mapping[str, Any], *, change: bool) -> Done:
        """Do it. `row` is the one that is changed; `typed` are the form's fields, each well formed."""
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The act in place of Django's save, at the portal's own addresses."""
        with portal_addresses(request):
            row = self.get_object(request, str(obj.pk)) if change else None
            vars(request)["done"] = self.act(cast("TenantRequest", request), row, form.cleaned_data, change=change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The act did all of it."""

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """The entry says it."""
        return []

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Django's; an act that was refused, and undone, leaves the form with its sentences."""
        try:
            return _wrong(request, super().changeform_view(request, object_id, form_url, extra_context))
        except NotFound:
            raise
        except (BypassError, ValidationError) as refused:
            vars(request)["refused"] = refused
            answer = super().changeform_view(request, object_id, form_url, extra_context)
            answer.status_code = getattr(refused, "status", 400)
            return answer

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Django's, with what was refused before, or kept from before somebody had to sign in again."""
        if request.method == "GET" and "kept" not in vars(request):
            vars(request)["kept"] = drafts.take(request, request.path)
        found = {"refused": vars(request).get("refused"), "kept": vars(request).get("kept")}
        return type("Form", (super().get_form(request, obj, change, **kwargs),), found)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """Say what was done. A secret is on the answer itself and nowhere else."""
        done: Done = vars(request)["done"]
        return self.show_secret(request, done) if done.secret else self.told(request, done)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Say what was done."""
        return self.told(request, vars(request)["done"])

    def told(self, request: HttpRequest, done: Done) -> HttpResponse:
        """Back to the list, which says it."""
        self.message_user(request, done.says, messages.SUCCESS)
        return HttpResponseRedirect(self._list(request))

    def show_secret(self, request: HttpRequest, done: Done) -> HttpResponse:
        """A page that no link leads to and no browser keeps."""
        words = {"title": done.says, "secret": done.secret, "opts": self.opts, "list": self._list(request)}
        return TemplateResponse(request, "admin/secret.html", self.admin_site.each_context(request) | words)

    def _list(self, request: HttpRequest) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def do_to_each(self, request: HttpRequest, rows: Iterable[Model], act: Callable[[Any], str]) -> None:
        """One act a row, and what came of each: a refused one leaves the others done."""
        for row in rows:
            try:
                with portal_addresses(request):
                    said = act(row)
            except BypassError as refused:
                self.message_user(request, f"{row}: {refused.sentence}", messages.ERROR)
            else:
                self.message_user(request, said, messages.SUCCESS)


def _wrong(request: HttpRequest, answer: Any) -> Any:
    """A form that was sent and comes back did not fit: 400."""
    if request.method == "POST" and isinstance(answer, TemplateResponse) and (answer.context_data or {}).get("errors"):
        answer.status_code = 400
    return answer
