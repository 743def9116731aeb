"""Values of the AST, from the tree: names, numbers, texts, calls, records, sums."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from archon_runtime.classes import dataclass
from archonc.diagnostic.codes_syntax import GROUPED_DIGITS, NAME_NOT_ASCII, NESTED_TOO_DEEP
from archonc.diagnostic.diagnostic import DiagnosticSink, Edit
from archonc.source import Span
from archonc.syntax.nodes import (
    Argument,
    Bool,
    Call,
    Comparison,
    Expr,
    ListExpr,
    Name,
    Number,
    Operation,
    RangeExpr,
    Record,
    Reference,
    Text,
)
from archonc.syntax.numbers import read_number
from archonc.syntax.texts import decode_raw_text, decode_text
from archonc.syntax.tree import Child, Token, Tree

__all__ = ["MAX_OPERATORS", "ValueBuilder", "report_grouped_digits", "span_of", "subtrees"]

MAX_OPERATORS = 100
"""Most operators in one `require`: a chain of them is a deep tree to every later pass."""


def span_of(child: Child) -> Span:
    """Span of a token or of a tree that is not empty."""
    return Span(child.start, child.end)


def subtrees(children: Iterable[Child]) -> tuple[Tree, ...]:
    """Leave out tokens."""
    return tuple(child for child in children if isinstance(child, Tree))


@dataclass(frozen=True, slots=True)
class ValueBuilder:
    """Builds values; what is wrong inside a single value goes to the sink."""

    sink: DiagnosticSink

    def name(self, tree: Child) -> Name:
        """Build a name from a `word` or a `flag`."""
        span = span_of(tree)
        text = self.sink.source.text[span.start : span.end]
        if not text.isascii():
            self.sink.error(
                NAME_NOT_ASCII,
                f"the name `{text}` has letters outside a to z",
                span,
                helps=("name it with the letters a to z, digits and `_`",),
            )
        return Name(text, span)

    def value(self, tree: Child) -> Expr:
        """Build any value, by the rule that made the tree."""
        assert isinstance(tree, Tree)
        match tree.data:
            case "number":
                return self.number(tree)
            case "text":
                return self.text(tree)
            case "boolean":
                return Bool(_text_of(tree.children[0]) == "true", span_of(tree))
            case "reference":
                return self.reference(tree)
            case "call":
                return self.call(tree)
            case "list":
                return self._list(tree)
            case "record":
                return self.record(tree)
            case "range":
                low, high = subtrees(tree.children)
                return RangeExpr(self.number(low), self.number(high), span_of(tree))
            case _:
                return self._operation(tree)

    def number(self, tree: Tree) -> Number:
        """Build a number; a minus sign may have spaces after it."""
        return read_number("".join(map(_text_of, tree.children)), span_of(tree), self.sink)

    def text(self, tree: Tree) -> Text:
        """Build a text of either kind."""
        (token,) = tree.children
        assert isinstance(token, Token)
        raw = token.type == "RAW_TEXT"
        span = span_of(tree)
        value = (
            decode_raw_text(token.text) if raw else decode_text(token.text, span.start, self.sink)
        )
        return Text(value, raw, span)

    def reference(self, tree: Tree) -> Reference:
        """Build a name with its dots."""
        return Reference(tuple(map(self.name, tree.children)), span_of(tree))

    def call(self, tree: Tree) -> Call:
        """Build a call."""
        callee, *arguments = subtrees(tree.children)
        built = tuple(map(self.argument, arguments))
        report_grouped_digits(built, self.sink)
        return Call(self.reference(callee), built, span_of(tree))

    def argument(self, tree: Tree) -> Argument:
        """Build an argument of a call or a field of a record."""
        *names, value = tree.children
        return Argument(self.name(names[0]) if names else None, self.value(value), span_of(tree))

    def record(self, tree: Tree) -> Record:
        """Build a record."""
        return Record(tuple(map(self.argument, subtrees(tree.children))), span_of(tree))

    def _list(self, tree: Tree) -> ListExpr:
        items = tuple(map(self.value, tree.children))
        report_grouped_digits([Argument(None, item, item.span) for item in items], self.sink)
        return ListExpr(items, span_of(tree))

    def comparison(self, tree: Tree) -> Comparison:
        """Build the condition of a `require`."""
        left, operator, right = tree.children
        self._check_length(tree)
        return Comparison(_text_of(operator), self.value(left), self.value(right), span_of(tree))

    def _check_length(self, tree: Tree) -> None:
        operators = sum(
            isinstance(child, Token) and child.type in ("PLUS", "MINUS", "STAR", "SLASH")
            for child in _descendants(tree)
        )
        if operators > MAX_OPERATORS:
            self.sink.error(
                NESTED_TOO_DEEP,
                f"a condition with {operators} operators",
                span_of(tree),
                helps=(f"split it, so that none has more than {MAX_OPERATORS}",),
            )

    def _operation(self, tree: Tree) -> Expr:
        """Fold `a + b - c` from the left."""
        first, *rest = tree.children
        result = self.value(first)
        if len(rest) > 2 * MAX_OPERATORS:
            return result  # reported by the condition that it is part of
        for operator, operand in zip(rest[::2], rest[1::2], strict=True):
            right = self.value(operand)
            result = Operation(_text_of(operator), result, right, result.span.to(right.span))
        return result


def _text_of(child: Child) -> str:
    """Text of a child that the grammar makes a token."""
    assert isinstance(child, Token)
    return child.text


def _descendants(tree: Tree) -> Iterator[Child]:
    for child in tree.children:
        yield child
        if isinstance(child, Tree):
            yield from _descendants(child)


def report_grouped_digits(arguments: Sequence[Argument], sink: DiagnosticSink) -> None:
    """Report `max_tokens: 1,000`, which reads as an option and a lone `000`.

    Unnamed numbers such as `one_of(1,200)` may well be two; only a group that starts
    with a zero gives it away there.
    """
    text = sink.source.text
    previous: Argument | None = None
    grouping: list[Span] = []
    for argument in arguments:
        match = re.compile(r"(?<=[0-9]),([0-9]{3})(?![0-9])").match(text, argument.span.start - 1)
        named = previous is not None and previous.name is not None
        if (
            previous is not None
            and match
            and argument.name is None
            and isinstance(argument.value, Number)
            and isinstance(previous.value, Number)
            and (named or grouping or match[1].startswith("0"))
        ):
            start = grouping.pop().start if grouping else previous.value.span.start
            grouping.append(Span(start, argument.span.end))
        previous = argument
    for span in grouping:
        written = text[span.start : span.end]
        plain = written.replace(",", "")
        sink.error(
            GROUPED_DIGITS,
            f"`{written}` groups its digits, and a comma separates",
            span,
            helps=(f"write `{plain}`",),
            edits=(Edit(span, plain),),
        )
