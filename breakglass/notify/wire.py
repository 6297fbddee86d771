"""Sockets on one deadline: whatever the other side does, and however slowly, it is over when the time is."""

from __future__ import annotations

import io
import queue
import socket
import ssl
import threading
import time
from collections.abc import Buffer

HEAD = 64 * 1024  # bytes of status line and headers, beside the body's


class Clock:
    """How much of the time is left."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds. Raises TimeoutError when there are none."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"no complete answer within {self.seconds:g} seconds")
        return left


class Wire:
    """A connected socket as http.client uses one. It stays open until its owner closes the socket itself."""

    def __init__(self, sock: socket.socket, clock: Clock, most: int) -> None:
        self.sock, self.clock, self.most = sock, clock, most

    def sendall(self, data: Buffer) -> None:
        """As a socket's; the whole of it has what is left of the time."""
        self.sock.settimeout(self.clock.left())
        self.sock.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        """What the other side says."""
        return io.BufferedReader(_Reader(self.sock, self.clock, HEAD + self.most))

    def close(self) -> None:
        """Nothing: http.client closes before the answer is read."""


class _Reader(io.RawIOBase):
    def __init__(self, sock: socket.socket, clock: Clock, most: int) -> None:
        self.sock, self.clock, self.most = sock, clock, most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        """Raises TimeoutError after the deadline, ConnectionError after too many bytes."""
        if self.most <= 0:
            raise ConnectionError("the answer is longer than the portal reads")
        self.sock.settimeout(self.clock.left())
        read = self.sock.recv_into(buffer)
        self.most -= read
        return read


def resolve(host: str, port: int, clock: Clock) -> list[str]:
    """The host's addresses, in the resolver's order. Raises OSError when there are none in time."""
    answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
            answers.put([str(one[4][0]) for one in found])
        except UnicodeError:
            answers.put(OSError(f"{host} is no host name"))
        except OSError as error:
            answers.put(OSError(f"{host} was not found: {error.strerror or error}"))

    # getaddrinfo knows no timeout: a thread that is left behind does.
    threading.Thread(target=ask, daemon=True).start()
    try:
        found = answers.get(timeout=clock.left())
    except queue.Empty:
        raise TimeoutError(f"{host} was not found within {clock.seconds:g} seconds") from None
    if isinstance(found, OSError):
        raise found
    return found


def connect(addresses: list[str], port: int, *, tls: str | None, clock: Clock) -> socket.socket:
    """A connection to the first address that takes one, with TLS for the host name `tls` if it is given.

    The certificate has to be good for that name. Raises OSError: what the last address said.
    """
    problem = OSError("it has no address")
    for address in addresses:
        try:
            sock = socket.create_connection((address, port), timeout=clock.left())
        except OSError as error:
            problem = error
            continue
        return sock if tls is None else ssl.create_default_context().wrap_socket(sock, server_hostname=tls)
    raise problem
