"""How much of a layer's work may never be asked for: what its least counts leave out.

A layer that looks for the `first: k` that pass may do with k of the places before it,
and a layer with a `quorum` goes on without the rest (specs/runtime.md, F6 and F7).
"""

from __future__ import annotations

from collections.abc import Sequence

from archon_runtime.bounds import Bounds, Range
from archon_runtime.classes import replace
from archonc.check.flow import WalkedLayer
from archonc.check.steps import DraftStep
from archonc.resolve.symbols import ArchitectureSymbol, Unknown

__all__ = ["least_needed", "least_of", "wanted_of_layers"]


def wanted_of_layers(layers: Sequence[WalkedLayer]) -> list[int | None]:
    """Tell for each layer how many of its places may be enough; None: all are wanted."""
    wanted: list[int | None] = []
    after: int | None = None
    for layer in reversed(layers):
        wanted.append(after)
        after = _wanted_before(layer, after)
    return wanted[::-1]


def _wanted_before(layer: WalkedLayer, after: int | None) -> int | None:
    technique = layer.steps[0].technique if len(layer.steps) == 1 else None
    if technique is None:
        return None
    return after if technique.makes_tests else technique.enough()


def least_needed(layer: WalkedLayer, wanted: int | None, number: int) -> tuple[int, int]:
    """Tell how many of its places step *number* (from 0) fills at least, and has.

    The first places of a layer are wanted first; those of a quorum may be any.
    """
    widths = [flow.arity.high or 0 for flow in layer.outflows]
    width, before = widths[number], sum(widths[:number])
    needed = width
    if wanted is not None and _makes_new(layer.steps[number]):
        needed = min(needed, max(0, wanted - before))
    if layer.settings.quorum is not None:
        needed = min(needed, max(0, layer.settings.quorum - (sum(widths) - width)))
    return needed, width


def least_of(bounds: Bounds, needed: int, width: int) -> Bounds:
    """Lower the least counts of a step to what so many of its places take."""
    if needed >= width:
        return bounds

    def part(amount: Range) -> Range:
        return Range(amount.least * needed // width, amount.most)

    return replace(
        bounds,
        calls=part(bounds.calls),
        prompt_tokens=part(bounds.prompt_tokens),
        completion_tokens=part(bounds.completion_tokens),
    )


def _makes_new(step: DraftStep) -> bool:
    if isinstance(step.kind, ArchitectureSymbol):
        return True
    return not isinstance(step.kind, Unknown) and step.kind.makes_new
