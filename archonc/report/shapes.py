"""Shapes with their places, in pixels from the top left corner."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Arrow", "Drawn", "Rect", "Shape", "Words"]


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
