"""Where pip would install from, uv does too: a mirror, a certificate or a proxy set for pip holds for both."""

import pytest

from bootstrap import indexes

LISTING = """\
global.index-url='https://mirror.example/simple'
global.cert='/etc/ssl/own.pem'
install.find-links='/srv/wheels /srv/more'
:env:.index-url='https://other.example/simple?a=b'
global.no-index='true'
"""


@pytest.fixture(autouse=True)
def _no_settings_of_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in {*indexes.TRANSLATED.values(), *indexes.UV_INDEXES}:
        monkeypatch.delenv(name, raising=False)


def test_listing_is_read_with_the_environment_last() -> None:
    assert indexes.parse(LISTING) == {
        "index-url": "https://other.example/simple?a=b",
        "cert": "/etc/ssl/own.pem",
        "find-links": "/srv/wheels /srv/more",
        "no-index": "true",
    }


def test_settings_get_the_names_of_uv() -> None:
    settings = {"index-url": "https://mirror.example/simple", "cert": "/own.pem", "proxy": "http://proxy:3128"}
    assert indexes.translate({**settings, "timeout": "90", "quiet": "1"}) == {
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
        "SSL_CERT_FILE": "/own.pem",
        "HTTPS_PROXY": "http://proxy:3128",
        "UV_HTTP_TIMEOUT": "90",
    }


def test_folders_of_wheels_count_only_where_there_is_no_index() -> None:
    links = {"find-links": "/srv/wheels\n/srv/more"}
    assert [indexes.translate(links), indexes.translate({**links, "no-index": "true"})] == [
        {},
        {"UV_NO_INDEX": "true", "UV_FIND_LINKS": "/srv/wheels,/srv/more"},
    ]


def test_variable_that_is_set_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/already.pem")
    assert indexes.translate({"cert": "/own.pem"}) == {}


def test_uv_with_settings_of_its_own_gets_none_of_pips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://uv.example/simple")
    assert indexes.for_uv(["echo", "global.index-url='https://mirror.example/simple'"]) == {}


def test_pips_settings_are_asked_of_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexes, "UV_FILES", ())
    found = indexes.for_uv(["printf", "%s %s", "global.index-url='https://mirror.example/simple'"])
    assert found == {"UV_DEFAULT_INDEX": "https://mirror.example/simple"}
