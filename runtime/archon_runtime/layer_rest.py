"""What goes through a layer as it came, where the layer did not get to it."""

from __future__ import annotations

from archon_runtime.candidate import Candidate
from archon_runtime.stream import Stream

__all__ = ["come_by_now", "pass_on"]


async def come_by_now(inflow: Stream, wanted: int, most: int) -> tuple[Candidate, ...]:
    """Give the first *most* of the *wanted* places; one from behind them if those are empty.

    Nobody asks for more candidates only in order to let them through.
    """
    view = inflow.open_view(on_demand=True)
    view.want(wanted)
    through: list[Candidate] = []
    for index in range(view.width):
        if len(through) == most or (through and index >= wanted):
            break
        candidate = await view.get(index)
        if candidate is not None:
            through.append(candidate)
    view.leave()
    return tuple(through)


async def pass_on(inflow: Stream, out: Stream) -> None:
    """Let through what a layer of unit tests did not get to, and older tests if it has none."""
    if not out.tests.is_settled:
        out.tests.settle(await inflow.tests.get())
    view = inflow.open_view(on_demand=True)
    for index in range(out.width):
        await out.until_wanted(index)
        candidate = None if out.is_decided(index) else await view.get(index)
        if candidate is not None:
            out.put(index, candidate)
    view.leave()
