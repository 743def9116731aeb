"""What the layers of a plan still need at least: the reserve for the tail of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from archon_runtime.bounds import Range
from archon_runtime.budget import Ledger
from archon_runtime.plan import LayerSpec, ModelSpec, StepSpec
from archon_runtime.room import Hold
from archon_runtime.usage import NOTHING, Usage

__all__ = ["Tail", "need_of_layer"]


def need_of_layer(layer: LayerSpec, models: Mapping[str, ModelSpec]) -> Usage:
    """Tell what the least calls of a layer take at worst.

    The plan's worst case counts all calls, repairs too; the least calls get their
    share of it. Where the worst case is unbounded nothing can be kept for it.
    """
    return sum((_need_of_step(step, models) for step in layer.steps), NOTHING)


def _need_of_step(step: StepSpec, models: Mapping[str, ModelSpec]) -> Usage:
    calls = step.bounds.calls
    if step.model is None or not calls.least:
        return NOTHING
    prompt = _share(step.bounds.prompt_tokens, calls)
    completion = _share(step.bounds.completion_tokens, calls)
    price = models[step.model].price
    cost = price.cost_usd(prompt, completion) if price else Decimal(0)
    return Usage(calls.least, prompt, completion, cost)


def _share(tokens: Range, calls: Range) -> int:
    if tokens.most is None or not calls.most:
        return tokens.least
    return -(-tokens.most * calls.least // calls.most)


@dataclass(frozen=True, slots=True)
class Tail:
    """The needs of all layers, and the ledgers that tell what of them was met."""

    needs: tuple[Usage, ...]
    ledgers: Sequence[Ledger]
    finished: set[int]

    def hold(self, layer: int, estimate: Usage) -> Hold:
        """Tell what must stay free while layer number *layer* makes such a call."""
        later = sum((self._open_need(i) for i in range(layer + 1, len(self.needs))), NOTHING)
        own = self._open_need(layer)
        first = estimate if self.ledgers[layer].booked.calls == 0 else NOTHING
        if own.calls:
            own = _larger(own, estimate)
        return Hold(later, own, first)

    def _open_need(self, layer: int) -> Usage:
        """Need of the calls that the layer has not made yet."""
        need = self.needs[layer]
        calls = max(0, need.calls - self.ledgers[layer].booked.calls)
        if not calls or layer in self.finished:
            return NOTHING
        return Usage(
            calls,
            -(-need.prompt_tokens * calls // need.calls),
            -(-need.completion_tokens * calls // need.calls),
            need.cost_usd * calls / need.calls,
        )


def _larger(left: Usage, right: Usage) -> Usage:
    return Usage(
        max(left.calls, right.calls),
        max(left.prompt_tokens, right.prompt_tokens),
        max(left.completion_tokens, right.completion_tokens),
        max(left.cost_usd, right.cost_usd),
    )
