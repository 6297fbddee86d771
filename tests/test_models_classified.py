"""Whose are the rows? Every model of every installed app has its place in this table; a new one fails without."""

from __future__ import annotations

from django.apps import apps

from tenants.owned import TenantOwned

TENANT_OWNED = {
    *("breakglass.Bypass", "breakglass.Check", "breakglass.ChecksBatch", "breakglass.Deploy", "breakglass.Gate"),
    *("breakglass.GateCredential", "breakglass.PolicyVersion", "breakglass.RefusedReview", "breakglass.Review"),
    *("tenants.Group", "tenants.GroupMembership", "tenants.Human", "tenants.MachineToken", "tenants.Member"),
    *("tenants.RoleGrant", "breakglass.Verdict", "breakglass.VerdictsBatch"),
    *("breakglass.Webhook", "breakglass.Message", "breakglass.Attempt", "breakglass.Pack", "breakglass.PackFile"),
    *("breakglass.PostMortemTemplate", "breakglass.PostMortem", "breakglass.Revision", "breakglass.RuleVerdict"),
    *("breakglass.ActionItem", "breakglass.Finding", "breakglass.Proposal"),
}
INSTALLATION = {"tenants.Tenant", "tenants.User", "breakglass.Heartbeat"}
LOG = {"audit.Log", "audit.Head", "audit.Tree", "audit.Tile", "audit.Entry", "audit.Checkpoint"}
PACKAGES = {
    "admin.LogEntry",
    *("account.EmailAddress", "account.EmailConfirmation", "auth.Group", "auth.Permission"),
    *("contenttypes.ContentType", "sessions.Session"),
    *("django_q.Failure", "django_q.OrmQ", "django_q.Schedule", "django_q.Success", "django_q.Task"),
    *("auth.Group_permissions", "tenants.User_groups", "tenants.User_user_permissions"),
}


def test_every_model_is_classified() -> None:
    models = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert models == TENANT_OWNED | INSTALLATION | LOG | PACKAGES


def test_the_classes_do_not_overlap() -> None:
    classes = (TENANT_OWNED, INSTALLATION, LOG, PACKAGES)
    assert sum(map(len, classes)) == len(set().union(*classes))


def test_the_tenant_owned_are_guarded_and_no_others() -> None:
    guarded = {model._meta.label for model in apps.get_models() if issubclass(model, TenantOwned)}
    assert guarded == TENANT_OWNED


def test_no_other_manager_goes_around_the_guard() -> None:
    seen = {
        label: [type(manager).__name__ for manager in (*meta.managers, meta.base_manager, meta.default_manager)]
        for label in TENANT_OWNED
        if (meta := apps.get_model(label)._meta)
    }
    assert seen == {label: ["TenantManager"] * 3 for label in TENANT_OWNED}


def test_the_log_has_no_foreign_key_out() -> None:
    leads = {
        (model._meta.label, field.related_model._meta.app_label)
        for model in apps.get_app_config("audit").get_models()
        for field in model._meta.concrete_fields
        if field.related_model is not None and not isinstance(field.related_model, str)
    }
    assert {app for _, app in leads} == {"audit"}
