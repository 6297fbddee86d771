"""The contrast table of the design language is what the stylesheet's colours give, and each pair suffices."""

from __future__ import annotations

import re
from itertools import starmap

from django.conf import settings

CSS = (settings.BASE_DIR / "static" / "breakglass.css").read_text()
DOCUMENT = (settings.BASE_DIR / "docs" / "design-language.md").read_text()
COLOURS = {name: pair for name, *pair in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", CSS)}
COLOURS["white"] = ["#ffffff", "#ffffff"]
ROWS = re.findall(r"^\| ([\w-]+) on ([\w-]+) \| ([\d.]+) \| ([\d.]+) \|$", DOCUMENT, re.MULTILINE)
BOUNDARIES = {"edge", "focus"}


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance of `#rrggbb`."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return round((lighter + 0.05) / (darker + 0.05), 1)


def test_the_table_says_what_the_colours_are() -> None:
    assert len(ROWS) == 15
    measured = [
        (text, ground, *map(str, starmap(contrast, zip(COLOURS[text], COLOURS[ground], strict=True))))
        for text, ground, *_ in ROWS
    ]
    assert measured == ROWS


def test_every_pair_can_be_read() -> None:
    poor = [row for row in ROWS if min(map(float, row[2:])) < (3 if row[0] in BOUNDARIES else 4.5)]
    assert poor == []
