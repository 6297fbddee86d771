from dataclasses import FrozenInstanceError, dataclass
from typing import ClassVar

import pytest

from audit import kinds
from audit.kinds import ChecksSealed, GenesisRecorded, Kind
from tests.audit.conftest import sealed


@dataclass(frozen=True)
class Place:
    city: str
    rooms: tuple[int, ...]


@pytest.fixture
def vocabulary(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kinds that a test declares are forgotten afterwards."""
    monkeypatch.setattr(kinds, "KINDS", dict(kinds.KINDS))


def test_the_log_speaks_of_itself() -> None:
    assert (kinds.KINDS["log.opened"], kinds.KINDS["checks.sealed"]) == (GenesisRecorded, ChecksSealed)


def test_every_kind_is_a_noun_and_a_past() -> None:
    assert {kind for kind in kinds.KINDS if kind.count(".") != 1} == set()


def test_columns_are_the_fields_unless_said_otherwise(vocabulary: None) -> None:
    class NoteTaken(Kind):
        kind: ClassVar[str] = "note.taken"
        columns: ClassVar[tuple[str, ...]] = ("text", "place.city")
        text: str
        place: Place

    assert ChecksSealed.columns == ("batch", "count", "root", "first_at", "last_at")
    assert NoteTaken.columns == ("text", "place.city")


def test_data_is_plain_json(vocabulary: None) -> None:
    class NoteMoved(Kind):
        kind: ClassVar[str] = "note.moved"
        places: tuple[Place, ...]
        by: dict[str, tuple[str, ...]]
        over: int | None = None

    moved = NoteMoved(places=(Place("Jena", (1, 2)),), by={"who": ("a",)})
    assert moved.as_data() == {"places": [{"city": "Jena", "rooms": [1, 2]}], "by": {"who": ["a"]}, "over": None}


def test_a_value_is_frozen_and_named() -> None:
    with pytest.raises(FrozenInstanceError):
        sealed(1).count = 2  # type: ignore[misc]
    with pytest.raises(TypeError):
        ChecksSealed(1, 2, "", "", "")  # type: ignore[call-arg]


def test_two_kinds_of_one_name_are_refused(vocabulary: None) -> None:
    with pytest.raises(TypeError, match=r"^SealedAgain and ChecksSealed are both 'checks\.sealed': rename one\.$"):

        class SealedAgain(Kind):
            kind: ClassVar[str] = "checks.sealed"


@pytest.mark.parametrize("name", ["sealed", "Checks.sealed", "checks.", "checks.sealed.again", "checks-.sealed"])
def test_a_kind_that_is_not_noun_past_is_refused(vocabulary: None, name: str) -> None:
    with pytest.raises(TypeError, match=r"name it noun\.past"):
        type("Misnamed", (Kind,), {"kind": name})
