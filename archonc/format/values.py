"""Values of the AST as documents: names, numbers, texts, calls, lists, records, sums."""

from __future__ import annotations

from typing import assert_never

from archon_runtime.classes import dataclass
from archonc.format.document import Doc, Group, hug, join
from archonc.format.gaps import Written
from archonc.format.texts import quote, write_raw
from archonc.source import Span
from archonc.syntax.nodes import (
    Argument,
    Bool,
    Call,
    Comparison,
    Expr,
    ListExpr,
    Number,
    Operation,
    RangeExpr,
    Record,
    Reference,
    Text,
)

__all__ = ["ValuePrinter"]

_LEVELS = {"+": 1, "-": 1, "*": 2, "/": 2}
"""How tightly an operator binds; those of one level are folded from the left."""


@dataclass(frozen=True, slots=True)
class ValuePrinter:
    """Turns values into documents."""

    written: Written

    def value(self, expr: Expr) -> Doc:
        """Print any value."""
        match expr:
            case Reference() | Number():
                return expr.text
            case Bool():
                return "true" if expr.value else "false"
            case Text():
                return self.text(expr)
            case RangeExpr():
                return f"{expr.low.text}..{expr.high.text}"
            case ListExpr():
                items = [(item.span, self.value(item)) for item in expr.items]
                return hug(self.written.group("[]", items, expr.span))
            case Record():
                return self.record(expr)
            case Call():
                return self.call(expr)
            case Comparison():
                return join(self.value(expr.left), f" {expr.operator} ", self.value(expr.right))
            case Operation():
                return self._operation(expr)
            case _:
                assert_never(expr)

    def text(self, text: Text) -> Doc:
        """Print a text: as it was written, but for the indentation of a raw one."""
        source = self.written.text
        if text.raw:
            multiline = "\n" in text.value or self.written.has_newline(text.span)
            return write_raw(text.value, multiline=multiline)
        if source is None:
            return quote(text.value)
        return source[text.span.start : text.span.end]

    def call(self, call: Call) -> Doc:
        """Print a call."""
        items = [(each.span, self._argument(each)) for each in call.arguments]
        opener = self.written.opener("(", call.callee.span)
        brackets = self.written.group("()", items, Span(opener, call.span.end))
        return join(call.callee.text, hug(brackets))

    def record(self, record: Record) -> Group:
        """Print a record with its braces."""
        items = [(each.span, self.field(each)) for each in record.fields]
        return self.written.group("{}", items, record.span)

    def field(self, field: Argument) -> Doc:
        """Print a field of a record; a record in a record has no colon."""
        if field.name is not None and isinstance(field.value, Record):
            return join(f"{field.name.text} ", self.record(field.value))
        return self._argument(field)

    def _argument(self, argument: Argument) -> Doc:
        value = self.value(argument.value)
        return value if argument.name is None else join(f"{argument.name.text}: ", value)

    def _operation(self, operation: Operation) -> Doc:
        """Print a sum or a product, in brackets only what would be read otherwise."""
        parts: list[Doc] = []
        left: Expr = operation
        level = 0
        # A long sum leans to the left: it is walked, not descended into.
        while isinstance(left, Operation) and _LEVELS[left.operator] >= level:
            level = _LEVELS[left.operator]
            parts += (self._operand(left.right, level + 1), f" {left.operator} ")
            left = left.left
        parts.append(self._operand(left, level))
        return join(*reversed(parts))

    def _operand(self, operand: Expr, least: int) -> Doc:
        """Print an operand, in brackets if its operator binds less than *least*."""
        doc = self.value(operand)
        if isinstance(operand, Operation) and _LEVELS[operand.operator] < least:
            return join("(", doc, ")")
        return doc
