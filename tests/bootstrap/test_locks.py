"""The locks belong to pyproject.toml, name no host, and the installed set is a part of the tested one."""

import re

import pytest

from bootstrap import locks
from bootstrap.shell import ROOT

PYPROJECT = """
[project]
requires-python = ">=3.12"
dependencies = ["django>=6.1,<6.2"]  # the framework
[project.optional-dependencies]
dev = ["pytest"]
[dependency-groups]
installer = ["uv"]
"""


def _pins(name: str) -> set[str]:
    return set(re.findall(r"^(\S+==\S+)", (ROOT / name).read_text(), re.MULTILINE))


@pytest.mark.parametrize("name", locks.SOURCES)
def test_lock_was_made_for_these_dependencies(name: str) -> None:
    first, _, _ = (ROOT / name).read_text().partition("\n")
    assert f"{first}\n" == locks.heading(locks.PYPROJECT.read_text())


@pytest.mark.parametrize("name", locks.SOURCES)
def test_lock_names_no_host(name: str) -> None:
    assert re.findall(r"\w+://\S+|--(?:extra-)?index-url|--find-links", (ROOT / name).read_text()) == []


@pytest.mark.parametrize("name", locks.SOURCES)
def test_every_pin_has_hashes(name: str) -> None:
    hashed = re.findall(r"^(\S+==\S+)[^\n]*\\\n    --hash=sha256:[0-9a-f]{64}", (ROOT / name).read_text(), re.MULTILINE)
    assert set(hashed) == _pins(name)


def test_what_is_served_is_what_is_tested() -> None:
    assert _pins("requirements.txt") - _pins("requirements-dev.txt") == set()


def test_comment_changes_nothing() -> None:
    assert locks.heading(PYPROJECT.replace("the framework", "of the portal")) == locks.heading(PYPROJECT)


@pytest.mark.parametrize("part", ["3.12", "<6.2", "pytest", "uv"])
def test_each_part_that_is_asked_for_changes_the_heading(part: str) -> None:
    assert locks.heading(PYPROJECT.replace(part, "other")) != locks.heading(PYPROJECT)
