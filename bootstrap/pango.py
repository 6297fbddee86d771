"""The one system library, Pango: only the PDF needs it, so a missing one is said or installed and stops nothing."""

from __future__ import annotations

import os
import shutil

from bootstrap.shell import output, run, say

DEBIAN = ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-dejavu-core"]
LOADS = "from weasyprint.text import ffi; assert ffi.harfbuzz_subset is not None"
QUIET = {"DEBIAN_FRONTEND": "noninteractive"}


def ensure(python: str, *, install: bool) -> None:
    """See that WeasyPrint finds its libraries; else install them as root where apt-get is, or name the packages."""
    if _loads(python):
        return
    if install and os.geteuid() == 0 and shutil.which("apt-get"):
        say("Installing Pango, which draws the PDF ...")
        run(["apt-get", "update", "-qq"], QUIET)
        run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *DEBIAN], QUIET)
        if _loads(python):
            return
    say(
        "Pango is missing: everything works but the PDF. To have that too, on Debian and Ubuntu: "
        f"apt install {' '.join(DEBIAN)}; on macOS: brew install pango."
    )


def _loads(python: str) -> bool:
    return output([python, "-c", LOADS]) is not None
