"""The books of a run: ledgers of the run, its layers and its nested steps, one inside another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archon_runtime.budget import Ledger
from archon_runtime.plan import LayerSpec, NestedSpec, PlanSpec
from archon_runtime.usage import NOTHING, Usage

__all__ = ["Account", "Books", "open_books"]


@dataclass(frozen=True, slots=True, eq=False)
class Account:
    """A layer's ledger, and those of its nested steps, whose calls are not its own.

    `earlier` holds the positions of all layers that come before it in the data's flow; the
    layers of another nested step, that runs beside its own, are none of them.
    """

    layer: LayerSpec
    ledger: Ledger
    inner: tuple[Ledger, ...]
    earlier: frozenset[int]

    @property
    def spent(self) -> Usage:
        """What the layer's own calls were billed."""
        return self.ledger.spent - sum((each.spent for each in self.inner), NOTHING)

    @property
    def booked(self) -> Usage:
        """What the layer's own calls have spent and reserved."""
        return self.ledger.booked - sum((each.booked for each in self.inner), NOTHING)


@dataclass(frozen=True, slots=True)
class Books:
    """The run's ledger, and an account for each layer, in the order of `walk_layers`.

    `positions` tells where in this order a layer is, by its name.
    """

    run: Ledger
    accounts: tuple[Account, ...]
    positions: Mapping[str, int]


def open_books(spec: PlanSpec, batch: Ledger | None = None) -> Books:
    """Open a ledger for the run, in it one for each layer, in these those of nested steps.

    The run's is inside that of the *batch* it belongs to, if it does.
    """
    run = Ledger(spec.budget, batch)
    accounts: list[Account] = []
    _open_accounts(spec.layers, run, frozenset(), accounts)
    positions = {account.layer.name: index for index, account in enumerate(accounts)}
    return Books(run, tuple(accounts), positions)


def _open_accounts(
    layers: Sequence[LayerSpec],
    parent: Ledger,
    earlier: frozenset[int],
    accounts: list[Account],
) -> None:
    for layer in layers:
        first = len(accounts)
        ledger = Ledger(layer.budget, parent, name=f"layer `{layer.name}`")
        inner = []
        for step in layer.steps:
            if isinstance(step, NestedSpec):
                own = Ledger(step.budget, ledger, name=f"architecture `{step.id}`")
                _open_accounts(step.layers, own, earlier, accounts)
                inner.append(own)
        accounts.append(Account(layer, ledger, tuple(inner), earlier))
        earlier = earlier.union(range(first, len(accounts)))
