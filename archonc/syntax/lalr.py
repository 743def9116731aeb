"""The parser: a stack of states and one of values, driven by the tables.

It is fed token by token and says of one that does not fit; what to do then is for
others. The stack may be cut, and what would fit on it tried without building anything.
"""

from __future__ import annotations

from collections.abc import Sequence

from archonc.syntax.tables import ACTIONS, GOTOS, ROWS, RULES
from archonc.syntax.tree import Child, Token, Tree

__all__ = ["Parser"]

_STATES = tuple(ACTIONS[row] for row in ROWS)
_RULES = tuple((name, size, GOTOS[row], kept) for name, size, row, kept in RULES)


class Parser:
    """Has read the beginning of a program; `values[i]` lies between states *i* and *i* + 1."""

    __slots__ = ("states", "values")

    def __init__(self) -> None:
        self.states = [0]
        self.values: list[Child] = []

    def feed(self, token: Token) -> bool:
        """Read a token; false, if it fits nothing. What it has completed stays reduced."""
        states, values, kind = self.states, self.values, token.type
        while True:
            action = _STATES[states[-1]].get(kind)
            if action is None:
                return False
            if action >= 0:
                states.append(action)
                values.append(token)
                return True
            name, size, goto, kept = _RULES[~action]
            if not name:
                states[-1] = goto[states[-2]]
                continue
            taken = values[-size:] if size else []
            if size:
                del states[-size:]
                del values[-size:]
            states.append(goto[states[-1]])
            values.append(_make_tree(name, taken, kept))

    def cut(self, height: int) -> None:
        """Forget what was read above a height of the stack of states."""
        del self.states[height:]
        del self.values[height - 1 :]

    def accepted(self) -> frozenset[str]:
        """Types of the tokens that fit."""
        height = len(self.states)
        row = _STATES[self.states[-1]]
        return frozenset(kind for kind in row if self.fits(height, (kind,)))

    def fits(self, height: int, kinds: Sequence[str]) -> bool:
        """Tell whether tokens of these types fit one after another on a cut stack."""
        # The stack on trial: what is left of the states, and on it what was added.
        states, added = self.states, [self.states[height - 1]]
        height -= 1
        for kind in kinds:
            while (action := _STATES[added[-1]].get(kind)) is not None and action < 0:
                _, size, goto, _ = _RULES[~action]
                if size < len(added):
                    del added[len(added) - size :]
                else:
                    height -= size - len(added) + 1
                    added = [states[height]]
                added.append(goto[added[-1]])
            if action is None:
                return False
            added.append(action)
        return True


def _make_tree(name: str, taken: list[Child], kept: tuple[int, ...] | None) -> Tree:
    """Make a rule's tree; it spans all that it has read, kept or not."""
    start = end = -1
    for child in taken:
        if child.start >= 0:
            start = child.start
            break
    for child in reversed(taken):
        if child.end >= 0:
            end = child.end
            break
    return Tree(name, taken if kept is None else _pick(taken, kept), start, end)


def _pick(taken: list[Child], kept: tuple[int, ...]) -> list[Child]:
    """Choose children; a list that grows item by item is not copied each time."""
    picked: list[Child] = []
    for at in kept:
        if at >= 0:
            picked.append(taken[at])
            continue
        inlined = taken[~at]
        if not isinstance(inlined, Tree) or inlined.data[0] != "_":
            picked.append(inlined)  # an inlined rule has passed it on
        elif picked:
            picked += inlined.children
        else:
            picked = inlined.children
    return picked
