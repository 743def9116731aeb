"""Move an AST: the spans of an imported file lie behind those of the files before it."""

from __future__ import annotations

from typing import Any, TypeVar

from archonc.source import Span

__all__ = ["shift"]

NodeT = TypeVar("NodeT")


def shift(node: NodeT, offset: int) -> NodeT:
    """Copy a node with all its spans moved by *offset*."""
    moved: NodeT = _shift(node, offset)
    return moved


def _shift(node: Any, offset: int) -> Any:
    if isinstance(node, Span):
        return node.shift(offset)
    if isinstance(node, tuple):
        return tuple(_shift(each, offset) for each in node)
    if not hasattr(type(node), "__dataclass_fields__"):
        return node
    return type(node)(*(_shift(getattr(node, each), offset) for each in node.__slots__))
