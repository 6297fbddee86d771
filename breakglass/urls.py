"""Every address of the portal."""

from django.urls import URLPattern, URLResolver, include, path, register_converter

from breakglass.admin import door
from breakglass.api import openapi
from breakglass.api import urls as api
from breakglass.gates import authzen, opa
from breakglass.views import (
    acting,
    audit_log,
    bypasses,
    channels,
    checks,
    connecting,
    deploys,
    errors,
    evidence,
    extending,
    feedback,
    gates,
    health,
    home,
    inviting,
    morning_acts,
    pdf,
    policies,
    post_mortems,
    proposals,
    record,
    requesting,
    settings,
    styleguide,
    waiting,
)


class BypassId:
    """`bg_` and 20 letters and digits; anything else is nobody's bypass."""

    regex = "bg_[0-9a-z]{20}"

    def to_python(self, value: str) -> str:
        """As it is."""
        return value

    def to_url(self, value: str) -> str:
        """As it is."""
        return value


register_converter(BypassId, "bypass")

bypass = [
    path("", record.record, name="record"),
    path("approve/", acting.approve, name="approve"),
    path("deny/", acting.deny, name="deny"),
    path("withdraw/", acting.withdraw, name="withdraw"),
    path("return/", acting.return_, name="return"),
    path("revoke/", acting.revoke, name="revoke"),
    path("extend/", extending.extend, name="extend"),
    path("record.pdf", pdf.record_pdf, name="record-pdf"),
]
post_mortem = [
    path("", post_mortems.post_mortem, name="post-mortem"),
    path("write/", morning_acts.write, name="post-mortem-write"),
    path("judge/", morning_acts.judge, name="post-mortem-judge"),
    path("add-action/", morning_acts.add_action, name="post-mortem-add-action"),
    path("finish-action/", morning_acts.finish_action, name="post-mortem-finish-action"),
    path("link-incident/", morning_acts.link_incident, name="post-mortem-link-incident"),
    path("assign/", morning_acts.assign, name="post-mortem-assign"),
    path("sign-off/", morning_acts.sign_off, name="post-mortem-sign-off"),
]
one_log = [
    path("trusted_root.json", audit_log.trusted_root, name="trusted-root"),
    path("trust_config.json", audit_log.trust_configuration, name="trust-config"),
    path("checkpoint", audit_log.checkpoint, name="checkpoint"),
    path("<int:index>/", audit_log.entry, name="entry"),
    path("<int:index>/entry.json", audit_log.entry_json, name="entry-json"),
    path("<int:index>/bundle.sigstore.json", audit_log.entry_bundle, name="entry-bundle"),
]
tenant: list[URLPattern | URLResolver] = [
    path("", home.now, name="now"),
    path("queue/", waiting.queue, name="queue"),
    path("bypasses/", bypasses.bypasses, name="bypasses"),
    path("bypasses/new", requesting.new_bypass, name="new-bypass"),
    path("bypasses/<bypass:bypass_id>/", include(bypass)),
    path("checks/", checks.checks, name="checks"),
    path("deploys/", deploys.deploys, name="deploys"),
    path("post-mortems/", post_mortems.index, name="post-mortems"),
    path("post-mortems/template", post_mortems.template, name="post-mortem-template"),
    path("post-mortems/<bypass:bypass_id>/", include(post_mortem)),
    path("feedback/", feedback.feedback, name="feedback"),
    path("findings/<int:finding_id>/close/", feedback.close_finding, name="close-finding"),
    path("audit/", audit_log.audit, name="audit"),
    path("audit/<int:number>/", include(one_log)),
    path("evidence/", evidence.evidence, name="evidence"),
    path("evidence/<int:number>/", evidence.pack, name="pack"),
    path("evidence/<int:number>/pack.zip", evidence.download, name="pack-download"),
    path("settings/", settings.settings, name="settings"),
    path("settings/policy/new", policies.new, name="new-policy"),
    path("settings/policy/<int:number>/", policies.version, name="policy-version"),
    path("settings/people/new", inviting.invite, name="invite"),
    path("settings/proposals/", proposals.index, name="proposals"),
    path("settings/proposals/<int:proposal_id>/", proposals.proposal, name="proposal"),
    path("settings/proposals/<int:proposal_id>/consent/", proposals.consent, name="proposal-consent"),
    path("settings/proposals/<int:proposal_id>/refuse/", proposals.refuse, name="proposal-refuse"),
    path("settings/proposals/<int:proposal_id>/withdraw/", proposals.withdraw, name="proposal-withdraw"),
    path("channels/", channels.channels, name="channels"),
    path("channels/<int:webhook_id>/disable/", channels.disable, name="disable-webhook"),
    path("gates/", gates.index, name="gates"),
    path("gates/new", connecting.new_gate, name="new-gate"),
    path("gates/<slug:slug>/", gates.gate, name="gate"),
    path("gates/<slug:slug>/tokens/", connecting.tokens, name="gate-tokens"),
    path("gates/<slug:slug>/tokens/<int:token_id>/revoke/", connecting.revoke, name="revoke-token"),
    path("access/v1/evaluation", authzen.evaluation, name="api-evaluation"),
    path("access/v1/evaluations", authzen.evaluations, name="api-evaluations"),
    path("opa/data.json", opa.data, name="api-opa-data"),
    path("opa/policy.rego", opa.policy, name="api-opa-policy"),
    path("api/openapi.json", openapi.openapi, name="api-openapi"),
    path("api/v1/", include(api)),
    path("admin/", door.tenant_admin, name="admin"),
    path("admin/<path:rest>/", door.tenant_page, name="admin-page"),
]
urlpatterns = [
    path("", home.home, name="home"),
    path("accounts/", include("tenants.accounts")),
    path("admin/", door.operator_admin, name="operator"),
    path("admin/<path:rest>/", door.operator_page, name="operator-page"),
    path("t/<slug:tenant>/", include(tenant)),
    path(".well-known/authzen-configuration/t/<slug:tenant>", authzen.configuration, name="authzen-configuration"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.broken
