"""Check a search space: an architecture with holes, at some of its points.

What is wrong with a value is wrong wherever it stands. What is wrong with the flow, with
a budget or a `require` only rules out the point; it is reported if it is so at every
point that has the place in question.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from archon_runtime.classes import dataclass
from archonc.check.flatten import MOST_LAYERS
from archonc.check.scope import Scope
from archonc.check.settings import Settings
from archonc.check.typed import CheckedArchitecture, CheckedSpace
from archonc.diagnostic import codes_check as codes
from archonc.diagnostic.codes_check import EMPTY_SPACE
from archonc.diagnostic.diagnostic import Diagnostic, DiagnosticSink, Severity
from archonc.expand import Space, sample_points
from archonc.expand.sites import name_layers
from archonc.resolve.symbols import ArchitectureSymbol
from archonc.source import Span
from archonc.syntax.nodes import ArchitectureDecl, Expr

__all__ = ["MOST_POINTS", "check_space"]

MOST_POINTS = 64
"""So many points are checked: each choice of each hole is met, where they suffice."""

OF_THE_POINT = frozenset(
    {
        codes.KEEPS_TOO_MANY,
        codes.NO_CANDIDATES,
        codes.DISCARDS_CANDIDATES,
        codes.SEVERAL_LEFT,
        codes.UNREAD_CRITIQUES,
        codes.NO_TESTS,
        codes.UNREAD_TESTS,
        codes.EMPTY_ARCHITECTURE,
        codes.MIXED_TECHNIQUES,
        codes.SEVERAL_STEPS,
        codes.REQUIRE_FAILS,
        codes.BUDGET_TOO_SMALL,
        codes.WINDOW_TOO_SMALL,
    }
)
"""Codes that say of one point that it is none, and nothing of the others."""

FLOW_ENDS = frozenset(
    {
        codes.KEEPS_TOO_MANY,
        codes.NO_CANDIDATES,
        codes.DISCARDS_CANDIDATES,
        codes.MIXED_TECHNIQUES,
        codes.NO_TESTS,
    }
)
"""Codes after which nothing is known of what flows."""

CheckFilled = Callable[[ArchitectureSymbol, ArchitectureDecl, Scope], CheckedArchitecture | None]


@dataclass(frozen=True, slots=True)
class _Tried:
    """A point and what came of it. `layers` are the places of the layers that it has."""

    layers: frozenset[Span]
    checked: CheckedArchitecture | None
    found: tuple[Diagnostic, ...]


def check_space(
    symbol: ArchitectureSymbol,
    arguments: Mapping[str, Expr],
    sites: Mapping[Span, str],
    settings: Settings,
    scope: Scope,
    check_filled: CheckFilled,
) -> CheckedSpace:
    """Check some points, report what is wrong with the space, and keep the sound points."""
    before = scope.sink.error_count
    space = Space(symbol.declaration, arguments, sites, partial(settings.chooser, sink=scope.sink))
    tried: list[_Tried] = []
    for point in sample_points(space, MOST_POINTS):
        # The first points are the most different ones; of large ones they have to do.
        if tried and scope.tally.before > MOST_LAYERS:
            break
        own = scope.reporting_to(scope.sink.fork())
        checked = check_filled(symbol, point.declaration, own)
        layers = frozenset(name_layers(point.declaration))
        tried.append(_Tried(layers, checked, own.sink.diagnostics))
    _report(symbol, tried, scope.sink)
    sound = tuple(each.checked for each in tried if each.checked is not None)
    # A point that is not sound without an error has something in it that could not be read.
    if scope.sink.error_count == before and all(map(_is_wrong, tried)):
        _report_empty(symbol, tried, scope.sink)
    return CheckedSpace(symbol.name, sound, symbol.span)


def _is_wrong(tried: _Tried) -> bool:
    return any(found.severity is Severity.ERROR for found in tried.found)


Key = tuple[str, str, Span]


def _key(found: Diagnostic) -> Key:
    return found.code, found.source.name, found.primary.span


def _report(symbol: ArchitectureSymbol, tried: Sequence[_Tried], sink: DiagnosticSink) -> None:
    written = tuple(name_layers(symbol.declaration))
    keys = [{_key(found): found for found in each.found} for each in tried]
    for key, found in {key: found for each in keys for key, found in each.items()}.items():
        # A space is always of the main file, whose spans are its own offsets.
        own = found.source is sink.source
        layer = next((each for each in written if own and each.holds(key[2])), None)
        clean = any(
            key not in there
            and (layer is None or layer in each.layers)
            and not _hides(each, key[2])
            for each, there in zip(tried, keys, strict=True)
        )
        if found.code not in OF_THE_POINT or not clean:
            sink.add(found)


def _hides(tried: _Tried, place: Span) -> bool:
    """Tell whether nothing is known of the flow at a place, after a mistake before it."""
    return any(
        found.code in FLOW_ENDS and found.primary.span.start < place.start for found in tried.found
    )


def _report_empty(
    symbol: ArchitectureSymbol, tried: Sequence[_Tried], sink: DiagnosticSink
) -> None:
    reasons = Counter(
        found.message for each in tried for found in each.found if found.severity is Severity.ERROR
    )
    notes = tuple(f"at {count} of them: {message}" for message, count in reasons.most_common(3))
    sink.error(
        EMPTY_SPACE,
        f"none of the {len(tried)} points of `{symbol.name}` that were tried is valid",
        symbol.span,
        "no valid point",
        notes=notes,
        helps=("widen the holes, or loosen what is required",),
    )
