"""Whoever may come to a door: a browser signed in or not, a pipeline with its token."""

from __future__ import annotations

import contextvars
import re
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.cast import Cast
from tests.tenancy.planted import Planted
from tests.tenancy.table import Row

PASSWORD = "a password for rosa and for nobody else"


def visitor(column: str) -> Client:
    """The client that a column of the table stands for."""
    acme, globex = Cast("acme"), Cast("globex")
    match column:
        case "signed out":
            return Client()
        case "stranger":
            return globex.client("rosa")
        case "their admin":
            return globex.client("gwen")
        case "gate token":
            return bearer(acme.secret("ci-checks"))
        case "their token":
            return bearer(globex.secret("ci-checks"))
    return acme.client(column)


def bearer(secret: str) -> Client:
    """A pipeline that sends this token."""
    return Client(headers={"Authorization": f"Bearer {secret}"})


def visit(client: Client, row: Row, planted: Planted, tenant: str = "acme") -> HttpResponse:
    """Knock as the row says, in a context of its own: no tenant that the test has entered is seen there."""
    return outside(client, row.method, row.path(planted, tenant), row.send(planted), json=row.name.startswith("api-"))


def outside(client: Client, method: str, path: str, sent: Any = None, *, json: bool = False) -> HttpResponse:
    """One request in an empty context, as a server's process would begin it."""
    how = {"content_type": "application/json"} if json and method == "post" else {}
    send: Callable[..., HttpResponse] = getattr(client, method)
    return contextvars.Context().run(lambda: send(path, sent, **how))


def everything(answer: HttpResponse) -> str:
    """The headers, cookies and body of an answer, as one text."""
    headers = "\n".join(f"{name}: {value}" for name, value in answer.items())
    return f"{headers}\n{answer.cookies}\n{answer.content.decode('utf-8', 'replace')}"


def still(text: str) -> str:
    """An answer without the parts that differ at every look."""
    return re.sub(r'(token" value="|csrftoken=|sessionid=|expires=|Expires: )[\w, :]+', r"\1", text)


def sign_in(client: Client, **more: str) -> str:
    """Where rosa is sent after signing in with her password."""
    answer = client.post("/accounts/login/", {"login": "rosa@acme.example", "password": PASSWORD, **more})
    return str(answer.headers["Location"])
