"""The HTTP client against servers that mean it no good, and against names that lead inside."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest
from pytest_django import Settings

from breakglass.notify import http
from tests.notify.hostile import Behaviour, Server, drip, flood, hang, says, serving, status

LONG = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"


def send(url: str) -> http.Answer:
    """A small body to it."""
    return http.post(url, body=b"{}", headers={"Content-Type": "application/json"})


def send_to(behave: Behaviour, settings: Settings) -> tuple[http.Answer, Server]:
    """To a server that the operator vouches for."""
    with serving(behave) as server:
        settings.WEBHOOK_ALLOW = {server.name}
        return send(server.url), server


def lead(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Have the resolver answer so, one time after the other; what was asked for."""
    asked: list[str] = []

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(2, 1, 6, "", (one, port)) for one in answers[min(len(asked), len(answers)) - 1]]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


def test_it_sends_the_body_and_nothing_of_the_environments(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    answer, server = send_to(status("202 Accepted", "thanks"), settings)
    assert answer == http.Answer(202, "Accepted", b"thanks")
    head, _, body = server.heard[0].partition(b"\r\n\r\n")
    assert body == b"{}"
    assert sorted(head.decode().split("\r\n")) == [
        "Accept-Encoding: identity",
        "Connection: close",
        "Content-Length: 2",
        "Content-Type: application/json",
        f"Host: {server.name}",
        "POST /hook?a=1 HTTP/1.1",
        "User-Agent: Breakglass",
    ]


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(code: int, settings: Settings) -> None:
    with serving(status("200 OK")) as inside:
        answer, _ = send_to(status(f"{code} Elsewhere", "", f"Location: {inside.url}"), settings)
        settings.WEBHOOK_ALLOW = {inside.name}
    assert (answer.status, inside.heard) == (code, [])


@pytest.mark.parametrize(
    "behave",
    [
        hang,
        drip(b"HTTP/1.1 200 OK\r\n", b"X"),
        drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["hang", "slow headers", "for ever about to continue"],
)
def test_it_is_over_when_the_time_is(behave: Behaviour, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "SECONDS", 0.5)
    start = time.monotonic()
    with pytest.raises(TimeoutError):
        send_to(behave, settings)
    assert 0.4 < time.monotonic() - start < 2


def test_a_body_that_never_ends_does_not_change_the_status(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "SECONDS", 0.5)
    answer, _ = send_to(drip(LONG, b"."), settings)
    assert answer == http.Answer(200, "OK", b"")


@pytest.mark.parametrize("start", [LONG, b"HTTP/1.1 200 OK\r\n\r\n"], ids=["long", "endless"])
def test_a_huge_body_is_cut(start: bytes, settings: Settings) -> None:
    answer, _ = send_to(flood(start, b"x" * 65536), settings)
    assert answer == http.Answer(200, "OK", b"x" * 65536)


@pytest.mark.parametrize(
    "behave",
    [
        says(b"220 mail.example ESMTP\r\n"),
        says(b""),
        says(b"HTTP/1.1 200\x00OK" + b"x" * 70000),
        flood(b"HTTP/1.1 200 OK\r\n", b"X-Many: headers\r\n" * 1000),
        flood(b"HTTP/1.1 100 Continue\r\n", b"X: y\r\n\r\nHTTP/1.1 100 Continue\r\n" * 1000),
    ],
    ids=["smtp", "nothing", "long line", "headers for ever", "continues for ever"],
)
def test_what_is_no_http_is_no_answer(behave: Behaviour, settings: Settings) -> None:
    with pytest.raises(ConnectionError):
        send_to(behave, settings)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "localhost.", "LOCALHOST", "0.0.0.0", "2130706433", "0x7f.1", "0177.0.0.1"),  # noqa: S104
        *("127.1", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[0:0:0:0:0:ffff:7f00:1]", "169.254.169.254", "10.0.0.8"),
        *("192.168.0.1", "100.64.0.1", "[fe80::1]", "[fd00::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"),
    ],
)
def test_a_private_address_is_refused_however_it_is_written(host: str, settings: Settings) -> None:
    settings.WEBHOOK_ALLOW = {"127.0.0.1:1"}
    with pytest.raises(http.Blocked) as error:
        send(f"https://{host}/hook")
    assert str(error.value).endswith(" is at no public address: the portal sends nothing there.")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://hooks.example/", "The address has to begin with https://."),
        ("https://user:secret@hooks.example/", "The address holds a user name or password"),
        ("https://hooks.example@127.0.0.1/", "The address holds a user name or password"),
        ("https://@hooks.example/", "The address holds a user name or password"),
        ("https://hooks.example\\@127.0.0.1/", "The address holds characters that no web address has"),
        ("https://hooks.example/\r\nX: y", "The address holds characters that no web address has"),
        ("https://hooks.example/a b", "The address holds characters that no web address has"),
        ("https://127。0。0。1/", "The address holds characters that no web address has"),
        ("https:///hook", "The address is not a web address"),
        ("https://./hook", "The address is not a web address"),
        ("https://hooks.example:99999/", "The address is not a web address"),
        ("https://[::1/", "The address is not a web address"),
        ("file:///etc/passwd", "The address is not a web address"),
        ("gopher://hooks.example/", "The address is not a web address"),
        ("hooks.example", "The address is not a web address"),
        ("", "The address is not a web address"),
    ],
)
def test_what_is_no_https_address_is_refused(url: str, sentence: str) -> None:
    with pytest.raises(http.Blocked) as error:
        send(url)
    assert str(error.value).split(":")[0] == sentence.split(":", maxsplit=1)[0]


def test_one_private_answer_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    lead(monkeypatch, ["93.184.216.34", "10.0.0.8"])
    with pytest.raises(http.Blocked) as error:
        send("https://hooks.example/")
    sentence = "hooks.example is at no public address: the portal sends nothing there."
    assert str(error.value) == sentence


def test_a_name_that_changes_its_mind_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = lead(monkeypatch, ["93.184.216.34", "1.1.1.1"], ["127.0.0.1"])
    reached: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], **_: Any) -> socket.socket:
        reached.append(address)
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(ConnectionRefusedError):
        send("https://hooks.example/")
    assert asked == ["hooks.example"]
    assert reached == [("93.184.216.34", 443), ("1.1.1.1", 443)]


def test_a_resolver_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "SECONDS", 0.2)

    def resolve(*_: Any, **__: Any) -> list[Any]:
        time.sleep(1)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(TimeoutError) as error:
        send("https://hooks.example/")
    assert str(error.value) == "hooks.example was not found within 0.2 seconds"


def test_a_name_that_is_not_there_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(OSError, match=r"^hooks.example was not found: Name or service not known$"):
        send("https://hooks.example/")


def test_a_label_too_long_for_a_name_is_not_found() -> None:
    with pytest.raises(OSError, match=r"is no host name|was not found"):
        send(f"https://{'a' * 300}.example/")


def test_the_operator_vouches_for_one_port_of_a_host(settings: Settings) -> None:
    with serving(status("200 OK")) as vouched, serving(status("200 OK")) as other:
        settings.WEBHOOK_ALLOW = {vouched.name}
        assert send(vouched.url).status == 200
        with pytest.raises(http.Blocked):
            send(other.url)
    assert other.heard == []
