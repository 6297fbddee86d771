"""What an act is to the tests, and from what it is brought about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from breakglass.models import Bypass
from breakglass.scopes import Scope
from tests.cast import ASK, NOW, Cast

LATER = NOW + timedelta(minutes=2)
MUCH_LATER = NOW + timedelta(days=1)
SCOPE = Scope("payments", "ci", ASK.branch)


@dataclass
class World:
    """What the acts are brought about from."""

    acme: Cast
    ask: Callable[..., Bypass]
    approve: Callable[..., Bypass]


type Ready = Callable[[], object]
type Arrange = Callable[[World], Ready]
type Action = Callable[..., Any]


@dataclass(frozen=True)
class Act:
    """An action: arranged, it is ready to be done; done, it has appended these kinds of entry."""

    arrange: Arrange
    kinds: tuple[str, ...]
