"""A web server on the loopback that does whatever a test tells it to, byte by byte."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

type Behaviour = Callable[[socket.socket, threading.Event], None]


class Server:
    """Listens on a free port; `heard` holds the requests, `stop` ends what still talks."""

    def __init__(self, behave: Behaviour, tls: ssl.SSLContext | None = None) -> None:
        self.behave, self.tls = behave, tls
        self.heard: list[bytes] = []
        self.stop = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.name = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.name}/hook?a=1"
        self.threads = [threading.Thread(target=self._serve, daemon=True)]
        self.threads[0].start()

    def _serve(self) -> None:
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._answer, args=[sock], daemon=True)
            self.threads.append(thread)
            thread.start()

    def _answer(self, sock: socket.socket) -> None:
        try:
            sock = self.tls.wrap_socket(sock, server_side=True) if self.tls else sock
            with sock:
                self.heard.append(_request(sock))
                self.behave(sock, self.stop)
        except OSError:
            pass  # the client had enough

    def close(self) -> None:
        """Stop, and wait for every thread."""
        self.stop.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join(5)


def _request(sock: socket.socket) -> bytes:
    """Head and body, by its Content-Length."""
    data = b""
    while b"\r\n\r\n" not in data and data[:4] == b"POST"[: len(data)]:
        if not (more := sock.recv(65536)):
            break
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while lengths and len(body) < int(lengths[0]):
        body += sock.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def serving(behave: Behaviour, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """The server, for a while."""
    server = Server(behave, tls)
    try:
        yield server
    finally:
        server.close()


def says(answer: bytes) -> Behaviour:
    """Answer with these bytes and hang up."""
    return lambda sock, stop: sock.sendall(answer)


def status(line: str, body: str = "", *headers: str) -> Behaviour:
    """A plain answer: `200 OK`."""
    head = "\r\n".join([f"HTTP/1.1 {line}", f"Content-Length: {len(body)}", *headers])
    return says(f"{head}\r\n\r\n{body}".encode())


def drip(first: bytes, drop: bytes) -> Behaviour:
    """Begin, and then one drop every 50 ms for ever."""

    def behave(sock: socket.socket, stop: threading.Event) -> None:
        sock.sendall(first)
        while not stop.wait(0.05):
            sock.sendall(drop)

    return behave


def flood(first: bytes, wave: bytes) -> Behaviour:
    """Begin, and then as much as the client takes."""

    def behave(sock: socket.socket, stop: threading.Event) -> None:
        sock.sendall(first)
        while not stop.is_set():
            sock.sendall(wave)

    return behave


def hang(sock: socket.socket, stop: threading.Event) -> None:
    """Say nothing and never hang up."""
    stop.wait()
