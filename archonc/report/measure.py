"""How much room a figure's lanes, boxes and frames take, before anything has a place.

Lengths are in pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from archonc.report.figure import ANSWER, Block, Box, Frame, Lane
from archonc.report.text_width import text_width

__all__ = [
    "ARROW",
    "BOX_HEIGHT",
    "GAP",
    "LINE",
    "NAME",
    "PAD",
    "SMALL",
    "MeasuredFrame",
    "MeasuredLane",
    "Row",
    "Stack",
    "box_width",
    "frame_head",
    "head",
    "measure",
    "pill_width",
]

PAD, GAP, ARROW, LINE = 10.0, 10.0, 38.0, 16.0
NAME, SMALL = 13.0, 11.0
BOX_HEIGHT = 3 * LINE + 14.0
MOST_IN_ROW = 10
NARROWEST, WIDEST = 96.0, 190.0


@dataclass(frozen=True, slots=True)
class MeasuredFrame:
    """A frame with the lanes in it."""

    frame: Frame
    stack: Stack
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Row:
    """Blocks that stand side by side."""

    blocks: tuple[Box | MeasuredFrame, ...]
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class MeasuredLane:
    """A lane with its blocks in rows."""

    lane: Lane
    rows: tuple[Row, ...]
    height: float


@dataclass(frozen=True, slots=True)
class Stack:
    """Lanes below each other, an arrow between two; `gutter` is for names and facts."""

    lanes: tuple[MeasuredLane, ...]
    gutter: float
    width: float
    height: float


def pill_width(text: str) -> float:
    """Width of the rounded box at the beginning or the end, with its text."""
    return float(ceil(min(text_width(text, NAME), WIDEST) + 4 * PAD))


def measure(lanes: Sequence[Lane], box: float) -> Stack:
    """Measure lanes whose boxes are *box* wide."""
    measured = tuple(_lane(lane, box) for lane in lanes)
    gutter = _gutter(lanes)
    rows = [row.width for lane in measured for row in lane.rows]
    inner = float(ceil(max([box, *rows, *(2 * _beside_arrow(lane) for lane in lanes)])))
    height = sum(lane.height for lane in measured) + ARROW * max(0, len(measured) - 1)
    return Stack(measured, gutter, gutter + inner + 3 * PAD, height)


def box_width(lanes: Sequence[Lane]) -> float:
    """Choose one width for all boxes, also those in frames, so that they stand in columns."""
    texts = [
        max(text_width(head(box), NAME, bold=True), text_width(box.model, NAME))
        for box in _boxes(lanes)
    ]
    texts += [text_width(box.detail, SMALL) for box in _boxes(lanes)]
    return float(ceil(min(max([*texts, NARROWEST - PAD]) + PAD, WIDEST)))


def head(box: Box) -> str:
    """The first line of a box."""
    return box.technique if box.count == 1 else f"{box.count} × {box.technique}"


def frame_head(frame: Frame) -> str:
    """The line above what is in a frame."""
    title = frame.title if frame.count == 1 else f"{frame.count} × {frame.title}"
    return f"{title} ({frame.answer})" if frame.answer != ANSWER else title


def _boxes(lanes: Sequence[Lane]) -> Iterator[Box]:
    for block in (block for lane in lanes for block in lane.blocks):
        if isinstance(block, Frame):
            yield from _boxes(block.lanes)
        else:
            yield block


def _beside_arrow(lane: Lane) -> float:
    """Room that what flows out needs at the right of an arrow."""
    carried = text_width(f"with {lane.carried}", SMALL) if lane.carried else 0.0
    return text_width(lane.outflow, NAME, bold=True) + min(carried, WIDEST) + 2 * PAD


def _lane(lane: Lane, box: float) -> MeasuredLane:
    rows = tuple(_rows(lane.blocks, box))
    height = sum(row.height for row in rows) + GAP * max(0, len(rows) - 1)
    words = (len(lane.facts) + 1) * LINE
    return MeasuredLane(lane, rows, max(height, words) + 2 * PAD)


def _rows(blocks: Sequence[Block], box: float) -> Iterator[Row]:
    """Fill rows one after the other; a block that is wider than a row has one of its own."""
    most = MOST_IN_ROW * (box + GAP) - GAP
    row: list[Box | MeasuredFrame] = []
    for block in (_block(each, box) for each in blocks):
        if row and _width([*row, block], box) > most:
            yield _row(row, box)
            row = []
        row.append(block)
    if row:
        yield _row(row, box)


def _block(block: Block, box: float) -> Box | MeasuredFrame:
    if isinstance(block, Box):
        return block
    stack = measure(block.lanes, box)
    title = min(text_width(frame_head(block), NAME, bold=True), 2 * WIDEST)
    width = float(ceil(max(stack.width, title) + 2 * PAD))
    return MeasuredFrame(block, stack, width, stack.height + 3 * PAD + LINE)


def _row(blocks: Sequence[Box | MeasuredFrame], box: float) -> Row:
    height = max(BOX_HEIGHT if isinstance(each, Box) else each.height for each in blocks)
    return Row(tuple(blocks), _width(blocks, box), height)


def _width(blocks: Sequence[Box | MeasuredFrame], box: float) -> float:
    widths = [box if isinstance(each, Box) else each.width for each in blocks]
    return sum(widths) + GAP * (len(widths) - 1)


def _gutter(lanes: Sequence[Lane]) -> float:
    texts = [text_width(lane.name, NAME, bold=True) for lane in lanes]
    texts += [text_width(fact, SMALL) for lane in lanes for fact in lane.facts]
    return float(ceil(min(max([*texts, NARROWEST]), WIDEST)))
