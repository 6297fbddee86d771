# Breakglass for OPA and Conftest: which rules does an active bypass let this input skip?
#
# Load it beside data.json from the same portal. Nothing here asks the portal: the end of every bypass is in the data,
# so the gate shuts on time by its own clock, whether the portal is up or not. Data that is older than its
# valid_until opens nothing.
#
# input: {"service", "environment", "branch", "artifact", "rules": [ids of the rules that failed]}
package breakglass.gate

import rego.v1

default allow := false

# A bypass that is active, inside whose scope the input is, and that names every rule that failed.
allow if count(bypass_ids) > 0

bypass_ids contains id if {
	some id, bypass in data.breakglass.bypasses
	in_time(bypass)
	in_scope(bypass)
	covers_rules(bypass)
}

now := time.now_ns() / 1000000000

in_time(bypass) if {
	now < data.breakglass.valid_until
	bypass.starts_at <= now
	now < bypass.expires_at
}

in_scope(bypass) if {
	bypass.service == input.service
	bypass.environment == input.environment
	any_or_same(bypass.branch, object.get(input, "branch", ""))
	any_or_same(bypass.artifact, object.get(input, "artifact", ""))
}

any_or_same("", _) := true

any_or_same(named, said) := true if {
	named != ""
	named == said
}

failed := {rule | some rule in object.get(input, "rules", [])}

covers_rules(bypass) if {
	bypass.whole_gate
	count(bypass.never) == 0
}

covers_rules(bypass) if {
	bypass.whole_gate
	count(failed) > 0
	count(failed & {rule | some rule in bypass.never}) == 0
}

covers_rules(bypass) if {
	not bypass.whole_gate
	count(failed) > 0
	count(failed - {rule | some rule in bypass.rules}) == 0
	count(failed & {rule | some rule in bypass.never}) == 0
}
