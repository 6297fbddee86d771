"""A view that does not say who may call it: nothing starts with one, neither a command nor a server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.generic import View
from pytest_django import Settings

from tenants import access

ROOT = Path(__file__).parent.parent


def silent(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"for everybody, by mistake")


class Silent(View):
    """The same as a class."""


spoken = access.public(lambda request: HttpResponse(b"for everybody, on purpose"))
spoken.__module__, spoken.__name__ = __name__, "spoken"


def test_every_view_of_the_portal_says_who_may_call_it() -> None:
    access.require_declared()
    assert (access.silent(), access.check_declared(), len(list(access.views())) > 20) == ([], [], True)


@pytest.fixture
def addresses(settings: Settings) -> list[object]:
    """The portal with these addresses only."""
    urls = ModuleType("addresses")
    found: list[object] = []
    urls.urlpatterns = found  # type: ignore[attr-defined]
    sys.modules["addresses"] = urls
    settings.ROOT_URLCONF = "addresses"
    return found


def test_a_silent_view_is_named_and_nothing_starts(addresses: list[object], db: None) -> None:
    addresses += [
        path("a", spoken),
        path("b/", include([path("c/", include([path("d", silent)]))])),
        path("e", Silent.as_view()),
    ]
    names = [f"{__name__}.silent", f"{__name__}.Silent"]
    assert access.silent() == names
    with pytest.raises(ImproperlyConfigured) as refused:
        access.require_declared()
    assert str(refused.value) == f"Declare who may call {', '.join(names)}: see tenants/access.py."
    found = [(error.id, error.msg) for error in run_checks() if error.id == "tenants.E001"]
    assert found == [("tenants.E001", f"{name} does not say who may call it.") for name in names]


@pytest.mark.parametrize(
    ("decorate", "declared"),
    [
        (access.public, access.Access("public")),
        (access.signed_in, access.Access("signed_in")),
        (access.member(), access.Access("member")),
        (access.machine, access.Access("machine")),
        (access.operator, access.Access("operator")),
    ],
)
def test_a_decorator_declares(decorate: object, declared: access.Access) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    assert callable(decorate)
    assert access.declared(decorate(view)) == declared


def start(command: list[str], place: Path) -> subprocess.CompletedProcess[str]:
    """Run Python with settings whose addresses lead to a silent view."""
    (place / "careless_urls.py").write_text(
        "from django.http import HttpResponse\n"
        "from django.urls import include, path\n"
        "def silent(request): return HttpResponse()\n"
        "urlpatterns = [path('', include('breakglass.urls')), path('oops', silent)]\n"
    )
    (place / "careless.py").write_text("from breakglass.settings import *\nROOT_URLCONF = 'careless_urls'\n")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "careless",
        "PYTHONPATH": os.pathsep.join([str(place), str(ROOT)]),
        "DATABASE_URL": "sqlite://:memory:",
    }
    return subprocess.run(
        [sys.executable, *command], env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


def test_a_server_does_not_start(tmp_path: Path) -> None:
    ended = start(["-c", "import breakglass.wsgi"], tmp_path)
    last = ended.stderr.strip().splitlines()[-1]
    sentence = "Declare who may call careless_urls.silent: see tenants/access.py."
    assert (ended.returncode, last) == (1, f"django.core.exceptions.ImproperlyConfigured: {sentence}")


@pytest.mark.parametrize("command", ["check", "migrate", "runserver --noreload", "qcluster"])
def test_a_command_does_not_start(command: str, tmp_path: Path) -> None:
    ended = start(["manage.py", *command.split()], tmp_path)
    assert (ended.returncode, "(tenants.E001) careless_urls.silent does not say who may call it." in ended.stderr) == (
        1,
        True,
    )
