"""From a figure to shapes with their places: layers from top to bottom, boxes side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

from archonc.report.figure import Box, Figure, Lane
from archonc.report.measure import (
    ARROW,
    BOX_HEIGHT,
    GAP,
    LINE,
    NAME,
    PAD,
    SMALL,
    MeasuredFrame,
    MeasuredLane,
    Row,
    Stack,
    box_width,
    frame_head,
    head,
    measure,
    pill_width,
)
from archonc.report.shapes import Arrow, Drawn, Rect, Shape, Words
from archonc.report.text_width import fit, text_width

__all__ = ["lay_out"]

MARGIN, PILL, TITLE = 20.0, 30.0, 18.0
WIDEST_TITLE = 600.0


def lay_out(figure: Figure) -> Drawn:
    """Give every shape its place; no text is wider than its room."""
    box = box_width(figure.lanes)
    stack = measure(figure.lanes, box)
    title = min(text_width(figure.title, TITLE, bold=True), WIDEST_TITLE)
    facts = text_width(_joined(figure.facts), SMALL)
    pill = stack.gutter + pill_width(figure.answer) + 3 * PAD
    width = float(ceil(max(stack.width, facts, title, pill)))
    return _Layout(figure, stack, box, width).run()


@dataclass
class _Layout:
    """`width` is that of the whole without its margins."""

    figure: Figure
    stack: Stack
    box: float
    width: float
    shapes: list[Shape] = field(default_factory=list)

    def run(self) -> Drawn:
        middle = _middle(MARGIN, self.width, self.stack.gutter)
        room = self.width - self.stack.gutter
        y = self._title(MARGIN)
        y = self._pill("question", middle, y)
        y = self._arrow(None, middle, y, room)
        y = self._stack(self.stack, MARGIN, y, self.width)
        y = self._arrow(self.figure.lanes[-1], middle, y, room)
        y = self._pill(self.figure.answer, middle, y)
        return Drawn(self.width + 2 * MARGIN, y + MARGIN, tuple(self.shapes))

    def _title(self, y: float) -> float:
        title = fit(self.figure.title, TITLE, self.width, bold=True)
        facts = fit(_joined(self.figure.facts), SMALL, self.width)
        self.shapes += [
            Words(MARGIN, y + TITLE, title, TITLE, self.width, bold=True),
            Words(MARGIN, y + TITLE + LINE + 2, facts, SMALL, self.width, faint=True),
        ]
        return y + TITLE + 2 * LINE + 4

    def _pill(self, text: str, middle: float, y: float) -> float:
        width = pill_width(text)
        shown = fit(text, NAME, width - 2 * PAD)
        self.shapes += [
            Rect(middle - width / 2, y, width, PILL, "pill"),
            Words(middle, y + PILL / 2 + NAME / 3, shown, NAME, width - 2 * PAD, middle=True),
        ]
        return y + PILL

    def _stack(self, stack: Stack, x: float, y: float, width: float) -> float:
        middle = _middle(x, width, stack.gutter)
        for number, measured in enumerate(stack.lanes):
            if number:
                before = stack.lanes[number - 1].lane
                y = self._arrow(before, middle, y, width - stack.gutter)
            self.shapes.append(Rect(x, y, width, measured.height, "lane"))
            self._gutter(measured, x + PAD, y, stack.gutter)
            self._rows(measured, middle, y)
            y += measured.height
        return y

    def _arrow(self, before: Lane | None, x: float, y: float, room: float) -> float:
        """Draw what flows from one lane to the next, to the right of an arrow."""
        self.shapes.append(Arrow(x, y + 3, y + ARROW - 3))
        if before is not None:
            baseline, room = y + ARROW / 2 + NAME / 3, room / 2 - 2 * PAD
            wide = text_width(before.outflow, NAME, bold=True)
            self.shapes.append(Words(x + 10, baseline, before.outflow, NAME, room, bold=True))
            if before.carried:
                carried = fit(f"with {before.carried}", SMALL, room - wide - 8)
                at = x + 10 + wide + 8
                self.shapes.append(Words(at, baseline, carried, SMALL, room - wide - 8, faint=True))
        return y + ARROW

    def _gutter(self, measured: MeasuredLane, x: float, y: float, room: float) -> None:
        lane = measured.lane
        y += (measured.height - (len(lane.facts) + 1) * LINE) / 2 + NAME
        name = fit(lane.name, NAME, room, bold=True)
        self.shapes.append(Words(x, y, name, NAME, room, bold=True))
        for fact in lane.facts:
            y += LINE
            self.shapes.append(Words(x, y, fit(fact, SMALL, room), SMALL, room, faint=True))

    def _rows(self, measured: MeasuredLane, middle: float, y: float) -> None:
        rows = measured.rows
        taken = sum(row.height for row in rows) + GAP * max(0, len(rows) - 1)
        y += (measured.height - taken) / 2
        for row in rows:
            self._row(row, middle - row.width / 2, y)
            y += row.height + GAP

    def _row(self, row: Row, x: float, y: float) -> None:
        for block in row.blocks:
            if isinstance(block, MeasuredFrame):
                self._frame(block, x, y + (row.height - block.height) / 2)
                x += block.width + GAP
            else:
                self._box(block, x, y + (row.height - BOX_HEIGHT) / 2)
                x += self.box + GAP

    def _frame(self, measured: MeasuredFrame, x: float, y: float) -> None:
        frame, room = measured.frame, measured.width - 2 * PAD
        title = fit(frame_head(frame), NAME, room, bold=True)
        self.shapes += [
            Rect(x, y, measured.width, measured.height, "frame", frame.about),
            Words(x + PAD, y + PAD + NAME - 1, title, NAME, room, bold=True),
        ]
        self._stack(measured.stack, x + PAD, y + 2 * PAD + LINE, room)

    def _box(self, box: Box, x: float, y: float) -> None:
        self.shapes.append(Rect(x, y, self.box, BOX_HEIGHT, box.technique, box.about))
        lines = [(head(box), NAME, True), (box.model, NAME, False), (box.detail, SMALL, False)]
        lines = [line for line in lines if line[0]]
        room = self.box - PAD
        baseline = y + (BOX_HEIGHT - len(lines) * LINE) / 2 + NAME - 1
        for text, size, bold in lines:
            shown = fit(text, size, room, bold=bold)
            self.shapes.append(
                Words(x + self.box / 2, baseline, shown, size, room, bold=bold, middle=True)
            )
            baseline += LINE


def _middle(x: float, width: float, gutter: float) -> float:
    """Where the arrows are: the middle of what is to the right of the names."""
    return x + gutter + 2 * PAD + (width - gutter - 3 * PAD) / 2


def _joined(facts: Sequence[str]) -> str:
    return "  ·  ".join(facts)
