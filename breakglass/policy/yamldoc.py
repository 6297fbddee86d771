"""Reads YAML that somebody uploads: plain mappings, lists and scalars with their lines, and nothing that can explode.

Anchors, aliases, tags, several documents, deep nesting and big files are refused before anything is built.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Concatenate

import yaml

from breakglass.errors import PolicyError, Problem
from breakglass.policy.directory import did_you_mean

LARGEST = 256 * 1024
DEEPEST = 20
MOST_PROBLEMS = 100

_PLAIN_NUMBER = re.compile(r"[1-9][0-9]{0,5}")


class Refused(Exception):
    """This place is of no use; its problem has been noted."""


class _Loader(yaml.SafeLoader):
    """The safe loader, which here only composes nodes, and no node that refers, names itself or nests deeper."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1
        if getattr(event, "anchor", None):
            raise _whole(
                line, "anchors and aliases are not read here", "write the value out, in quotes if it begins with * or &"
            )
        if getattr(event, "tag", None):
            raise _whole(line, "tags are not read here", "take out what begins with !")
        if self.depth >= DEEPEST:
            raise _whole(line, f"the document nests deeper than {DEEPEST} levels", "write it as the example shows")
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


def _whole(line: int, what: str, repair: str) -> PolicyError:
    return PolicyError([Problem(line, what, repair)])


@dataclass(frozen=True)
class Place:
    """A node of the document with its path, which notes problems on a list that all places share."""

    node: yaml.Node
    path: str
    problems: list[Problem] = field(compare=False)

    @property
    def line(self) -> int:
        """Where it starts, from 1."""
        return self.node.start_mark.line + 1

    @property
    def _name(self) -> str:
        return self.path or "the document"

    def note(self, what: str, repair: str) -> None:
        """Put a problem with this place on the list, unless it is long enough; `what` goes on after the path."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(self.line, f"{self._name} {what}", repair))

    def refuse(self, what: str, repair: str) -> Refused:
        """The same, with something to raise."""
        self.note(what, repair)
        return Refused()

    def entries(self) -> dict[str, "Place"]:
        """The mapping's values by key. A key that is given twice is noted, and its first value stands."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.refuse("is not a mapping", "write `key: value` lines under it")
        found: dict[str, Place] = {}
        for key_node, value in self.node.value:
            key = self._at(key_node, f"a key of {self._name}").text()
            if key in found:
                self._at(key_node, self._join(key)).note("is given twice", "keep one of them")
            else:
                found[key] = self._at(value, self._join(key))
        return found

    def items(self) -> Iterator["Place"]:
        """The list's items; paths count from 1."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.refuse("is not a list", "write it as [first, second]")
        return (self._at(node, f"{self.path}[{number}]") for number, node in enumerate(self.node.value, 1))

    def known(
        self, required: tuple[str, ...], optional: tuple[str, ...] = (), later: tuple[str, ...] = ()
    ) -> dict[str, "Place"]:
        """The entries that may be here. Notes the others, those of a later version, and what is required and absent."""
        found = self.entries()
        for key in found.keys() - {*required, *optional}:
            if key in later:
                found[key].note("is not known in this version, so nobody would act on it", "take it out")
            else:
                found[key].note("is not a key that is read here", did_you_mean(key, (*required, *optional)))
        for key in required:
            if key not in found:
                self.note(f"has no '{key}'", f"add {key}")
        return found

    def scalar(self) -> str:
        """One value, as it is written."""
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.refuse("is not a single value", "write one value there")
        if not self.node.value.isprintable():
            raise self.refuse("holds a character that can't be seen", "take it out")
        return str(self.node.value)

    def text(self) -> str:
        """One value that YAML reads as text, and not as a number, a date, nothing or yes."""
        written = self.scalar()
        if self.node.tag != "tag:yaml.org,2002:str":
            shown = written[:40] or "empty"
            raise self.refuse(f"is {shown}, which YAML does not read as text", "write the text in quotes")
        return written

    def number(self, most: int) -> int:
        """A whole number from 1 to `most`, in plain digits."""
        written = self.scalar()
        if not (_PLAIN_NUMBER.fullmatch(written) and int(written) <= most):
            raise self.refuse(f"is not a whole number from 1 to {most}", "write one in digits")
        return int(written)

    def _at(self, node: yaml.Node, path: str) -> "Place":
        return Place(node, path, self.problems)

    def _join(self, key: str) -> str:
        return f"{self.path}.{key[:80]}" if self.path else key[:80]


def attempt[**P, T](
    reader: Callable[Concatenate[Place, P], T], place: Place | None, *args: P.args, **kwargs: P.kwargs
) -> T | None:
    """What the reader makes of the place; None without a place, or when it was refused, so that the rest is read."""
    if place is None:
        return None
    try:
        return reader(place, *args, **kwargs)
    except Refused:
        return None


def read(text: str | bytes) -> Place:
    """The document's root. Raises PolicyError with one problem when it can't be read as a whole."""
    try:
        node = yaml.compose(_decode(text), Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise _whole(line, f"this is not YAML: {error.problem}", "correct the line, or the one above") from error
    except yaml.YAMLError as error:
        raise _whole(0, "the document holds a character that YAML does not allow", "take it out") from error
    if node is None:
        raise _whole(0, "the document is empty", "start it with `version: 1`")
    return Place(node, "", [])


def _decode(text: str | bytes) -> str:
    try:
        raw = text.encode() if isinstance(text, str) else text
        if len(raw) > LARGEST:
            raise _whole(0, f"the document is larger than {LARGEST // 1024} KiB", "shorten it")
        return raw.decode("utf-8")
    except UnicodeError as error:
        raise _whole(0, "the document is not UTF-8", "save it as UTF-8") from error


def check_seen(text: str | bytes, root: Place) -> None:
    """Notes the lines with marks that turn or hide text, in comments too: they show another policy than there is."""
    for number, line in enumerate(_decode(text).removeprefix("\ufeff").split("\n"), start=1):
        if not line.removesuffix("\r").replace("\t", " ").isprintable() and len(root.problems) < MOST_PROBLEMS:
            root.problems.append(Problem(number, "the line holds a character that can't be seen", "take it out"))
