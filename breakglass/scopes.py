"""What a bypass covers: reading a scope, holding it against a gate's lists, and asking whether it covers a check.

Pure functions over plain values. A wildcard is never part of a scope; an empty branch or artifact means any.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from breakglass.errors import BadInput

MOST_RULES = 50
_MOST_LISTED = 20

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")
_RULE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,119}")
_ARTIFACT = re.compile(r"sha256:[0-9a-f]{64}")
_WILDCARDS = frozenset("*?[")
# What git check-ref-format refuses anywhere in a branch name, beside control characters.
_NOT_IN_BRANCH = re.compile(r"[ ~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(?:/|$)")


@dataclass(frozen=True, slots=True)
class Scope:
    """Service and environment always; a branch and an artifact digest if named ("" is any)."""

    service: str
    environment: str
    branch: str = ""
    artifact: str = ""


@dataclass(frozen=True, slots=True)
class GateShape:
    """What a gate lets a scope say: its closed lists, and which of "branch" and "artifact" must be named."""

    slug: str
    services: tuple[str, ...]
    environments: tuple[str, ...]
    required: tuple[str, ...] = ()


def parse_scope(service: object, environment: object, branch: object = "", artifact: object = "") -> Scope:
    """The scope these four fields name; None is the same as "". Raises BadInput with every field's problem at once."""
    texts = {"service": service, "environment": environment, "branch": branch, "artifact": artifact}
    problems = {name: [problem] for name, text in texts.items() if (problem := _problem(name, text))}
    if problems:
        raise BadInput(problems)
    return Scope(**{name: _settle(name, text) for name, text in texts.items()})


def _settle(name: str, text: object) -> str:
    text = str(text or "")
    return text.lower() if name == "artifact" else text


def _problem(name: str, text: object) -> str:
    """What is wrong with one field, as a sentence; "" when nothing is."""
    if text is not None and not isinstance(text, str):
        return f"The {name} must be text: send it as a string."
    if not text:
        return f"Name the {name} that the bypass is for." if name in {"service", "environment"} else ""
    if _WILDCARDS & set(text):
        return f"Name one {name}; a wildcard can't be bypassed."
    return "" if _FITS[name](text) else _REPAIRS[name]


def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def _is_branch(text: str) -> bool:
    """As git check-ref-format --branch has it, up to 250 characters; invisible characters are refused too."""
    if len(text) > 250 or not text.isprintable() or _NOT_IN_BRANCH.search(text):
        return False
    return not text.startswith((".", "/", "-")) and not text.endswith((".", "/")) and text != "@"


def _is_artifact(text: str) -> bool:
    return _ARTIFACT.fullmatch(text.lower()) is not None


_FITS: dict[str, Callable[[str], bool]] = {
    "service": _is_name,
    "environment": _is_name,
    "branch": _is_branch,
    "artifact": _is_artifact,
}
_NAME_REPAIR = "starts with a letter or digit and holds only letters, digits and . _ / -, up to 100: write it so."
_REPAIRS = {
    "service": f"A service {_NAME_REPAIR}",
    "environment": f"An environment {_NAME_REPAIR}",
    "branch": "This can't be a git branch: write its name as `git branch` shows it, up to 250 characters.",
    "artifact": "An artifact is named by its digest: write sha256: and its 64 hexadecimal digits.",
}


def parse_rules(rules: Iterable[object]) -> frozenset[str]:
    """The rule ids, each once. Raises BadInput on the field `rule` for more than 50 or for one that is no id."""
    found = list(rules)
    sentences = list(dict.fromkeys(problem for rule in found if (problem := _rule_problem(rule))))
    if not sentences and len(set(found)) > MOST_RULES:
        sentences = [f"A bypass names at most {MOST_RULES} rules: name fewer, or ask for the whole gate."]
    if sentences:
        raise BadInput({"rule": sentences})
    return frozenset(str(rule) for rule in found)


def _rule_problem(rule: object) -> str:
    if isinstance(rule, str) and _RULE.fullmatch(rule):
        return ""
    if isinstance(rule, str) and _WILDCARDS & set(rule):
        return "Name the rules one by one; a wildcard can't be bypassed."
    return (
        "A rule id starts with a letter or digit and holds only letters, digits and . _ : / -, up to 120: write it so."
    )


def covers(bypass: Scope, check: Scope) -> bool:
    """Is the check inside the bypass? One that doesn't say its branch is not inside a bypass for one branch."""
    return (
        (bypass.service, bypass.environment) == (check.service, check.environment)
        and bypass.branch in {"", check.branch}
        and bypass.artifact in {"", check.artifact}
    )


def rules_covered(bypass_rules: frozenset[str] | None, check_rules: frozenset[str]) -> bool:
    """Does the bypass name every failed rule? None is the whole gate, the only cover for a check that names no rule."""
    if bypass_rules is None:
        return True
    return bool(check_rules) and check_rules <= bypass_rules


def check_shape(gate: GateShape, scope: Scope) -> None:
    """Raises BadInput for a service or environment that the gate doesn't list, and for a field it requires."""
    problems = {
        "service": _unlisted(gate.slug, "service", scope.service, gate.services),
        "environment": _unlisted(gate.slug, "environment", scope.environment, gate.environments),
    }
    named = {"branch": scope.branch, "artifact": scope.artifact}
    for name in gate.required:
        problems[name] = "" if named[name] else f"The gate {gate.slug} opens for one {name} at a time: name the {name}."
    if any(problems.values()):
        raise BadInput({name: [sentence] for name, sentence in problems.items() if sentence})


def _unlisted(gate: str, name: str, value: str, listed: tuple[str, ...]) -> str:
    if value in listed:
        return ""
    if not listed:
        return f"The gate {gate} lists no {name} yet: ask an admin to add {value} to it."
    more = f" and {len(listed) - _MOST_LISTED} more" if len(listed) > _MOST_LISTED else ""
    listing = ", ".join(listed[:_MOST_LISTED]) + more
    return f"The gate {gate} does not list the {name} {value}: choose from {listing}, or ask an admin to add it."


def in_words(scope: Scope) -> str:
    """ "payments in production, branch main, any artifact": what an empty field leaves open is said, too."""
    branch = f"branch {scope.branch}" if scope.branch else "any branch"
    artifact = f"artifact {scope.artifact}" if scope.artifact else "any artifact"
    return f"{scope.service} in {scope.environment}, {branch}, {artifact}"
