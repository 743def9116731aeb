"""Check `require`: formulas over what the checker knows of an architecture.

Every quantity is known from least to most. A comparison holds if it holds for all
values between: `candidates(draft) <= 12` if there can never be more than 12.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from archonc.check.interval import Interval
from archonc.check.quantities import LAYER_QUANTITIES, QUANTITIES, Measure
from archonc.check.scope import Scope
from archonc.check.typed import CheckedLayer
from archonc.diagnostic.codes_check import REQUIRE_FAILS, UNKNOWN_NAME
from archonc.diagnostic.suggest import suggest
from archonc.expand.sites import name_layers
from archonc.resolve.symbols import ArchitectureSymbol
from archonc.source import Span
from archonc.syntax.nodes import (
    Call,
    Comparison,
    Expr,
    Number,
    Operation,
    Reference,
    RequireMember,
)

__all__ = ["check_requires"]


def check_requires(
    members: Sequence[RequireMember],
    symbol: ArchitectureSymbol,
    layers: Sequence[CheckedLayer],
    scope: Scope,
    *,
    sound: bool,
) -> None:
    """Report names that mean nothing; of a *sound* architecture, what does not hold."""
    if not members:
        return
    # Of the architecture as written: a layer that a point leaves out is no mistake.
    written = {name: span for span, name in name_layers(symbol.declaration).items()}
    reader = _Reader(scope, written, layers)
    for member in members:
        condition = member.condition
        assert isinstance(condition, Comparison)
        left, right = reader.read(condition.left), reader.read(condition.right)
        if not sound or left is None or right is None:
            continue
        if not _HOLDS[condition.operator](left, right):
            _report(member, condition, left, right, scope)


_HOLDS: Mapping[str, Callable[[Interval, Interval], bool]] = {
    "<=": lambda left, right: left.most <= right.least,
    "<": lambda left, right: left.most < right.least,
    ">=": lambda left, right: left.least >= right.most,
    ">": lambda left, right: left.least > right.most,
    "==": lambda left, right: left.least == left.most == right.least == right.most,
    "!=": lambda left, right: left.most < right.least or left.least > right.most,
}


def _report(
    member: RequireMember, condition: Comparison, left: Interval, right: Interval, scope: Scope
) -> None:
    shown = f"{left} {condition.operator} {right}"
    scope.sink.error(
        REQUIRE_FAILS,
        f"`{scope.sink.text(condition.span)}` does not hold: {shown}",
        member.span,
        "not so",
        helps=("change the architecture, or what is required of it",),
    )


class _Reader:
    """Works out formulas; None where something in one means nothing, once that was said."""

    def __init__(
        self, scope: Scope, written: Mapping[str, Span], layers: Sequence[CheckedLayer]
    ) -> None:
        self._scope = scope
        self._written = written
        self._layers = layers
        # Each is worked out once: formulas may speak of the same many layers again and again.
        self._known: dict[tuple[str, Span | None], Interval] = {}

    def read(self, value: Expr) -> Interval | None:
        match value:
            case Number():
                return self._number(value)
            case Operation():
                left, right = self.read(value.left), self.read(value.right)
                if left is None or right is None:
                    return None
                return left.combine(value.operator, right)
            case Reference():
                return self._quantity(value)
            case Call():
                return self._layer_quantity(value)
            case _:
                self._scope.values.wrong_type("require", value, "a formula of numbers")
                return None

    def _number(self, value: Number) -> Interval | None:
        if value.unit in _SCALES:
            return Interval.of(value.value * _SCALES[value.unit])
        self._scope.values.wrong_type("require", value, "a number or an amount of dollars")
        return None

    def _quantity(self, value: Reference) -> Interval | None:
        if value.text in QUANTITIES:
            return self._measured(QUANTITIES[value.text], value.text, None)
        if not self._scope.values.is_silent(value):
            self._report_unknown(value, list(QUANTITIES), "quantity")
        return None

    def _layer_quantity(self, value: Call) -> Interval | None:
        name = value.callee.text
        if name not in LAYER_QUANTITIES:
            self._report_unknown(value.callee, list(LAYER_QUANTITIES), "quantity of a layer")
            return None
        match [each.value for each in value.arguments if each.name is None]:
            case [Reference() as layer] if len(value.arguments) == 1:
                pass
            case _:
                help_line = f"write `{name}(LAYER)`"
                self._scope.values.wrong_type(name, value, "the name of a layer", help_line)
                return None
        if layer.text not in self._written:
            self._report_unknown(layer, list(self._written), "layer")
            return None
        return self._measured(LAYER_QUANTITIES[name], name, self._written[layer.text])

    def _measured(self, measure: Measure, name: str, span: Span | None) -> Interval:
        """Measure the layers at a place, or all of them."""
        if (name, span) not in self._known:
            found = [each for each in self._layers if span in (None, each.span)]
            self._known[name, span] = measure(found)
        return self._known[name, span]

    def _report_unknown(self, value: Reference, known: list[str], noun: str) -> None:
        near = suggest(value.text, known)
        listed = ", ".join(f"`{each}`" for each in known[:20])
        self._scope.sink.error(
            UNKNOWN_NAME,
            f"there is no {noun} `{value.text}`",
            value.span,
            f"unknown {noun}",
            helps=(f"did you mean `{near}`?" if near else f"there are {listed}",),
        )


_SCALES = {"": Decimal(1), "$": Decimal(1), "k": Decimal(1_000), "M": Decimal(1_000_000)}
