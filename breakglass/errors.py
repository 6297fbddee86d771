"""What a refused act says: one sentence for the person, one HTTP status for the edge.

Raised by the ground floor and by actions; the edges turn them into pages and JSON and never write their own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar


class BypassError(Exception):
    """A refusal. `sentence` says what happened and what to do next; `field` names the form field, if there is one."""

    status: ClassVar[int] = 400

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class BadInput(BypassError):
    """400: what was sent can't be used. `fields` maps each field to its sentences, all problems at once."""

    def __init__(self, fields: Mapping[str, Iterable[str]]) -> None:
        self.fields = {field: tuple(sentences) for field, sentences in fields.items()}
        only = next(iter(self.fields)) if len(self.fields) == 1 else None
        super().__init__(" ".join(one for sentences in self.fields.values() for one in sentences), field=only)


class Forbidden(BypassError):
    """403: this person may not, though somebody else in the tenant may."""

    status = 403


class NotFound(BypassError):
    """404: not there, or another tenant's, which is the same answer."""

    status = 404


class WrongState(BypassError):
    """409: the bypass, or what was seen of it, has moved on."""

    status = 409


class TooLarge(BypassError):
    """413: more bytes than are read."""

    status = 413


class Busy(BypassError):
    """503: not now; nothing was changed."""

    status = 503


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """One thing wrong in a policy document: the line (from 1; 0 is the document), what it is, and the repair."""

    line: int
    what: str
    repair: str

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{place}{self.what}; {self.repair}"


class PolicyError(BypassError):
    """400: a policy that can't be relied on, with every problem found in it, in the order of the lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems), field="policy")
