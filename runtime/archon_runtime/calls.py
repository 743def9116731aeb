"""From a completion that a step wants to a reply: journal, limits, budget, retries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

import anyio

from archon_runtime.budget import Ledger, Reservation
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
from archon_runtime.journal import CallState
from archon_runtime.known_reply import take_cached, tell_known
from archon_runtime.limits import Turn
from archon_runtime.open_call import Ask, OpenCall, place_error
from archon_runtime.prompt_size import PromptSize, check_window, measure_prompt
from archon_runtime.provider_pool import OpenProvider
from archon_runtime.recorder import Recorder
from archon_runtime.reply_fit import Fit, fit_reply
from archon_runtime.retry import RetryPolicy
from archon_runtime.run_record import RunRecord
from archon_runtime.tail import Tail
from archon_runtime.trace import Note

__all__ = ["Calls"]


class Calls:
    """Makes the calls of one run. `ledgers` are those of the layers, as `walk_layers` goes.

    Of two runs the one with the lower `age` is the older one, and is served first.
    """

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
        age: int = 0,
    ) -> None:
        self._providers = providers
        self._ledgers = ledgers
        self._tail = tail
        self._record = record
        self._recorder = recorder
        self._seed = seed
        self._policy = policy
        self._age = age
        self._asked: set[str] = set()

    async def ask(self, *asks: Ask) -> ChatResponse:
        """Get a reply: a known one, or the first model's that answers, of *asks* in order.

        All *asks* are one call; after the first they are of its model's fallbacks.

        Raises:
            BudgetRefusal: a limit would be passed.
            WindowExceeded: the prompt cannot fit the last model's window.
            ProviderError: the last attempt's failure.
            RunTaken, ReplayMissing: another process works on the run; it is replayed, and
                has no reply to this.
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
                tell_known(self._recorder, ask, CallState.REPLIED, committed)
                return _named(committed, ask, first)
        self._record.require(first.path, keys[0])
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
            raise place_error(error, ask, attempt=0) from None
        sent = replace(ask.request, max_tokens=await self._longest_reply(ask, size))
        cached = await take_cached(self._record, self._recorder, ask, key, sent)
        if cached is not None:
            return cached
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
                    raise place_error(error, ask, attempt) from None
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
        priority = (len(self._ledgers) - 1 - ask.layer_index, self._age)
        while True:
            # Before its turn: what waits for money must not hold a slot, or start at once then.
            while self._fit(ask, size, longest) is None:
                await self._ledgers[ask.layer_index].changed()
            async with opened.traffic.turn(ask.model.model, wanted, priority) as turn:
                fit = self._fit(ask, size, longest)
                if fit is not None:
                    made = self._reserve(ask, size, fit)
                    return await self._send(ask, key, opened, turn, *made)

    async def _send(
        self,
        ask: Ask,
        key: str,
        opened: OpenProvider,
        turn: Turn,
        request: ChatRequest,
        reservation: Reservation,
    ) -> ChatResponse:
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
            turn.leave()  # the next one need not wait until this reply is written down
            await call.accept(reply)
            return reply
        except (ProviderError, ModelMissing) as error:
            call.fail(error)
            self._pause(opened, error)
            if isinstance(error, ModelMissing):
                raise place_error(error, ask, attempt=0) from None
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

    def _fit(self, ask: Ask, size: PromptSize, longest: int | None) -> Fit | None:
        return fit_reply(ask, size, longest, self._ledgers[ask.layer_index], self._tail)

    def _reserve(self, ask: Ask, size: PromptSize, fit: Fit) -> tuple[ChatRequest, Reservation]:
        estimate = ask.worst(size, fit.reply or 0)
        reservation = self._ledgers[ask.layer_index].reserve(estimate, fit.holds)
        if fit.is_clipped:
            self._note(ask, "clipped", f"the budget leaves {fit.reply} tokens for the reply")
        asked = ask.request
        is_whole = asked.max_tokens == fit.reply
        return asked if is_whole else replace(asked, max_tokens=fit.reply), reservation

    def _note(self, ask: Ask, kind: str, message: str) -> None:
        self._recorder.note(Note(ask.layer, ask.step, kind, f"{ask.path}: {message}"))


def _named(reply: ChatResponse, ask: Ask, first: Ask) -> ChatResponse:
    return reply if ask is first else replace(reply, model=ask.model_name)
