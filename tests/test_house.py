"""The house as the design draws it: one arrow between packages, and a README that shows the states there are."""

from __future__ import annotations

import re
from pathlib import Path

from importlinter.cli import lint_imports

from breakglass import states

ROOT = Path(__file__).parent.parent


def test_the_arrows_between_packages_are_kept() -> None:
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None) == 0


def test_the_readme_draws_the_states_there_are() -> None:
    readme = (ROOT / "README.md").read_text()
    assert re.findall(r"```mermaid\n(.*?)```", readme, re.DOTALL) == [states.diagram()]
