"""The books of a run: ledgers of the run, its layers and its nested steps, one inside another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archon_runtime.budget import Ledger
from archon_runtime.plan import LayerSpec, NestedSpec, PlanSpec
from archon_runtime.techniques.base import Technique
from archon_runtime.usage import NOTHING, Usage

__all__ = ["Account", "Books", "open_books"]


@dataclass(frozen=True, slots=True, eq=False)
class Account:
    """A layer's ledger, and those of its nested steps, whose calls are not its own.

    `earlier` holds the positions of all layers that have begun before it can ask anything.
    The layers of another nested step, that runs beside its own, are none of them; nor are
    those that write unit tests, which wait for nobody, and let candidates pass at once.
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


def open_books(
    spec: PlanSpec,
    techniques: Mapping[str, type[Technique[Any]]],
    open_ledger: type[Ledger] = Ledger,
    batch: Ledger | None = None,
) -> Books:
    """Open a ledger for the run, in it one for each layer, in these those of nested steps.

    The run's is inside that of the *batch* it belongs to, if it does.
    """
    run = open_ledger(spec.budget, batch)
    accounts: list[Account] = []
    writers = frozenset(name for name, technique in techniques.items() if technique.makes_tests)
    _open_accounts(spec.layers, run, frozenset(), writers, accounts)
    positions = {account.layer.name: index for index, account in enumerate(accounts)}
    return Books(run, tuple(accounts), positions)


def _open_accounts(
    layers: Sequence[LayerSpec],
    parent: Ledger,
    earlier: frozenset[int],
    writers: frozenset[str],
    accounts: list[Account],
) -> None:
    for layer in layers:
        first = len(accounts)
        ledger = type(parent)(layer.budget, parent, name=f"layer `{layer.name}`")
        inner = []
        for step in layer.steps:
            if isinstance(step, NestedSpec):
                own = type(parent)(step.budget, ledger, name=f"architecture `{step.id}`")
                _open_accounts(step.layers, own, earlier, writers, accounts)
                inner.append(own)
        waits = not any(getattr(step, "technique", "") in writers for step in layer.steps)
        accounts.append(Account(layer, ledger, tuple(inner), earlier if waits else frozenset()))
        if waits:
            earlier = earlier.union(range(first, len(accounts)))
