"""Many questions to one plan: so many at once, answered as a stream, in bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from typing import Self

import anyio

from archon_runtime.budget import Ledger
from archon_runtime.errors import ArchonError
from archon_runtime.plan import BudgetSpec
from archon_runtime.result import Result
from archon_runtime.run import Run
from archon_runtime.sitting import Asked
from archon_runtime.usage import Usage

__all__ = ["Batch", "Questions"]

Questions = Iterable[Asked] | AsyncIterable[Asked]

Answer = Callable[[Asked, Ledger, set[Run]], Awaitable[Result]]
"""Answers a question out of a ledger; the run is in the set while it goes on."""

_AHEAD = 2
"""So many times what runs at once may be begun before it is taken from the iterator."""


class Batch:
    """The answers to many questions: an async iterator of (index, result or error).

    A question that fails is an `ArchonError` in its place; the others go on. It belongs
    to the runtime that made it and ends with it at the latest.
    """

    def __init__(
        self,
        questions: Questions,
        answer: Answer,
        *,
        concurrency: int,
        ordered: bool,
        budget: BudgetSpec | None,
    ) -> None:
        self._questions = (
            aiter(questions) if isinstance(questions, AsyncIterable) else iter(questions)
        )
        self._answer = answer
        self._concurrency = max(1, concurrency)
        self._ordered = ordered
        self._budget = budget or BudgetSpec()
        self._ledger = Ledger(self._budget, name="the batch")
        self._scope = anyio.CancelScope()
        self._taking = anyio.Lock()
        self._runs: set[Run] = set()
        self._done: dict[int, Result | ArchonError] = {}
        self._order: deque[int] = deque()
        self._taken = 0
        self._given = 0
        self._is_stopped = False
        self._has_ended = False
        self._failure: Exception | None = None
        self._change = anyio.Event()

    @property
    def usage(self) -> Usage:
        """What all questions together were billed until now."""
        return self._ledger.spent

    def stop(self) -> None:
        """Begin no more questions; those under way end with the best answer they have."""
        self._is_stopped = True
        for run in self._runs:
            run.stop()
        self._tell()

    def close(self) -> None:
        """Cancel what is under way; nothing more comes."""
        self._is_stopped = True
        self._scope.cancel()

    def __aiter__(self) -> Self:
        """Go on where the last iteration stopped."""
        return self

    async def __anext__(self) -> tuple[int, Result | ArchonError]:
        """Wait for the next one by order of input, or of completion.

        Raises:
            Exception: the questions could not be read, or there is a bug.
        """
        while True:
            index = self._ready()
            if index is not None:
                self._given += 1
                self._tell()
                return index, self._done.pop(index)
            if self._failure is not None:
                raise self._failure
            if self._has_ended:
                raise StopAsyncIteration
            await self._change.wait()

    async def work(self) -> None:
        """Answer all questions; for the runtime that made this."""
        try:
            with self._scope:
                async with anyio.create_task_group() as group:
                    if self._budget.time_s is not None:
                        group.start_soon(self._keep_time, self._budget.time_s)
                    async with anyio.create_task_group() as workers:
                        for _ in range(self._concurrency):
                            workers.start_soon(self._answer_in_turn)
                    group.cancel_scope.cancel()
        finally:
            self._has_ended = True
            self._tell()

    async def _keep_time(self, seconds: float) -> None:
        """Stop when the batch's time is over."""
        await anyio.sleep(seconds)
        self.stop()

    async def _answer_in_turn(self) -> None:
        """Answer one question after the other, until there are no more."""
        try:
            while (taken := await self._take()) is not None:
                index, asked = taken
                try:
                    self._done[index] = await self._answer(asked, self._ledger, self._runs)
                except ArchonError as error:
                    self._done[index] = error
                self._order.append(index)
                self._tell()
        except Exception as failure:  # it is the caller's, who waits in `__anext__`
            self._failure = failure
            self._scope.cancel()

    async def _take(self) -> tuple[int, Asked] | None:
        async with self._taking:
            while self._taken - self._given >= _AHEAD * self._concurrency and not self._is_stopped:
                await self._change.wait()
            if self._is_stopped:
                return None
            asked = await self._next_question()
            if asked is None:
                self._is_stopped = True  # those under way go on
                return None
            self._taken += 1
            return self._taken - 1, asked

    async def _next_question(self) -> Asked | None:
        try:
            if isinstance(self._questions, AsyncIterator):
                return await anext(self._questions)
            return next(self._questions)
        except (StopIteration, StopAsyncIteration):
            return None

    def _ready(self) -> int | None:
        if not self._ordered:
            return self._order.popleft() if self._order else None
        return self._given if self._given in self._done else None

    def _tell(self) -> None:
        self._change.set()
        self._change = anyio.Event()
