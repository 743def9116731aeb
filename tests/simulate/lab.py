"""A provider with a temper: replies, failures and bills follow from the case and the request."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from random import Random

import anyio

from archon_runtime.chat import ChatRequest, ChatResponse, FinishReason, Message
from archon_runtime.errors import (
    BadResponse,
    ContentFiltered,
    ProviderError,
    ProviderRateLimited,
    ProviderTimeout,
    ProviderUnavailable,
)
from archon_runtime.prompt_size import measure_prompt
from archon_runtime.providers.simulated_roles import SimulatedModels
from archon_runtime.usage import Usage
from tests.simulate.audit import AUDIT, Audit, Ticket
from tests.simulate.case import Temper

__all__ = ["Lab"]

_NONSENSE = ("perhaps", "[1]", "[2] > [1]", "RIGHT", "Test 1: passed", "### Critique 1\nGood.")


class Lab:
    """Answers by the case's seed; how long it takes is drawn from *time_seed* instead.

    So two plays of a case with other times get the same replies to the same requests.
    """

    def __init__(self, name: str, temper: Temper, seed: int, time_seed: int) -> None:
        self._temper = temper
        self._seed = seed
        self._time_seed = time_seed
        self._models = SimulatedModels(seed)
        self._name = name
        self._last_start_s: float | None = None
        self.active = 0

    @property
    def concurrency(self) -> int:
        return self._temper.concurrency

    @property
    def rate(self) -> float | None:
        return self._temper.rate

    async def open(self) -> None:
        pass

    async def close(self) -> None:
        pass

    async def count_tokens(self, model: str, messages: Sequence[Message]) -> int | None:
        if not self._temper.counts:
            return None
        return sum(3 + len(message.content) // 4 for message in messages)

    async def window(self, model: str) -> int | None:
        return self._temper.window

    async def chat(self, request: ChatRequest) -> ChatResponse:
        audit = AUDIT.get()
        prompt_tokens = measure_prompt(
            request.messages, await self.count_tokens(request.model, request.messages)
        ).most
        ticket = audit.begin(request, prompt_tokens)
        self._look(audit)
        identity = _digest(request)
        audit.attempts[identity] += 1
        who = f"{identity} {audit.attempts[identity]}"
        bill = ticket.worst
        self.active += 1
        try:
            await anyio.sleep(
                Random(f"{self._time_seed} {who}").uniform(0.0, self._temper.slowest_s)
            )
            chance = Random(f"{self._seed} {who}")
            failure = self._failure(chance)
            if failure is not None:
                audit.failures += 1
                bill = ticket.worst if failure.billed else Usage(1)
                raise failure
            reply = self._reply(request, prompt_tokens, chance)
            bill = _bill(audit, request, reply, ticket)
            audit.failures += not reply.text
            return reply
        finally:
            self.active -= 1
            audit.end(ticket, bill)

    def _look(self, audit: Audit) -> None:
        """No more calls at once, and no more starts in a time, than the provider allows."""
        now = anyio.current_time()
        if self.active >= self._temper.concurrency:
            audit.found.append(f"{self._name}: more calls at once than it allows")
        last, rate = self._last_start_s, self._temper.rate
        if audit.exact and last is not None and rate and now - last < 1 / rate - 1e-6:
            audit.found.append(f"{self._name}: calls start faster than its rate")
        self._last_start_s = now

    def _failure(self, chance: Random) -> ProviderError | None:
        if chance.random() >= self._temper.failures:
            return None
        match chance.randrange(20):
            case 0:
                return ContentFiltered("the filter took it", billed=True)
            case kind if kind < 5:
                return ProviderRateLimited("slow down", retry_after_s=chance.choice([None, 7.0]))
            case kind if kind < 10:
                return ProviderUnavailable("down")
            case kind if kind < 15:
                return ProviderTimeout("no reply in time", billed=True)
            case _:
                return BadResponse("not JSON", billed=True)

    def _reply(self, request: ChatRequest, prompt_tokens: int, chance: Random) -> ChatResponse:
        temper = self._temper
        text = self._models.reply(request)
        if chance.random() < temper.nonsense:
            text = chance.choice(_NONSENSE)
        if chance.random() < temper.failures / 4:
            text = ""
        most = request.max_tokens or 100
        used = chance.randrange(1, most + 1)
        if chance.random() < temper.overrun:
            used = most + 50
        elif chance.random() < temper.overrun:
            prompt_tokens += 9
        stated = chance.random() >= temper.unstated
        return ChatResponse(
            text,
            FinishReason.LENGTH if used >= most else FinishReason.STOP,
            prompt_tokens if stated else None,
            used if stated or chance.random() < 0.5 else None,
        )


def _bill(audit: Audit, request: ChatRequest, reply: ChatResponse, ticket: Ticket) -> Usage:
    """Tell what a reply costs; what it does not state counts at its bound (rule C7)."""
    prompt, completion = reply.prompt_tokens, reply.completion_tokens
    if prompt is None:
        prompt = ticket.worst.prompt_tokens
    if completion is None:
        completion = request.max_tokens
    if completion is None:
        completion = len(reply.text.encode())
    return audit.price(request.model, prompt, completion)


def _digest(request: ChatRequest) -> str:
    # Without `max_tokens`, which the budget clips: then a limit is at work anyway.
    what = f"{request.model} {request.sample} {[m.content for m in request.messages]}"
    return hashlib.blake2b(what.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
