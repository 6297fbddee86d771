"""TLS to the address that was checked, in the name that was asked for."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from breakglass.notify import http
from tests.notify import certificates
from tests.notify.hostile import flood, serving, status


@pytest.fixture(autouse=True)
def _loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name leads to the loopback."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, port, *_, **__: [(2, 1, 6, "", ("127.0.0.1", port))])


def send(settings: Settings, port: int) -> http.Answer:
    """To hooks.example, which the operator vouches for."""
    settings.WEBHOOK_ALLOW = {f"hooks.example:{port}"}
    return http.post(f"https://hooks.example:{port}/hook", body=b"{}", headers={})


def test_the_certificate_and_the_host_header_are_for_the_name(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = certificates.make("hooks.example", tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with serving(status("200 OK"), certificates.server_side(file)) as server:
        assert send(settings, server.port) == http.Answer(200, "OK", b"")
    assert [line for line in server.heard[0].split(b"\r\n") if line.startswith(b"Host")] == [
        f"Host: hooks.example:{server.port}".encode()
    ]


@pytest.mark.parametrize("name", ["elsewhere.example", "127.0.0.1"])
def test_a_certificate_for_another_name_is_refused(
    name: str, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = certificates.make(name, tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with serving(status("200 OK"), certificates.server_side(file)) as server, pytest.raises(ssl.SSLError):
        send(settings, server.port)
    assert server.heard == []


def test_a_certificate_of_nobody_we_trust_is_refused(settings: Settings, tmp_path: Path) -> None:
    offered = certificates.server_side(certificates.make("hooks.example", tmp_path))
    with serving(status("200 OK"), offered) as server, pytest.raises(ssl.SSLCertVerificationError):
        send(settings, server.port)
    assert server.heard == []


def test_a_server_that_never_shakes_hands_is_not_waited_for(settings: Settings, monkeypatch: Any) -> None:
    monkeypatch.setattr(http, "SECONDS", 0.4)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(TimeoutError):
        send(settings, silent.getsockname()[1])


def test_a_server_that_speaks_plain_http_is_refused(settings: Settings) -> None:
    with serving(flood(b"", b"HTTP/1.1 200 OK\r\n\r\n")) as server, pytest.raises(ssl.SSLError):
        send(settings, server.port)
