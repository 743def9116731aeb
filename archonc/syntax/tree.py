"""What the parser makes: tokens, and trees of them. Offsets count code points."""

from __future__ import annotations

__all__ = ["Child", "Token", "Tree"]


class Token:
    """A piece of the text with its terminal's name; `$END` is the empty one at its end.

    A plain class, for there are many: a frozen one takes three times as long to make.
    """

    __slots__ = ("end", "start", "text", "type")

    def __init__(self, kind: str, text: str, start: int, end: int) -> None:
        self.type = kind
        self.text = text
        self.start = start
        self.end = end

    def __repr__(self) -> str:
        return f"Token({self.type!r}, {self.text!r}, {self.start}, {self.end})"


class Tree:
    """What a rule has read. A tree of no token stands nowhere: its offsets are -1."""

    __slots__ = ("children", "data", "end", "start")

    def __init__(self, data: str, children: list[Child], start: int, end: int) -> None:
        self.data = data
        self.children = children
        self.start = start
        self.end = end

    def __repr__(self) -> str:
        return f"Tree({self.data!r}, {self.children!r}, {self.start}, {self.end})"


Child = Token | Tree
