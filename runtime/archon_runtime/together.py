"""Run things side by side, and fail with one error: the first by their order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

import anyio
import anyio.lowlevel
import sniffio

from archon_runtime.errors import ArchonError

__all__ = ["run_together"]

_AT_ONCE = 16


async def run_together(
    jobs: Iterable[Callable[[], Awaitable[None]]],
    *,
    until: Callable[[], bool] | None = None,
    when: Callable[[int], Awaitable[None]] | None = None,
    at_once: int | None = None,
) -> None:
    """Run all jobs to their end; the first failure cancels the rest.

    `until` is asked after each job that ends; once it is true, the rest is cancelled.
    Of at most `at_once` jobs there are tasks: the next one starts when one has ended.
    Jobs reach their first wait in order. `when` is waited for before a job, by its number,
    and those behind it are started: there is no task before it can run. Of `ArchonError`s
    that come at the same time the first by order is raised; anything else is a bug and is
    raised as it is. No exception group leaves this function.
    """
    failures: dict[int, ArchonError] = {}
    free = None if at_once is None else anyio.Semaphore(at_once, fast_acquire=True)

    async def run(index: int, job: Callable[[], Awaitable[None]]) -> None:
        try:
            await job()
        except ArchonError as error:
            failures[index] = error
            # One turn for others that fail at this same moment, whatever their order.
            await anyio.lowlevel.checkpoint()
            group.cancel_scope.cancel()
        finally:
            if free is not None:
                free.release()
        if until is not None and until():
            group.cancel_scope.cancel()

    try:
        async with anyio.create_task_group() as group:
            together = _started_in_a_turn()
            for index, job in enumerate(jobs):
                if when is not None:
                    await when(index)
                if free is not None:
                    await free.acquire()
                group.start_soon(run, index, job)
                if (index + 1) % together == 0:
                    await anyio.lowlevel.checkpoint()
    except ExceptionGroup as bugs:
        raise _first_leaf(bugs) from None
    if failures:
        raise failures[min(failures)]


def _started_in_a_turn() -> int:
    """Tell how many tasks are started before others have a turn.

    Trio shuffles tasks that are started at once; one turn each keeps the order. Asyncio
    keeps it, and a turn costs as much as a task: there others get one now and then.
    """
    return 1 if sniffio.current_async_library() == "trio" else _AT_ONCE


def _first_leaf(group: ExceptionGroup[Exception]) -> Exception:
    first = group.exceptions[0]
    return _first_leaf(first) if isinstance(first, ExceptionGroup) else first
