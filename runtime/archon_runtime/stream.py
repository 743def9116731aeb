"""What flows between layers: an ordered row of places, each decided when it is ready."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field

import anyio
import anyio.lowlevel

from archon_runtime.candidate import Candidate
from archon_runtime.errors import StepFailed

__all__ = ["CURRENT_JOB", "Job", "Stream", "StreamView", "UnitTests"]


@dataclass(slots=True, eq=False)
class Job:
    """One of the jobs that a step runs side by side; `waits` are places it waits for.

    `tied`: it fills the place of its own number, and no other.
    """

    scope: anyio.CancelScope
    tied: bool
    waits: set[int] = field(default_factory=set)


CURRENT_JOB: ContextVar[Job | None] = ContextVar("CURRENT_JOB", default=None)
"""The job that runs: whose work is wasted if its place turns out to be unneeded."""


@dataclass(slots=True)
class _Place:
    """A place; what wakes those who wait for it is made when somebody waits."""

    candidate: Candidate | None = None
    is_decided: bool = False
    waited_for: anyio.Event | None = None

    def decide(self, candidate: Candidate | None) -> None:
        self.candidate, self.is_decided = candidate, True
        if self.waited_for is not None:
            self.waited_for.set()

    async def wait(self) -> None:
        if self.is_decided:
            await anyio.lowlevel.checkpoint()
            return
        if self.waited_for is None:
            self.waited_for = anyio.Event()
        await self.waited_for.wait()


class UnitTests:
    """The unit tests that flow beside candidates: settled once, perhaps with none.

    Layers that write none share those of the layer before them.
    """

    def __init__(self) -> None:
        self.texts: tuple[str, ...] = ()
        self._settled = anyio.Event()
        self._on_settled: list[Callable[[], None]] = []

    @property
    def is_settled(self) -> bool:
        """Tell whether it is known which tests there are."""
        return self._settled.is_set()

    def settle(self, texts: tuple[str, ...]) -> None:
        """Say which tests there are.

        Raises:
            StepFailed: that was said already: a mistake of the technique.
        """
        if self.is_settled:
            raise StepFailed("the technique gave its unit tests twice")
        self.texts = texts
        self._settled.set()
        waiting, self._on_settled = self._on_settled, []
        for tell in waiting:
            tell()

    def when_settled(self, tell: Callable[[], None]) -> None:
        """Call *tell* when it is known which tests there are, or at once if it is."""
        if self.is_settled:
            tell()
        else:
            self._on_settled.append(tell)

    async def get(self) -> tuple[str, ...]:
        """Wait until it is known which tests there are."""
        await self._settled.wait()
        return self.texts


class Stream:
    """The candidates that one layer makes, in order, for the steps of the next one.

    A place is decided once: it holds a candidate or stays empty. `decided` and `filled`
    count them. Without *tests* it is settled that there are none.
    """

    def __init__(self, width: int, tests: UnitTests | None = None) -> None:
        self.width = width
        if tests is None:
            tests = UnitTests()
            tests.settle(())
        self.tests = tests
        self._places = tuple(_Place() for _ in range(width))
        self._views: list[StreamView] = []
        self._unneeded: set[int] = set()
        self.decided = 0
        self.filled = 0
        self._on_first: list[Callable[[], None]] = []
        self.on_decided: Callable[[], None] = _ignore
        self.on_unneeded: Callable[[int], None] = _ignore_place

    def open_view(self) -> StreamView:
        """Let one more step read; a place is unneeded when all readers say so."""
        view = StreamView(self)
        self._views.append(view)
        return view

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
        waiting, self._on_first = self._on_first, []
        for tell in waiting:
            tell()

    def close(self, index: int) -> None:
        """Leave a place empty for good, unless it is decided."""
        if 0 <= index < self.width and not self.is_decided(index):
            self._decide(index, None)

    async def get(self, index: int) -> Candidate | None:
        """Wait for a place to be decided."""
        place = self._places[index]
        await place.wait()
        return place.candidate

    def drop_unneeded(self, index: int) -> None:
        """Close a place and stop the work on it, once no reader needs it."""
        if self.is_decided(index) or not all(view.has_dropped(index) for view in self._views):
            return
        self._unneeded.add(index)
        self.close(index)
        self.on_unneeded(index)

    def _decide(self, index: int, candidate: Candidate | None) -> None:
        self._places[index].decide(candidate)
        self.decided += 1
        self.filled += candidate is not None
        self.on_decided()


class StreamView:
    """One step's view of what flows in: an `Inflow`."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._dropped: set[int] = set()

    @property
    def width(self) -> int:
        """How many places there are."""
        return self._stream.width

    async def get(self, index: int) -> Candidate | None:
        """Wait for one place; None if it stays empty."""
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
        for index in range(self.width):
            await self._stream.get(index)
        return self._stream.candidates

    async def tests(self) -> tuple[str, ...]:
        """Wait for the unit tests; empty if there are none."""
        return await self._stream.tests.get()

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
