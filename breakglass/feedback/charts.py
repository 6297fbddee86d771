"""Bar charts as plain numbers, for templates to draw as SVG with attributes alone: nothing is styled inline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from breakglass.feedback.numbers import RuleNumbers
from breakglass.times import span

WIDTH = 360
ROW = 44  # a line of text and the bar below it
MOST = 8
LONGEST = 34  # characters of a label that fit the width


@dataclass(frozen=True)
class Bar:
    """One bar with its label above it; lengths in the units of the chart's own grid."""

    label: str
    value: str
    text_y: int
    bar_y: int
    length: int


@dataclass(frozen=True)
class Chart:
    """Bars under one title, which also says it to those who can't see them."""

    title: str
    width: int
    height: int
    bars: tuple[Bar, ...]


def of(rules: Sequence[RuleNumbers]) -> list[Chart]:
    """How often, how long until open, and how long open: for the rules asked for most."""
    charts = [
        _chart("Bypasses asked for", rules, lambda one: one.asked, str),
        _chart("Median time from asked to open", rules, lambda one: one.median_to_open, span),
        _chart("Time held open, together", rules, lambda one: one.total_held or None, span),
    ]
    return [chart for chart in charts if chart.bars]


def _chart(
    title: str, rules: Sequence[RuleNumbers], value: Callable[[RuleNumbers], int | None], show: Callable[[int], str]
) -> Chart:
    known = [(one, number) for one in rules if (number := value(one)) is not None][:MOST]
    most = max((number for _, number in known), default=0) or 1
    bars = tuple(
        Bar(
            label=shorten(f"{one.name} at {one.gate}"),
            value=show(number),
            text_y=ROW * row + 16,
            bar_y=ROW * row + 24,
            length=max(2, round(WIDTH * number / most)),
        )
        for row, (one, number) in enumerate(known)
    )
    return Chart(title, WIDTH, max(1, ROW * len(bars)), bars)


def shorten(label: str) -> str:
    """What fits above a bar; the table has it whole."""
    return label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…"
