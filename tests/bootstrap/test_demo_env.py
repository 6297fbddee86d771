"""The demo's settings file: made once, refreshed after that, and read the same by a shell."""

import shutil
import subprocess
from pathlib import Path

import dj_database_url
import pytest

from bootstrap import demo
from bootstrap.shell import SetupError

NAMES = [
    "SECRET_KEY",
    "KEY_ENCRYPTION_SECRET",
    "DATABASE_URL",
    "SITE_URL",
    "EMAIL_URL",
    "CACHE_URL",
    "SIGNER",
    "STYLEGUIDE",
]


def _as_a_shell_reads_it(file: Path) -> dict[str, str]:
    script = f'set -a; . "$1"; for name in {" ".join(NAMES)}; do eval "printf \'%s\\n\' \\"\\$$name\\""; done'
    done = subprocess.run(["sh", "-c", script, "sh", str(file)], capture_output=True, text=True, check=True, env={})
    return dict(zip(NAMES, done.stdout.splitlines(), strict=True))


def test_first_run_writes_every_setting(tmp_path: Path) -> None:
    settings = demo.write(tmp_path, 8000)
    assert list(settings) == NAMES
    assert {name: settings[name] for name in NAMES[2:]} == {
        "DATABASE_URL": f"sqlite:///{tmp_path}/demo.sqlite3",
        "SITE_URL": "http://localhost:8000",
        "EMAIL_URL": f"file://{tmp_path}/mail",
        "CACHE_URL": "db://django_cache",
        "SIGNER": "embedded",
        "STYLEGUIDE": "1",
    }


def test_secrets_are_long_and_differ(tmp_path: Path) -> None:
    first, second = demo.write(tmp_path / "a", 8000), demo.write(tmp_path / "b", 8000)
    drawn = {settings[name] for settings in (first, second) for name in demo.SECRETS}
    assert [len(drawn), *map(len, drawn)] == [4, 64, 64, 64, 64]


def test_second_run_keeps_the_secrets_and_takes_the_port(tmp_path: Path) -> None:
    first, second = demo.write(tmp_path, 8000), demo.write(tmp_path, 8001)
    assert second == {**first, "SITE_URL": "http://localhost:8001"}


def test_moved_folder_keeps_the_secrets_and_takes_its_new_paths(tmp_path: Path) -> None:
    first = demo.write(tmp_path / "old", 8000)
    shutil.move(tmp_path / "old", tmp_path / "new")
    moved = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/new/demo.sqlite3",
        "EMAIL_URL": f"file://{tmp_path}/new/mail",
    }
    assert demo.write(tmp_path / "new", 8000) == {**first, **moved}


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    demo.write(tmp_path / "var", 8000)
    assert [(path.name, path.stat().st_mode & 0o777) for path in sorted(tmp_path.rglob("*"))] == [
        ("var", 0o700),
        ("demo.env", 0o600),
    ]


def test_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "demo.env").touch(mode=0o644)
    demo.write(tmp_path, 8000)
    assert [(path.name, path.stat().st_mode & 0o777) for path in tmp_path.iterdir()] == [("demo.env", 0o600)]


@pytest.mark.parametrize("name", ["plain", "with a space", "it's $HOME; `id` #1", "äöü"])
def test_shell_reads_what_was_written(tmp_path: Path, name: str) -> None:
    settings = demo.write(tmp_path / name, 8000)
    assert _as_a_shell_reads_it(tmp_path / name / "demo.env") == settings


def test_django_finds_the_database_in_a_folder_with_an_odd_name(tmp_path: Path) -> None:
    folder = tmp_path / "it's 100% a b#c?d"
    parsed = dj_database_url.parse(demo.write(folder, 8000)["DATABASE_URL"])
    assert parsed["NAME"] == str(folder / "demo.sqlite3")


def test_secret_that_a_person_wrote_is_kept_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "demo.env").write_text("# mine\nSECRET_KEY='a b$c;d #e'\n")
    assert demo.write(tmp_path, 8000)["SECRET_KEY"] == "a b$c;d #e"
    assert _as_a_shell_reads_it(tmp_path / "demo.env")["SECRET_KEY"] == "a b$c;d #e"


@pytest.mark.parametrize(("port", "number"), [("1", 1), ("65535", 65535), ("", 8000)])
def test_port_is_a_number_and_8000_by_default(port: str, number: int) -> None:
    assert demo.port_of({"PORT": port}) == number


def test_callers_own_settings_give_way(tmp_path: Path) -> None:
    callers = {"DATABASE_URL": "postgres://elsewhere/x", "SECRET_KEY_FILE": "/run/secrets/key", "HOME": "/home/rosa"}
    assert demo.environment(callers, {"DATABASE_URL": "sqlite:///x", "SECRET_KEY": "k"}, tmp_path, 8001) == {
        "HOME": "/home/rosa",
        "DATABASE_URL": "sqlite:///x",
        "SECRET_KEY": "k",
        "DEMO_DIR": str(tmp_path),
        "PORT": "8001",
    }


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "\uff18000", "80 00"])
def test_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(SetupError) as refusal:
        demo.port_of({"PORT": port})
    assert str(refusal.value) == f"PORT is {port!r}: set it to a number from 1 to 65535."
