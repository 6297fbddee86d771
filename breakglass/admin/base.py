"""What every page of both admins obeys: nothing is deleted, nothing is written but by an act, no lookup pries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django.contrib.admin import ActionLocation, ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, reverse

from breakglass.admin.addresses import portal_addresses
from tenants.access import TenantRequest

READ_ONLY = "Nothing was changed: this changes only by what people and gates do on the portal's own pages."
NEVER = "Nothing was deleted: nothing ever is here."
LOOKUPS = ("", "__exact", "__isnull", "__id__exact")


class Kept(ModelAdmin):  # type: ignore[type-arg]  # it takes no parameter at run time
    """Rows that can be looked at. `related` names what a page says of a row's foreign keys."""

    related: Sequence[str] = ()
    may_add = False
    may_change = False
    actions: Any = ()
    view_on_site = False
    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows of the entered tenant, with what is said of them."""
        rows = super().get_queryset(request)
        return rows.select_related(*self.related) if self.related else rows

    def get_urls(self) -> list[URLPattern]:
        """The list, a row, and a form to add one where that is allowed."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        wanted = {f"{name}_changelist", f"{name}_change"} | ({f"{name}_add"} if self.may_add else set())
        return [url for url in super().get_urls() if url.name in wanted]

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever is in."""
        return True

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever is in."""
        return True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Where there is an act for it."""
        return self.may_add

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Where there is an act for it."""
        return self.may_change

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        """A row is found by its own id and by nothing else."""
        return to_field == self.opts.pk.name

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """What the filters beside the list ask, and nothing else."""
        return lookup in {f"{name}{how}" for name in self.list_filter for how in LOOKUPS}

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Django's. A row that can't be changed says so, whatever is sent."""
        if request.method == "POST" and not (self.may_change if object_id else self.may_add) and not self.actions:
            raise PermissionDenied(READ_ONLY)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Django's. No page does without its frame, whatever a parameter says of popups: the banner is in it."""
        return super().changelist_view(request, (extra_context or {}) | {"is_popup": False})

    def response_action(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        action_location: ActionLocation = ActionLocation.CHANGE_LIST,
    ) -> Any:
        """Django's, once every row that was chosen has an id."""
        try:
            for chosen in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.clean(chosen.replace("\x00", "?"), None)
        except ValidationError as error:
            raise BadRequest from error
        return super().response_action(request, queryset, action_location)

    def portal_page(self, row: Any) -> tuple[str, object] | None:
        """The name of the row's page on the portal and what it is called by there, if it has one."""
        return None

    def render_change_form(  # noqa: PLR0917  as Django calls it
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> Any:
        """Django's, with the way to the row's own page."""
        context |= {"is_popup": False, "show_save_and_add_another": False, "show_save_and_continue": False}
        found = self.portal_page(obj) if obj else None
        if found is not None:
            with portal_addresses(request):
                context["portal_url"] = reverse(found[0], args=[cast("TenantRequest", request).tenant.slug, found[1]])
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Never by itself."""
        raise PermissionDenied(READ_ONLY)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        """Never."""
        raise PermissionDenied(NEVER)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Never."""
        raise PermissionDenied(NEVER)

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """The act has written its entry."""

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """The act has written its entry."""

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """There are none."""
