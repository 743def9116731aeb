"""What a `require` can speak of: quantities of an architecture, and of one of its layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce

from archon_runtime.bounds import Bounds
from archonc.check.bounds import cost_of
from archonc.check.interval import Interval
from archonc.check.typed import CheckedLayer, CheckedNested, CheckedStep, leaf_steps

__all__ = ["LAYER_QUANTITIES", "QUANTITIES", "Measure"]

Measure = Callable[[Sequence[CheckedLayer]], Interval]


def _calls(layers: Sequence[CheckedLayer]) -> Interval:
    calls = _bounds(layers).calls
    return Interval.of(calls.least, calls.most)


def _prompt_tokens(layers: Sequence[CheckedLayer]) -> Interval:
    tokens = _bounds(layers).prompt_tokens
    return Interval.of(tokens.least, tokens.most)


def _completion_tokens(layers: Sequence[CheckedLayer]) -> Interval:
    tokens = _bounds(layers).completion_tokens
    return Interval.of(tokens.least, tokens.most)


def _tokens(layers: Sequence[CheckedLayer]) -> Interval:
    return _prompt_tokens(layers) + _completion_tokens(layers)


def _cost(layers: Sequence[CheckedLayer]) -> Interval:
    cost = cost_of(leaf_steps(layers))
    return Interval.of(cost.least_usd or 0, cost.most_usd)


def _depth(layers: Sequence[CheckedLayer]) -> Interval:
    return Interval.of(_bounds(layers).depth)


def _candidates(layers: Sequence[CheckedLayer]) -> Interval:
    """Most that come out of any of them: of a layer in a repetition there are several."""
    lows = [each.outflow.arity.low for each in layers]
    highs = [each.outflow.arity.high for each in layers]
    known = [each for each in highs if each is not None]
    return Interval.of(max(lows, default=0), max(known, default=0) if known == highs else None)


def _models(layers: Sequence[CheckedLayer]) -> Interval:
    counts = [sum(_asks(step) for step in each.steps) for each in layers]
    return Interval.of(max(counts, default=0))


def _asks(step: CheckedStep | CheckedNested) -> bool:
    return isinstance(step, CheckedNested) or step.model is not None


def _samples(layers: Sequence[CheckedLayer]) -> Interval:
    counts = [
        getattr(step.technique.options, "samples", 1)
        for each in layers
        for step in each.steps
        if isinstance(step, CheckedStep)
    ]
    return Interval.of(max(counts, default=0))


def _bounds(layers: Sequence[CheckedLayer]) -> Bounds:
    return reduce(Bounds.then, (each.bounds for each in layers), Bounds())


QUANTITIES: Mapping[str, Measure] = {
    "calls": _calls,
    "tokens": _tokens,
    "prompt_tokens": _prompt_tokens,
    "completion_tokens": _completion_tokens,
    "cost": _cost,
    "depth": _depth,
}
"""Of the whole architecture, by name; `depth` is the longest chain of calls."""

LAYER_QUANTITIES: Mapping[str, Measure] = {
    "candidates": _candidates,
    "models": _models,
    "samples": _samples,
    **QUANTITIES,
}
"""Of the layers that came of one written layer; nothing, where it was left out."""
