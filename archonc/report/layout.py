"""From a figure to shapes with their places: layers from top to bottom, boxes side by side.

Lengths are in pixels, from the top left corner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

from archonc.report.figure import Box, Figure, Lane
from archonc.report.text_width import fit, text_width

__all__ = ["Arrow", "Drawn", "Rect", "Words", "lay_out"]

MARGIN = 20.0
PAD = 10.0
GAP = 10.0
ARROW = 38.0
LINE = 16.0
BOX_HEIGHT = 3 * LINE + 14.0
PILL = 30.0
MOST_IN_LINE = 10
NARROWEST, WIDEST = 96.0, 190.0
TITLE, NAME, SMALL = 18.0, 13.0, 11.0


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle; `look` chooses its colours, `about` is shown to whoever points at it."""

    x: float
    y: float
    width: float
    height: float
    look: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text; x is where it begins, or its middle. It takes at most `room`."""

    x: float
    y: float
    text: str
    size: float
    room: float
    bold: bool = False
    middle: bool = False
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Arrow:
    """An arrow straight down."""

    x: float
    top: float
    bottom: float


Shape = Rect | Words | Arrow


@dataclass(frozen=True, slots=True)
class Drawn:
    """All shapes, later ones above earlier ones, and the size of the whole."""

    width: float
    height: float
    shapes: tuple[Shape, ...]


def lay_out(figure: Figure) -> Drawn:
    """Give every shape its place; no text is wider than its room."""
    return _Layout(figure).run()


@dataclass
class _Layout:
    figure: Figure
    shapes: list[Shape] = field(default_factory=list)
    y: float = MARGIN

    def run(self) -> Drawn:
        lanes = self.figure.lanes
        self.box = _box_width([box for lane in lanes for box in lane.boxes])
        self.gutter = _gutter_width(lanes)
        widest = max((min(len(lane.boxes), MOST_IN_LINE) for lane in lanes), default=1)
        self.row = widest * self.box + (widest - 1) * GAP
        title = text_width(self.figure.title, TITLE, bold=True)
        facts = text_width(_joined(self.figure.facts), SMALL)
        inside = float(ceil(max(self.gutter + self.row + 3 * PAD, facts, min(title, 600.0))))
        self.row = inside - self.gutter - 3 * PAD
        self.inside = inside
        self.middle = MARGIN + self.gutter + 2 * PAD + self.row / 2
        self._title()
        self._pill("question")
        for number, lane in enumerate(lanes):
            before = lanes[number - 1] if number else None
            self._arrow(before)
            self._lane(lane)
        self._arrow(lanes[-1] if lanes else None)
        self._pill(self.figure.answer)
        return Drawn(inside + 2 * MARGIN, self.y + MARGIN, tuple(self.shapes))

    def _title(self) -> None:
        room = self.inside
        title = fit(self.figure.title, TITLE, room, bold=True)
        facts = fit(_joined(self.figure.facts), SMALL, room)
        self.shapes.append(Words(MARGIN, self.y + TITLE, title, TITLE, room, bold=True))
        self.shapes.append(Words(MARGIN, self.y + TITLE + LINE + 2, facts, SMALL, room, faint=True))
        self.y += TITLE + 2 * LINE + 4

    def _pill(self, text: str) -> None:
        width = float(ceil(text_width(text, NAME) + 4 * PAD))
        self.shapes.append(Rect(self.middle - width / 2, self.y, width, PILL, "pill"))
        baseline = self.y + PILL / 2 + NAME / 3
        self.shapes.append(Words(self.middle, baseline, text, NAME, width, middle=True))
        self.y += PILL

    def _arrow(self, before: Lane | None) -> None:
        self.shapes.append(Arrow(self.middle, self.y + 3, self.y + ARROW - 3))
        if before is not None:
            x, y = self.middle + 10, self.y + ARROW / 2 + NAME / 3
            wide = text_width(before.outflow, NAME, bold=True)
            room = self.row / 2 - 10
            self.shapes.append(Words(x, y, before.outflow, NAME, room, bold=True))
            if before.carried:
                room -= wide + 8
                carried = fit(f"with {before.carried}", SMALL, room)
                self.shapes.append(Words(x + wide + 8, y, carried, SMALL, room, faint=True))
        self.y += ARROW

    def _lane(self, lane: Lane) -> None:
        lines = [
            lane.boxes[at : at + MOST_IN_LINE] for at in range(0, len(lane.boxes), MOST_IN_LINE)
        ]
        height = max(len(lines) * (BOX_HEIGHT + GAP) - GAP, (len(lane.facts) + 1) * LINE) + 2 * PAD
        self.shapes.append(Rect(MARGIN, self.y, self.inside, height, "lane"))
        self._gutter(lane, height)
        y = self.y + (height - len(lines) * (BOX_HEIGHT + GAP) + GAP) / 2
        for line in lines:
            wide = len(line) * self.box + (len(line) - 1) * GAP
            for number, box in enumerate(line):
                self._box(box, self.middle - wide / 2 + number * (self.box + GAP), y)
            y += BOX_HEIGHT + GAP
        self.y += height

    def _gutter(self, lane: Lane, height: float) -> None:
        x, room = MARGIN + PAD, self.gutter
        y = self.y + (height - (len(lane.facts) + 1) * LINE) / 2 + NAME
        name = fit(lane.name, NAME, room, bold=True)
        self.shapes.append(Words(x, y, name, NAME, room, bold=True))
        for fact in lane.facts:
            y += LINE
            self.shapes.append(Words(x, y, fit(fact, SMALL, room), SMALL, room, faint=True))

    def _box(self, box: Box, x: float, y: float) -> None:
        self.shapes.append(Rect(x, y, self.box, BOX_HEIGHT, box.technique, box.about))
        rows = [(_head(box), NAME, True), (box.model, NAME, False), (box.detail, SMALL, False)]
        rows = [row for row in rows if row[0]]
        room = self.box - PAD
        baseline = y + (BOX_HEIGHT - len(rows) * LINE) / 2 + NAME - 1
        for text, size, bold in rows:
            shown = fit(text, size, room, bold=bold)
            self.shapes.append(
                Words(x + self.box / 2, baseline, shown, size, room, bold=bold, middle=True)
            )
            baseline += LINE


def _joined(facts: Sequence[str]) -> str:
    return "  ·  ".join(facts)


def _head(box: Box) -> str:
    return box.technique if box.count == 1 else f"{box.count} × {box.technique}"


def _box_width(boxes: Sequence[Box]) -> float:
    """Choose one width for all boxes, so that they stand in columns."""
    texts = [
        max(
            text_width(_head(box), NAME, bold=True),
            text_width(box.model, NAME),
            text_width(box.detail, SMALL),
        )
        for box in boxes
    ]
    return float(ceil(min(max([*texts, NARROWEST - PAD]) + PAD, WIDEST)))


def _gutter_width(lanes: Sequence[Lane]) -> float:
    texts = [text_width(lane.name, NAME, bold=True) for lane in lanes]
    texts += [text_width(fact, SMALL) for lane in lanes for fact in lane.facts]
    return float(ceil(min(max([*texts, NARROWEST]), WIDEST)))
