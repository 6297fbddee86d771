"""Handing this machine's pip settings on to uv, which reads only its own: mirrors, certificates, proxies, time-outs."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from bootstrap.shell import output

# pip's name for a setting, uv's variable for it
TRANSLATED = {
    "index-url": "UV_DEFAULT_INDEX",
    "cert": "SSL_CERT_FILE",
    "proxy": "HTTPS_PROXY",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
}
OFFLINE = {"no-index": "UV_NO_INDEX", "find-links": "UV_FIND_LINKS"}
UV_INDEXES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_NO_INDEX", "UV_FIND_LINKS", "UV_CONFIG_FILE")
UV_FILES = ("/etc/uv/uv.toml", "~/.config/uv/uv.toml")


def for_uv(pip: list[str]) -> dict[str, str]:
    """Variables that make uv install from where pip would; none when uv has settings of its own on this machine."""
    if any(os.environ.get(name) for name in UV_INDEXES) or any(Path(file).expanduser().exists() for file in UV_FILES):
        return {}
    return translate(parse(output([*pip, "config", "list"]) or ""))


def parse(listing: str) -> dict[str, str]:
    """The settings in the output of `pip config list`, by pip's name without its section, the environment last."""
    settings: dict[str, str] = {}
    lines = [line.partition("=") for line in listing.splitlines() if "=" in line]
    for name, _, value in sorted(lines, key=lambda line: line[0].startswith(":env:")):
        words = shlex.split(value)
        settings[name.rpartition(".")[2]] = words[0] if words else ""
    return settings


def translate(settings: dict[str, str]) -> dict[str, str]:
    """uv's variables for pip's settings; one that is set already is left alone."""
    offline = settings.get("no-index", "").lower() in {"1", "true", "yes", "on"}
    names = {**TRANSLATED, **OFFLINE} if offline else TRANSLATED
    wanted = {names[name]: value for name, value in settings.items() if name in names and value}
    if "UV_FIND_LINKS" in wanted:
        wanted["UV_FIND_LINKS"] = ",".join(wanted["UV_FIND_LINKS"].split())
    return {name: value for name, value in wanted.items() if name not in os.environ}
