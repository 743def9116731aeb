"""What flows between layers: an ordered row of places, each decided when it is ready."""

from __future__ import annotations

from collections.abc import Callable

import anyio
import anyio.lowlevel

from archon_runtime.candidate import Candidate
from archon_runtime.errors import StepFailed
from archon_runtime.places import CURRENT_JOB, Place
from archon_runtime.unit_tests import UnitTests

__all__ = ["Stream", "StreamView"]


class Stream:
    """The candidates that one layer makes, in order, for the steps of the next one.

    A place is decided once: it holds a candidate or stays empty. `decided` and `filled`
    count them. Demand flows the other way: the first so many places are wanted by a
    reader, and it may want more. Without *tests* it is settled that there are none.
    """

    def __init__(self, width: int, tests: UnitTests | None = None) -> None:
        self.width = width
        if tests is None:
            tests = UnitTests()
            tests.settle(())
        self.tests = tests
        self._places = tuple(Place() for _ in range(width))
        self._views: list[StreamView] = []
        self._unneeded: set[int] = set()
        self._refused: set[int] = set()
        self._wanted = 0
        self._demand_changed: anyio.Event | None = None
        self.decided = 0
        self.filled = 0
        self._on_first: list[Callable[[], None]] = []
        self.on_decided: Callable[[], None] = _ignore
        self.on_unneeded: Callable[[int], None] = _ignore_place

    def open_view(self, *, on_demand: bool = False) -> StreamView:
        """Let one more step read; a place is unneeded when all readers say so.

        All places are wanted at once, unless the reader says *on_demand* which. The
        first one always is, so that work on candidates begins before work beside them.
        """
        view = StreamView(self)
        self._views.append(view)
        view.want(1 if on_demand else self.width)
        return view

    def want(self, count: int) -> None:
        """Want at least the first *count* places from now on."""
        self._wanted = max(self._wanted, min(count, self.width))
        self._tell_demand()

    async def until_wanted(self, index: int) -> None:
        """Wait until the work on a place is to begin, or not to be done any more."""
        while index >= self._wanted and not self.is_decided(index):
            await self.demand_changed()

    async def demand_changed(self) -> None:
        """Wait until more is wanted, or a place is decided."""
        self._demand_changed = self._demand_changed or anyio.Event()
        await self._demand_changed.wait()

    def when_first(self, tell: Callable[[], None]) -> None:
        """Call *tell* when the first candidate is there, or at once if one is."""
        if self.filled:
            tell()
        else:
            self._on_first.append(tell)

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The candidates that are there by now, in order."""
        return tuple(p.candidate for p in self._places if p.candidate is not None)

    @property
    def empty(self) -> tuple[int, ...]:
        """The places that hold no candidate by now."""
        return tuple(i for i, place in enumerate(self._places) if place.candidate is None)

    def is_decided(self, index: int) -> bool:
        """Tell whether a place is decided."""
        return self._places[index].is_decided

    def put(self, index: int, candidate: Candidate) -> None:
        """Fill a place; nothing happens if it became unneeded meanwhile.

        Raises:
            StepFailed: there is no such place, or it is decided already: a mistake of
                the technique.
        """
        if not 0 <= index < self.width:
            raise StepFailed(f"the technique filled place {index} of {self.width}")
        if index in self._unneeded:
            return
        if self.is_decided(index):
            raise StepFailed(f"the technique filled place {index} twice")
        self._decide(index, candidate)
        for refused in sorted(self._refused):
            self.close(refused)
        while self._on_first:
            self._on_first.pop(0)()

    def close(self, index: int) -> None:
        """Leave a place empty for good, unless it is decided."""
        if 0 <= index < self.width and not self.is_decided(index):
            self._decide(index, None)

    def refuse(self, index: int) -> None:
        """Say that the budget refused the work on a place; the next one is wanted for it.

        It stays empty as soon as any place is filled. Until then it is open: if nothing
        at all is made, what flows in may have to stand there.
        """
        if self.is_decided(index):
            return
        self._refused.add(index)
        self.want(self._wanted + 1)
        if self.filled:
            self.close(index)

    def reopen_refused(self) -> None:
        """Let refused places be filled after all."""
        self._refused.clear()

    async def get(self, index: int) -> Candidate | None:
        """Wait for a place to be decided."""
        place = self._places[index]
        await place.wait()
        return place.candidate

    def drop_unneeded(self, index: int) -> None:
        """Close a place and stop the work on it, once no reader needs it."""
        if not self.is_decided(index) and all(view.has_dropped(index) for view in self._views):
            self._unneeded.add(index)
            self.close(index)
            self.on_unneeded(index)

    def _decide(self, index: int, candidate: Candidate | None) -> None:
        self._places[index].decide(candidate)
        self.decided += 1
        self.filled += candidate is not None
        self._refused.discard(index)
        self._tell_demand()
        self.on_decided()

    def _tell_demand(self) -> None:
        if self._demand_changed is not None:
            self._demand_changed.set()
            self._demand_changed = None


class StreamView:
    """One step's view of what flows in: an `Inflow`. It wants the first `wanted` places."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._dropped: set[int] = set()
        self.wanted = 0

    @property
    def width(self) -> int:
        """How many places there are."""
        return self._stream.width

    async def get(self, index: int) -> Candidate | None:
        """Wait for one place; None if it stays empty."""
        self.want(index + 1)
        job = CURRENT_JOB.get()
        if job is None or self._stream.is_decided(index):
            return await self._stream.get(index)
        job.waits.add(index)
        candidate = await self._stream.get(index)
        # Not in a `finally`: what a cancelled job waited for is asked of it afterwards.
        job.waits.discard(index)
        return candidate

    async def all(self) -> tuple[Candidate, ...]:
        """Wait for all places; the candidates that are there, in order."""
        self.want(self.width)
        for index in range(self.width):
            await self._stream.get(index)
        return self._stream.candidates

    async def tests(self) -> tuple[str, ...]:
        """Wait for the unit tests; empty if there are none."""
        return await self._stream.tests.get()

    def want(self, count: int) -> None:
        """Want at least the first *count* places from now on."""
        if count > self.wanted:
            self.wanted = min(count, self.width)
            self._stream.want(count)

    async def until_wanted(self, index: int) -> None:
        """Wait until this reader wants a place."""
        while index >= self.wanted:
            await self._stream.demand_changed()

    def leave(self) -> None:
        """Say that this reader needs nothing any more."""
        for index in range(self.width):
            self.unneeded(index)

    def unneeded(self, index: int) -> None:
        """Say that this reader does not need a place."""
        self._dropped.add(index)
        self._stream.drop_unneeded(index)

    def has_dropped(self, index: int) -> bool:
        """Tell whether this reader said that it does not need a place."""
        return index in self._dropped


def _ignore() -> None:
    pass


def _ignore_place(index: int) -> None:
    pass
