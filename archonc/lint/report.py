"""What a rule finds, before it is known whether it is allowed or holds everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from archonc.diagnostic.diagnostic import Edit, Label
from archonc.source import Span

__all__ = ["Finding", "Report"]


class Finding(NamedTuple):
    """One lint; spans are those of the whole compilation.

    `anchor` is what the lint is about: with the code, its identity. It is the place,
    unless that is of a value that may be another one where the same text runs again.
    """

    code: str
    anchor: Span
    at: Span
    message: str
    label: str
    secondary: tuple[Label, ...]
    notes: tuple[str, ...]
    helps: tuple[str, ...]
    edits: tuple[Edit, ...]


class Report:
    """Takes what one rule finds. `owns` tells whether a place is in the file being linted."""

    def __init__(self, code: str, owns: Callable[[Span], bool]) -> None:
        self.code = code
        self.owns = owns
        self.found: list[Finding] = []

    def warn(
        self,
        at: Span,
        message: str,
        label: str,
        *,
        anchor: Span | None = None,
        secondary: tuple[Label, ...] = (),
        notes: tuple[str, ...] = (),
        helps: tuple[str, ...] = (),
        edits: tuple[Edit, ...] = (),
    ) -> None:
        """Report one lint: in an architecture, of a layer, a step or a limit."""
        self.found.append(
            Finding(self.code, anchor or at, at, message, label, secondary, notes, helps, edits)
        )
