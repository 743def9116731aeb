"""Small techniques for tests of the engine, and a runtime that knows them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from archon_runtime import Plan, Result, Runtime
from archon_runtime.bounds import Bounds, Range, Sizes
from archon_runtime.classes import dataclass, replace
from archon_runtime.flow import Flow
from archon_runtime.techniques.base import Context, Inflow, Technique
from tests.runtime.scripted import Scripted

__all__ = ["OWN", "run"]


@dataclass(frozen=True, slots=True)
class NoOptions:
    """A technique that takes none."""


class Polish(Technique[NoOptions]):
    """Asks once for each candidate, side by side."""

    name = "polish"
    summary = "asks once a candidate"
    options_type = NoOptions

    def flow(self, inflow: Flow) -> Flow:
        return Flow(inflow.arity)

    def bounds(self, inflow: Flow, sizes: Sizes) -> Bounds:
        calls = Range(inflow.arity.low, inflow.arity.high)
        return Bounds(calls, sizes.prompt().times(calls), Range(0, None), depth=1)

    async def apply(self, ctx: Context, candidates: Inflow) -> None:
        async def polish(index: int) -> None:
            candidate = await candidates.get(index)
            if candidate is not None:
                reply = await ctx.ask(ctx.question.messages, sample=index)
                ctx.put(index, replace(candidate, text=f"{candidate.text}, {reply.text}"))

        await ctx.side_by_side([partial(polish, i) for i in range(candidates.width)])


class PolishOnDemand(Polish):
    """Asks once for each candidate that is wanted of it."""

    name = "polish_on_demand"

    def works_on_demand(self) -> bool:
        return True


class FirstOnly(Polish):
    """Needs the first candidate and says so."""

    name = "first_only"

    async def apply(self, ctx: Context, candidates: Inflow) -> None:
        for index in range(1, candidates.width):
            candidates.unneeded(index)
        candidate = await candidates.get(0)
        assert candidate is not None
        ctx.put(0, candidate)


class TakeTwo(Polish):
    """Reads the first two candidates, and ends."""

    name = "take_two"

    async def apply(self, ctx: Context, candidates: Inflow) -> None:
        for index in range(2):
            candidate = await candidates.get(index)
            assert candidate is not None
            ctx.put(index, candidate)


class DropAll(Polish):
    """Lets nothing through."""

    name = "drop_all"

    async def apply(self, ctx: Context, candidates: Inflow) -> None:
        for index in range(candidates.width):
            await candidates.get(index)
            ctx.drop(index, "not liked")


OWN: Mapping[str, type[Technique[Any]]] = {
    technique.name: technique for technique in (Polish, PolishOnDemand, FirstOnly, TakeTwo, DropAll)
}


async def run(plan: Plan, lab: Scripted, **given: Any) -> Result:
    """Answer a question with a provider and the techniques of this file."""
    async with Runtime(providers={"lab": lab}, techniques=OWN, **given) as runtime:
        return await runtime.run(plan, "why?")
