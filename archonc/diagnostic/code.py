"""What a code stands for."""

from __future__ import annotations

from archon_runtime.classes import dataclass

__all__ = ["Code"]


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of mistake: its number, a name for the bad pattern, one line about it.

    Numbers are `A` and four digits, by pass, or `L` and three digits for lint rules, and
    are never used again for something else.
    """

    code: str
    name: str
    summary: str
