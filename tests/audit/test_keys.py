import pytest
from pytest_django import Settings

from audit.certificates import new_key, spki
from audit.keys import lock, signing_keys, unlock
from audit.log import KeysLocked, check_signer
from audit.models import Log


def test_a_locked_key_opens_for_its_own_purpose() -> None:
    key = new_key()
    locked = lock(key, "here")
    assert spki(unlock(locked, "here").public_key()) == spki(key.public_key())
    assert b"PRIVATE" not in locked


def test_a_key_moved_elsewhere_does_not_open() -> None:
    with pytest.raises(KeysLocked, match=r"^The key for there does not open: set KEY_ENCRYPTION_SECRET to the value"):
        unlock(lock(new_key(), "here"), "there")


def test_each_log_has_three_keys_of_its_own(log: Log) -> None:
    keys = signing_keys(log)
    assert len({spki(key.public_key()) for key in (keys.log, keys.ct, keys.issuer)}) == 3


@pytest.mark.usefixtures("log")
def test_the_signer_is_ready_only_with_the_secret_of_its_logs(settings: Settings) -> None:
    assert check_signer() == ""
    settings.KEY_ENCRYPTION_SECRET = "a secret that no log was ever opened with"
    assert check_signer() == (
        "The key for initech.log.localhost 1 log does not open: "
        "set KEY_ENCRYPTION_SECRET to the value it was made with."
    )
