"""Reads an answered page the way a person does: its fields with what is in them, its buttons, its words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

SILENT = frozenset({"script", "style", "title", "option"})


@dataclass
class Button:
    """A button by its label; `described` is the id of what describes it."""

    label: str = ""
    disabled: bool = False
    described: str = ""


@dataclass
class Page(HTMLParser):
    """The parts of a page that tests ask about."""

    answer: Any  # a response: of a view, or of the test client
    fields: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    wrong: set[str] = field(default_factory=set)
    by_id: dict[str, str] = field(default_factory=lambda: defaultdict(str))
    links: list[str] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)
    text: str = ""
    tags: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[tuple[str, str]] = []
        self._typing = self._select = ""
        self.feed(self.answer.content.decode())
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect fields, buttons, links and what is marked as wrong."""
        got = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if "aria-invalid" in got:
            self.wrong.add(got["id"])
        if tag == "a":
            self.links.append(got.get("href", ""))
        if tag == "button":
            self.buttons.append(Button("", "disabled" in got, got.get("aria-describedby", "")))
        self._field(tag, got)
        if tag not in {"input", "meta", "link", "br"}:
            self._open.append((tag, got.get("id", "")))

    def _field(self, tag: str, got: dict[str, str]) -> None:
        name = got.get("name", "")
        if tag == "input" and (got.get("type") not in {"radio", "checkbox"} or "checked" in got):
            self.fields[name].append(got.get("value", ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in got:
            self.fields[self._select].append(got.get("value", ""))
        elif tag == "textarea":
            self._typing = name
            self.fields[name].append("")

    def handle_endtag(self, tag: str) -> None:
        """Close the nearest such tag."""
        if tag == "textarea":
            # As a browser does: the first newline after the tag is not part of the text.
            self.fields[self._typing][-1] = self.fields[self._typing][-1].removeprefix("\n")
            self._typing = ""
        if tag == "select":
            self._select = ""
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Words of the page, and of each element that has an id."""
        if self._typing:
            self.fields[self._typing][-1] += data
            return
        if self._open and self._open[-1][0] == "button":
            self.buttons[-1].label += data.strip()
        for _, identifier in self._open:
            if identifier:
                self.by_id[identifier] = " ".join((self.by_id[identifier] + data).split())
        if not self._open or self._open[-1][0] not in SILENT:
            self.text += data

    def value(self, name: str) -> str:
        """The one value that the form would send; "" for none."""
        found = self.fields.get(name, [])
        assert len(found) < 2, f"{name} would be sent {len(found)} times"
        return found[0] if found else ""

    def button(self, label: str) -> Button:
        """The one button with this label."""
        (only,) = [button for button in self.buttons if button.label == label]
        return only

    def refusal(self, label: str) -> str:
        """The sentence beside a disabled button; "" for one that can be pressed."""
        button = self.button(label)
        assert button.disabled == bool(button.described)
        return self.by_id[button.described] if button.disabled else ""
