"""What one simulated case is: a plan, providers with a temper, and what befalls its runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from archon_runtime.plan import walk_nested, walk_steps
from archon_runtime.plan_file import Plan
from tests.simulate.draw import draw_plan

__all__ = ["Case", "Temper", "draw_case"]


@dataclass(frozen=True, slots=True)
class Temper:
    """How a provider behaves. Shares are of its replies; times in seconds.

    `counts`: it counts prompts exactly. `unstated`: it states no token counts.
    `overrun`: it bills more than was reserved. `nonsense`: it answers beside the point.
    """

    concurrency: int
    rate: float | None
    slowest_s: float
    failures: float
    counts: bool
    window: int | None
    unstated: float
    overrun: float
    nonsense: float


@dataclass(frozen=True, slots=True)
class Case:
    """A case, drawn from its seed alone. `starts_s` is when each of its runs begins.

    `stop_s` stops all runs; `cancel_s` cancels the first one from outside.
    `journal_s` is how long a write may take; `journal_fails` is the share that fails.
    """

    seed: int
    plan: Plan
    labs: Mapping[str, Temper]
    starts_s: tuple[float, ...]
    stop_s: float | None
    cancel_s: float | None
    journal_s: float
    journal_fails: float

    @property
    def techniques(self) -> frozenset[str]:
        """The techniques of the plan."""
        return frozenset(step.technique for step in walk_steps(self.plan.spec.layers))

    @property
    def is_nested(self) -> bool:
        """Tell whether the plan has a nested architecture."""
        return any(True for _ in walk_nested(self.plan.spec.layers))


def draw_case(seed: int) -> Case:
    """Draw the case of a seed."""
    chance = Random(f"case {seed}")
    names = ("lab", "mill", "yard")[: chance.choice([1, 1, 2, 3])]
    labs = {name: _draw_temper(chance) for name in names}
    plan = draw_plan(chance, names)
    slowest_s = max(temper.slowest_s for temper in labs.values())
    length_s = 3.0 * slowest_s + 1.0
    second = (chance.uniform(0.0, slowest_s),) if chance.random() < 0.1 else ()
    return Case(
        seed=seed,
        plan=plan,
        labs=labs,
        starts_s=(0.0, *second),
        stop_s=chance.uniform(0.0, length_s) if chance.random() < 0.14 else None,
        cancel_s=chance.uniform(0.0, length_s) if chance.random() < 0.14 else None,
        journal_s=chance.choice([0.5, 5.0]) if chance.random() < 0.2 else 0.0,
        journal_fails=0.05 if chance.random() < 0.03 else 0.0,
    )


def _draw_temper(chance: Random) -> Temper:
    return Temper(
        concurrency=chance.choice([1, 2, 3, 8, 64]),
        rate=chance.choice([None, None, 0.5, 2.0, 20.0]),
        slowest_s=chance.choice([0.0, 1.0, 10.0, 60.0]),
        failures=chance.choice([0.0, 0.0, 0.05, 0.15, 0.4]),
        counts=chance.random() < 0.4,
        window=chance.choice([600, 2000]) if chance.random() < 0.05 else None,
        unstated=chance.choice([0.0, 0.0, 0.2]),
        overrun=0.1 if chance.random() < 0.03 else 0.0,
        nonsense=chance.choice([0.0, 0.1, 0.3]),
    )
