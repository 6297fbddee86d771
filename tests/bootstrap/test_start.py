"""The one shell script: it must start on a machine whose `python3` does not."""

import os
import subprocess
from pathlib import Path

from bootstrap.shell import ROOT


def _start(*arguments: str, path: str) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / "bootstrap" / "start"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PATH": path})


def test_shim_that_fails_is_passed_over(tmp_path: Path) -> None:
    shim = tmp_path / "python3"
    shim.write_text("#!/bin/sh\necho 'python3: command not found' >&2\nexit 127\n")
    shim.chmod(0o755)
    done = _start("nonsense", path=f"{tmp_path}:{os.environ['PATH']}")
    assert (done.returncode, done.stderr) == (2, "Say which of demo, test, check, lock, pictures to run.\n")
