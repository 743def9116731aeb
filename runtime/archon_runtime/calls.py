"""From a completion that a step wants to a reply: journal, limits, budget, retries."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

import anyio

from archon_runtime.budget import BudgetRefusal, Ledger, Reservation
from archon_runtime.chat import ChatRequest, ChatResponse
from archon_runtime.errors import (
    ArchonError,
    ModelMissing,
    ProviderError,
    ProviderRateLimited,
    StepFailed,
)
from archon_runtime.event import CallFinished
from archon_runtime.journal import CallState
from archon_runtime.journal_codec import request_to_json
from archon_runtime.open_call import Ask, OpenCall
from archon_runtime.plan import ModelSpec
from archon_runtime.prompt_size import PromptSize, check_window, measure_prompt
from archon_runtime.provider_pool import OpenProvider
from archon_runtime.recorder import Recorder
from archon_runtime.retry import RetryPolicy
from archon_runtime.run_record import RunRecord
from archon_runtime.tail import Tail
from archon_runtime.trace import Note
from archon_runtime.usage import NOTHING, Usage

__all__ = ["SHORTEST_REPLY", "Calls"]

SHORTEST_REPLY = 16
"""No reply is asked for that the budget would cut below so many tokens."""


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

    async def ask(self, ask: Ask) -> ChatResponse:
        """Get a reply: a committed one, or the provider's, tried again where that may help.

        Raises:
            BudgetRefusal: a limit would be passed.
            WindowExceeded: the prompt cannot fit the model's window.
            ProviderError: the last attempt's failure.
            JournalFailed: an intent or a reply cannot be written.
            StepFailed: the step asked this already.

        Source: specs/runtime.md, rules C1 to C9.
        """
        key = _key(ask)
        if ask.path in self._asked:
            raise StepFailed(f"the technique asked twice for {ask.path}", place=ask.path)
        self._asked.add(ask.path)
        committed = self._record.replies.get(key)
        if committed is not None:
            self._tell_committed(ask)
            return committed
        try:
            size = await self._measure(ask)
        except ArchonError as error:
            raise _placed(error, ask, attempt=0) from None
        # Of its own for each call: the waits do not depend on the order of the calls.
        random = Random(f"{self._seed}:{key}")
        attempt = 1
        while True:
            try:
                return await self._attempt(ask, key, size)
            except ProviderError as error:
                wait_s = self._policy.wait_s(error, attempt, random)
                if wait_s is None:
                    raise _placed(error, ask, attempt) from None
                said = f"attempt {attempt} failed ({error.message}); tried again"
                self._note(ask, "retry", said)
            await anyio.sleep(wait_s)
            attempt += 1

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
        layers_left = len(self._ledgers) - 1 - ask.layer_index
        async with opened.traffic.turn((layers_left, self._age)) as turn:
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
                reply = await opened.provider.chat(request)
                turn.leave()  # the next one need not wait until this reply is written down
                await call.accept(reply)
                return reply
            except (ProviderError, ModelMissing) as error:
                call.fail(error)
                if isinstance(error, ProviderRateLimited) and error.retry_after_s:
                    opened.traffic.pause(min(error.retry_after_s, self._policy.longest_s))
                if isinstance(error, ModelMissing):
                    raise _placed(error, ask, attempt=0) from None
                raise
            finally:
                call.abandon()

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
        ledger, model = self._ledgers[ask.layer_index], ask.model
        shortest = SHORTEST_REPLY if longest is None else min(SHORTEST_REPLY, longest)
        while True:
            wanted = _worst(model, size, shortest if longest is None else longest)
            holds = self._tail.holds(ask.layer_index, wanted)
            room = ledger.room(holds).completion_for(size.most, model.price)
            if room is None or (longest is not None and room >= longest):
                reply = longest
            elif ledger.may_fit_later(wanted, holds):
                await ledger.changed()
                continue
            else:
                reply = max(room, shortest)
                self._note(ask, "clipped", f"the budget leaves {reply} tokens for the reply")
            estimate = _worst(model, size, reply or 0)
            reservation = ledger.reserve(estimate, holds)
            return replace(ask.request, max_tokens=reply), reservation

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


def _key(ask: Ask) -> str:
    """Name a logical call: where it is asked and what, before the budget clips it."""
    what = f"{ask.path}\n{request_to_json(ask.request)}"
    return hashlib.sha256(what.encode("utf-8", "surrogatepass")).hexdigest()


def _worst(model: ModelSpec, size: PromptSize, completion: int) -> Usage:
    cost = model.price.cost_usd(size.most, completion) if model.price else NOTHING.cost_usd
    return Usage(1, size.most, completion, cost)


def _placed(error: ArchonError, ask: Ask, attempt: int) -> ArchonError:
    """Say where an error happened, unless it says so already."""
    if not error.place and not isinstance(error, BudgetRefusal):
        tried = f", attempt {attempt}" if attempt else ""
        error.place = f"step {ask.step}, model `{ask.model_name}`{tried}"
    return error
