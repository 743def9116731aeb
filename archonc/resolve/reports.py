"""Report values that are not what an option takes, in one wording everywhere."""

from __future__ import annotations

from decimal import Decimal

from archon_runtime.classes import dataclass
from archonc.diagnostic.codes_check import MISPLACED_HOLE, OUT_OF_RANGE, WRONG_TYPE
from archonc.diagnostic.diagnostic import DiagnosticSink, Edit
from archonc.resolve.describe import CHOICES, describe
from archonc.source import Span
from archonc.syntax.nodes import Call, Expr, Number, RangeExpr, Reference

__all__ = ["ValueReports"]

_UNITS = frozenset({"", "$", "%", "/s", "/min", "/h", "k", "M", "ms", "s", "min", "h"})


@dataclass(frozen=True, slots=True)
class ValueReports:
    """Reports to one sink.

    `silent` are names that were reported elsewhere (parameters, broken statements):
    a value that refers to one is missing, but not wrong.
    """

    sink: DiagnosticSink
    silent: frozenset[str] = frozenset()

    def out_of_range(self, name: str, span: Span, found: str, wanted: str) -> None:
        """Report a number that is too small or too large."""
        message = f"`{name}` is `{found}`, but must be {wanted}"
        helps = (f"choose a value that is {wanted}",)
        self.sink.error(OUT_OF_RANGE, message, span, f"not {wanted}", helps=helps)

    def wrong_type(
        self,
        name: str,
        value: Expr,
        wanted: str,
        help_line: str | None = None,
        edits: tuple[Edit, ...] = (),
    ) -> None:
        """Report a value of another kind than *wanted* (or a hole, which is none yet)."""
        if self.is_silent(value):
            return
        if isinstance(value, RangeExpr) or (
            isinstance(value, Call) and value.callee.text in CHOICES
        ):
            self._misplaced_hole(name, value)
            return
        self.sink.error(
            WRONG_TYPE,
            f"`{name}` takes {wanted}, found {describe(value)}",
            value.span,
            f"wants {wanted}",
            helps=(help_line,) if help_line else (),
            edits=edits,
        )

    def _misplaced_hole(self, name: str, value: Expr) -> None:
        self.sink.error(
            MISPLACED_HOLE,
            f"`{name}` has one value, and a choice is left open here",
            value.span,
            "not a hole",
            notes=(
                "holes stand in the components of layers, as the default of a parameter, "
                "and in `repeat`, `maybe` and `either`",
            ),
            helps=(f"give `{name}` one value, or declare two and choose where they are used",),
        )

    def is_silent(self, value: Expr) -> bool:
        """Tell whether what is wrong with *value* was reported elsewhere."""
        if isinstance(value, Number):
            # Its unit is unknown, which the parser has reported.
            return value.unit not in _UNITS or (value.unit != "$" and "$" in value.text)
        return isinstance(value, Reference) and value.parts[0].text in self.silent

    def in_range(
        self, name: str, span: Span, number: Decimal, low: float | None, high: float | None
    ) -> bool:
        """Tell whether *number* is from *low* to *high*, and report it if not."""
        if low is not None and number < Decimal(str(low)):
            self.out_of_range(name, span, f"{number.normalize():f}", f"at least {low:,}")
            return False
        if high is not None and number > Decimal(str(high)):
            self.out_of_range(name, span, f"{number.normalize():f}", f"at most {high:,}")
            return False
        return True
