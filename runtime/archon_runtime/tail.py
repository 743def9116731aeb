"""What the layers of a plan still need at least: the reserve for the tail of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from archon_runtime.books import Account
from archon_runtime.bounds import Range
from archon_runtime.budget import NO_HOLDS, Holds, Ledger
from archon_runtime.plan import BudgetSpec, LayerSpec, ModelSpec, StepSpec, model_chain
from archon_runtime.room import Hold
from archon_runtime.usage import NOTHING, Usage, dearest

__all__ = ["Tail", "need_of_layer"]

_NO_LIMITS = BudgetSpec()


def need_of_layer(layer: LayerSpec, models: Mapping[str, ModelSpec]) -> Usage:
    """Tell what the least calls of a layer take at worst; its nested steps have their own layers.

    The plan's worst case counts all calls, repairs too; the least calls get their
    share of it. Where the worst case is unbounded nothing can be kept for it.
    """
    own = (step for step in layer.steps if isinstance(step, StepSpec))
    return sum((_need_of_step(step, models) for step in own), NOTHING)


def _need_of_step(step: StepSpec, models: Mapping[str, ModelSpec]) -> Usage:
    calls = step.bounds.calls
    if step.model is None or not calls.least:
        return NOTHING
    prompt = _share(step.bounds.prompt_tokens, calls)
    completion = _share(step.bounds.completion_tokens, calls)
    prices = (models[each].price for each in model_chain(models, step.model))
    price = dearest(each for each in prices if each is not None)
    cost = price.cost_usd(prompt, completion) if price else Decimal(0)
    return Usage(calls.least, prompt, completion, cost)


def _share(tokens: Range, calls: Range) -> int:
    if tokens.most is None or not calls.most:
        return tokens.least
    return -(-tokens.most * calls.least // calls.most)


class Tail:
    """The needs of all layers, and the accounts that tell what of them was met.

    Both are in the order of `walk_layers`. A layer in `finished` needs nothing more.
    """

    def __init__(self, needs: Sequence[Usage], accounts: Sequence[Account]) -> None:
        self._needs = needs
        self._accounts = accounts
        lineages = [frozenset(account.ledger.lineage()) for account in accounts]
        self._others = tuple(_others(each, i, lineages) for i, each in enumerate(accounts))
        self.finished: set[int] = set()

    def holds(self, layer: int, estimate: Usage) -> Holds:
        """Tell what must stay free while layer number *layer* makes such a call.

        In each limited ledger that the call is booked in: the open needs of all others
        that spend from it too; of those that come before it in the data's flow the first
        call, if they have had none.
        """
        if not self._others[layer]:
            return NO_HOLDS
        own = self._open_need(layer)
        first = estimate if self._accounts[layer].booked.calls == 0 else NOTHING
        if own.calls:
            own = _larger(own, estimate)
        return {
            ledger: self._hold(others, earlier, own, first)
            for ledger, others, earlier in self._others[layer]
        }

    def _hold(
        self, others: tuple[int, ...], earlier: tuple[int, ...], own: Usage, first: Usage
    ) -> Hold:
        passed_by = sum(self._is_untouched(each) for each in earlier)
        later = sum((self._open_need(each) for each in others), Usage(calls=passed_by))
        untouched = passed_by + sum(self._is_untouched(each) for each in others)
        return Hold(later, own, first, untouched)

    def _is_untouched(self, layer: int) -> bool:
        """Tell whether the layer needs calls and has had none."""
        need = self._needs[layer].calls
        return bool(need and layer not in self.finished and not self._accounts[layer].booked.calls)

    def _open_need(self, layer: int) -> Usage:
        """Need of the calls that the layer has not made yet."""
        need = self._needs[layer]
        if not need.calls or layer in self.finished:
            return NOTHING
        calls = max(0, need.calls - self._accounts[layer].booked.calls)
        if not calls:
            return NOTHING
        return Usage(
            calls,
            -(-need.prompt_tokens * calls // need.calls),
            -(-need.completion_tokens * calls // need.calls),
            need.cost_usd * calls / need.calls,
        )


def _others(
    account: Account, layer: int, lineages: Sequence[frozenset[Ledger]]
) -> tuple[tuple[Ledger, tuple[int, ...], tuple[int, ...]], ...]:
    """List the limited ledgers that a layer spends from, each with who else does.

    Those that come before the layer in the data's flow stand apart, as the last.
    """
    shared = []
    for ledger in account.ledger.lineage():
        sharing = [i for i, each in enumerate(lineages) if i != layer and ledger in each]
        if ledger.limits != _NO_LIMITS and sharing:
            others = tuple(i for i in sharing if i not in account.earlier)
            earlier = tuple(i for i in sharing if i in account.earlier)
            shared.append((ledger, others, earlier))
    return tuple(shared)


def _larger(left: Usage, right: Usage) -> Usage:
    return Usage(
        max(left.calls, right.calls),
        max(left.prompt_tokens, right.prompt_tokens),
        max(left.completion_tokens, right.completion_tokens),
        max(left.cost_usd, right.cost_usd),
    )
