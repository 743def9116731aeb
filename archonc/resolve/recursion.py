"""Find architectures that are components of themselves, through whatever others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archonc.diagnostic.codes_check import RECURSIVE_ARCHITECTURE
from archonc.diagnostic.codes_syntax import NESTED_TOO_DEEP
from archonc.diagnostic.diagnostic import DiagnosticSink, Label
from archonc.resolve.symbols import ArchitectureSymbol, Callee, Unknown
from archonc.source import Span
from archonc.syntax.nodes import Block, Call, EitherMember, LayerMember, RepeatMember

__all__ = ["MAX_DEPTH", "calls_in", "check_recursion"]

MAX_DEPTH = 100
"""Most architectures that may stand inside one another."""


def calls_in(block: Block) -> Iterator[Call]:
    """List the calls of all components in a block, in order."""
    for member in block.members:
        match member:
            case LayerMember():
                yield from (component.call for component in member.components)
            case RepeatMember():
                yield from calls_in(member.body)
            case EitherMember():
                for branch in member.branches:
                    yield from calls_in(branch)
            case _:
                pass


def check_recursion(
    symbols: Sequence[ArchitectureSymbol], callees: dict[Span, Callee], sink: DiagnosticSink
) -> None:
    """Report each circle once, at the component that closes it, which becomes Unknown."""
    depths: dict[Span, int] = {}

    def visit(symbol: ArchitectureSymbol, chain: list[tuple[ArchitectureSymbol, Span]]) -> None:
        deepest = 0
        started = [each.span for each, _ in chain]
        for call in calls_in(symbol.declaration.body):
            span = call.callee.span
            callee = callees.get(span)
            if not isinstance(callee, ArchitectureSymbol):
                continue
            if callee.span in started:
                circle = [*chain[started.index(callee.span) :], (callee, span)]
                _report(circle, span, sink)
                callees[span] = Unknown(callee.name)
                continue
            if callee.span not in depths and len(chain) <= MAX_DEPTH:
                visit(callee, [*chain, (callee, span)])
            depth = 1 + depths.get(callee.span, MAX_DEPTH)
            if depth >= MAX_DEPTH:
                _report_depth(span, sink)
                callees[span] = Unknown(callee.name)
            else:
                deepest = max(deepest, depth)
        depths[symbol.span] = deepest

    for symbol in symbols:
        if symbol.span not in depths:
            visit(symbol, [(symbol, symbol.span)])


def _report_depth(span: Span, sink: DiagnosticSink) -> None:
    sink.error(
        NESTED_TOO_DEEP,
        f"architectures stand inside one another more than {MAX_DEPTH} deep",
        span,
        helps=("write the layers of the inner ones in their place",),
    )


def _report(
    circle: list[tuple[ArchitectureSymbol, Span]], span: Span, sink: DiagnosticSink
) -> None:
    names = " → ".join(f"`{symbol.name}`" for symbol, _ in circle)
    first = circle[-1][0]
    steps = [Label(place, f"uses `{symbol.name}`") for symbol, place in circle[1:-1]]
    sink.error(
        RECURSIVE_ARCHITECTURE,
        f"`{first.name}` is a component of itself: {names}",
        span,
        f"uses `{first.name}`, which has this in it",
        secondary=tuple(steps),
        helps=("take this component out; to do something several times, write `repeat`",),
    )
