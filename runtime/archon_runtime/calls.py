"""From a completion that a step wants to a reply: journal, limits, budget, retries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

import anyio

from archon_runtime.budget import BudgetRefusal, Ledger, Reservation
from archon_runtime.chat import ChatRequest, ChatResponse
from archon_runtime.errors import (
    ArchonError,
    ContentFiltered,
    ModelMissing,
    ProviderError,
    ProviderRateLimited,
    StepFailed,
    WindowExceeded,
)
from archon_runtime.event import CallFinished
from archon_runtime.journal import CallState
from archon_runtime.open_call import Ask, OpenCall
from archon_runtime.prompt_size import PromptSize, check_window, measure_prompt
from archon_runtime.provider_pool import OpenProvider
from archon_runtime.recorder import Recorder
from archon_runtime.retry import RetryPolicy
from archon_runtime.run_record import RunRecord
from archon_runtime.tail import Tail
from archon_runtime.trace import Note
from archon_runtime.usage import NOTHING

__all__ = ["SHORTEST_REPLY", "Calls"]

SHORTEST_REPLY = 16
"""No reply is asked for that the budget would cut below so many tokens."""


class Calls:
    """Makes the calls of one run. `ledgers` are those of the layers, as `walk_layers` goes."""

    def __init__(
        self,
        *,
        providers: Mapping[str, OpenProvider],
        ledgers: Sequence[Ledger],
        tail: Tail,
        record: RunRecord,
        recorder: Recorder,
        seed: int,
        policy: RetryPolicy,
    ) -> None:
        self._providers = providers
        self._ledgers = ledgers
        self._tail = tail
        self._record = record
        self._recorder = recorder
        self._seed = seed
        self._policy = policy
        self._asked: set[str] = set()

    async def ask(self, *asks: Ask) -> ChatResponse:
        """Get a reply: a committed one, or the first model's that answers, of *asks* in order.

        All *asks* are one call; after the first they are of its model's fallbacks.

        Raises:
            BudgetRefusal: a limit would be passed.
            WindowExceeded: the prompt cannot fit the last model's window.
            ProviderError: the last attempt's failure.
            JournalFailed: an intent or a reply cannot be written.
            StepFailed: the step asked this already.

        Source: specs/runtime.md, rules C1 to C9 and C16.
        """
        first = asks[0]
        if first.path in self._asked:
            raise StepFailed(f"the technique asked twice for {first.path}", place=first.path)
        self._asked.add(first.path)
        keys = [ask.key(is_fallback=ask is not first) for ask in asks]
        for ask, key in zip(asks, keys, strict=True):
            committed = self._record.replies.get(key)
            if committed is not None:
                self._tell_committed(ask)
                return _named(committed, ask, first)
        for ask, key, after in zip(asks, keys, (*asks[1:], None), strict=True):
            try:
                return _named(await self._try(ask, key), ask, first)
            except ContentFiltered:
                raise
            except (ProviderError, ModelMissing, WindowExceeded) as error:
                if after is None:
                    raise
                said = f"`{ask.model_name}` failed ({error.message}); asked `{after.model_name}`"
                self._note(ask, "fallback", f"{said} instead")
        raise AssertionError("the last of them answers or raises")

    def most_at_once(self, provider: str) -> int:
        """Tell how many calls to *provider* may be under way, and as many that wait."""
        return 2 * self._providers[provider].provider.concurrency

    async def _try(self, ask: Ask, key: str) -> ChatResponse:
        """Ask one model, and again where that may help."""
        try:
            size = await self._measure(ask)
        except ArchonError as error:
            raise _placed(error, ask, attempt=0) from None
        random: Random | None = None
        attempt, changed_keys = 1, 0
        while True:
            try:
                return await self._attempt(ask, key, size)
            except ProviderError as error:
                if changed_keys < error.other_keys:
                    changed_keys += 1
                    said = f"a key failed ({error.message}); tried with another one"
                    self._note(ask, "key", said)
                    continue
                # Of its own for each call: the waits do not depend on the order of the calls.
                random = random or Random(f"{self._seed}:{key}")
                wait_s = self._policy.wait_s(error, attempt, random)
                if wait_s is None:
                    raise _placed(error, ask, attempt) from None
                said = f"attempt {attempt} failed ({error.message}); tried again"
                self._note(ask, "retry", said)
            await anyio.sleep(wait_s)
            attempt, changed_keys = attempt + 1, 0

    async def _measure(self, ask: Ask) -> PromptSize:
        opened = self._providers[ask.model.provider]
        counted = await opened.provider.count_tokens(ask.model.model, ask.request.messages)
        size = measure_prompt(ask.request.messages, counted)
        check_window(size, await self._window(ask), model=ask.model_name)
        return size

    async def _window(self, ask: Ask) -> int | None:
        told = await self._providers[ask.model.provider].window(ask.model.model)
        known = [window for window in (told, ask.model.window) if window is not None]
        return min(known, default=None)

    async def _attempt(self, ask: Ask, key: str, size: PromptSize) -> ChatResponse:
        opened = self._providers[ask.model.provider]
        longest = await self._longest_reply(ask, size)
        wanted = ask.worst(size, longest or 0)
        async with opened.traffic.turn(ask.model.model, wanted) as turn:
            request, reservation = await self._reserve(ask, size, longest)
            call = OpenCall(
                ask,
                request,
                self._record.next_entry(key, ask.path),
                ledger=self._ledgers[ask.layer_index],
                reservation=reservation,
                record=self._record,
                recorder=self._recorder,
            )
            try:
                await call.intend()
                turn.sent = True
                reply = await opened.provider.chat(request)
                await call.accept(reply)
                return reply
            except (ProviderError, ModelMissing) as error:
                call.fail(error)
                self._pause(opened, error)
                if isinstance(error, ModelMissing):
                    raise _placed(error, ask, attempt=0) from None
                raise
            finally:
                call.abandon()
                turn.billed_tokens = call.billed_tokens

    def _pause(self, opened: OpenProvider, error: ArchonError) -> None:
        """Let nothing start while the provider asks so; another key's limit is another one."""
        if isinstance(error, ProviderRateLimited) and error.retry_after_s and not error.other_keys:
            opened.traffic.pause(min(error.retry_after_s, self._policy.longest_s))

    async def _longest_reply(self, ask: Ask, size: PromptSize) -> int | None:
        """Clip `max_tokens` to what the window leaves, where the prompt was counted."""
        window = await self._window(ask)
        asked = ask.request.max_tokens
        if window is None or not size.exact:
            return asked
        return window - size.most if asked is None else min(asked, window - size.most)

    async def _reserve(
        self, ask: Ask, size: PromptSize, longest: int | None
    ) -> tuple[ChatRequest, Reservation]:
        """Reserve a call in full; if it does not fit, wait for room; then clip the reply.

        Room may still come while calls are under way, since most are billed less than
        they reserved. Only what nothing can give room to is clipped, or refused.
        """
        ledger = self._ledgers[ask.layer_index]
        shortest = SHORTEST_REPLY if longest is None else min(SHORTEST_REPLY, longest)
        while True:
            wanted = ask.worst(size, shortest if longest is None else longest)
            holds = self._tail.holds(ask.layer_index, wanted)
            room = ledger.room(holds).completion_for(size.most, ask.price)
            if room is None or (longest is not None and room >= longest):
                reply = longest
            elif ledger.may_fit_later(wanted, holds):
                await ledger.changed()
                continue
            else:
                reply = max(room, shortest)
                self._note(ask, "clipped", f"the budget leaves {reply} tokens for the reply")
            estimate = ask.worst(size, reply or 0)
            reservation = ledger.reserve(estimate, holds)
            asked = ask.request
            is_whole = asked.max_tokens == reply
            return asked if is_whole else replace(asked, max_tokens=reply), reservation

    def _note(self, ask: Ask, kind: str, message: str) -> None:
        self._recorder.note(Note(ask.layer, ask.step, kind, f"{ask.path}: {message}"))

    def _tell_committed(self, ask: Ask) -> None:
        self._recorder.emit(
            CallFinished(
                ask.path,
                ask.layer,
                ask.step,
                ask.model_name,
                0,
                CallState.REPLIED,
                NOTHING,
                0.0,
                from_journal=True,
            )
        )


def _named(reply: ChatResponse, ask: Ask, first: Ask) -> ChatResponse:
    return reply if ask is first else replace(reply, model=ask.model_name)


def _placed(error: ArchonError, ask: Ask, attempt: int) -> ArchonError:
    """Say where in the plan an error happened: a provider knows only which model."""
    unsaid = not error.place or isinstance(error, ProviderError)
    if unsaid and not isinstance(error, BudgetRefusal):
        tried = f", attempt {attempt}" if attempt else ""
        error.place = f"step {ask.step}, model `{ask.model_name}`{tried}"
    return error
