"""Made-up models with a hidden quality, for tests, examples and studies.

Replies depend on the seed and the request alone, so a run repeats exactly, whatever
the order in which its calls end. Waits are anyio's: on trio's mock clock no time passes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Self

import anyio
from anyio.lowlevel import checkpoint

from archon_runtime.chat import ChatRequest, ChatResponse, FinishReason, Message
from archon_runtime.errors import (
    BadResponse,
    PlanInvalid,
    ProviderError,
    ProviderRateLimited,
    ProviderTimeout,
    ProviderUnavailable,
)
from archon_runtime.providers.kinds import ProviderKind
from archon_runtime.providers.options import OptionReader
from archon_runtime.providers.simulated_quality import draw
from archon_runtime.providers.simulated_roles import ROLES, SimulatedModels

__all__ = ["FailureRule", "LatencyRule", "Simulated", "count_text_tokens"]

CONCURRENCY = 256
"""More than any architecture asks at once: what is studied is not this limit."""

MESSAGE_TOKENS = 3

LatencyRule = Callable[[ChatRequest], float]
"""How long a request takes, in seconds."""

FailureRule = Callable[[ChatRequest, int], ProviderError | None]
"""What a request fails with at its attempt 0, 1, …; None answers it."""


def count_text_tokens(text: str) -> int:
    """Count a simulated tokenizer's tokens: one for every four bytes of UTF-8 begun."""
    return -(-len(text.encode("utf-8", "surrogatepass")) // 4)


class Simulated:
    """Answers as `SimulatedModels` do, after a while, and fails by rule.

    `errors` is the share of attempts that fail, in one of the ways that real
    providers have; `failure` replaces it by a rule. Temperature, `top_p`, `seed` and
    `extra` of a request change nothing here; `max_tokens` and `stop` hold.
    """

    def __init__(
        self,
        models: SimulatedModels | None = None,
        *,
        name: str = "simulated",
        latency_s: float | LatencyRule = 0.0,
        errors: float = 0.0,
        failure: FailureRule | None = None,
        concurrency: int = CONCURRENCY,
        rate: float | None = None,
        timeout_s: float | None = None,
    ) -> None:
        self._models = models or SimulatedModels()
        self._name = name
        self._latency_s = latency_s
        self._errors = errors
        self._failure = failure or self._chance
        self._concurrency = concurrency
        self._rate = rate
        self._timeout_s = timeout_s
        self._attempts: dict[str, int] = {}

    @classmethod
    def from_options(
        cls,
        name: str,
        kind: ProviderKind,
        options: Mapping[str, object],
        environ: Mapping[str, str],
    ) -> Self:
        """Make it from a plan's options; the environment is not used."""
        reader = OptionReader(name, kind, options)
        skills = reader.skills("skills")
        for model, of_roles in skills.items():
            for role in of_roles:
                if role not in ROLES:
                    raise PlanInvalid(
                        f"model `{model}` has a skill as `{role}`, which nothing simulates",
                        place=f"providers/{name}",
                        help=f"roles are {', '.join(f'`{each}`' for each in ROLES)}",
                    )
        models = SimulatedModels(
            seed=reader.count("seed", 0, low=0),
            skills=skills,
            correlation=reader.share("correlation", SimulatedModels().correlation),
        )
        return cls(
            models,
            name=name,
            latency_s=reader.seconds("latency", 0.0),
            errors=reader.share("errors", 0.0),
            concurrency=reader.count("concurrency", CONCURRENCY),
            rate=reader.positive("rate", None),
            timeout_s=reader.positive("timeout", None),
        )

    @property
    def concurrency(self) -> int:
        """How many requests may be under way at once."""
        return self._concurrency

    @property
    def rate(self) -> float | None:
        """How many requests may start in a second; None is no limit."""
        return self._rate

    async def open(self) -> None:
        """Do nothing: there is nothing to make ready."""

    async def close(self) -> None:
        """Do nothing: there is nothing to give back."""

    async def count_tokens(self, model: str, messages: Sequence[Message]) -> int | None:
        """Count exactly what a request with *messages* is billed."""
        return sum(count_text_tokens(m.content) + MESSAGE_TOKENS for m in messages)

    async def window(self, model: str) -> int | None:
        """Answer None: a simulated model takes prompts of any length."""
        return None

    async def chat(self, request: ChatRequest) -> ChatResponse:
        """Answer once, after the latency, or fail by the rule.

        Raises:
            ProviderError: this attempt fails, or takes longer than the time-out.
        """
        failure = self._failure(request, self._next_attempt(request))
        if failure is not None and not failure.billed:
            await checkpoint()  # a refusal before work comes at once
        else:
            await self._wait(request)
        if failure is not None:
            failure.place = failure.place or self._place(request)
            raise failure
        return await self._answer(request)

    async def _wait(self, request: ChatRequest) -> None:
        rule = self._latency_s
        latency_s = rule(request) if callable(rule) else rule
        if self._timeout_s is not None and latency_s > self._timeout_s:
            await anyio.sleep(self._timeout_s)
            raise ProviderTimeout(
                f"no reply within {self._timeout_s:g} s", place=self._place(request), billed=True
            )
        await anyio.sleep(latency_s)

    async def _answer(self, request: ChatRequest) -> ChatResponse:
        text, reason = _cut(self._models.reply(request), request)
        if not text.strip():
            raise BadResponse("the reply's text is empty", place=self._place(request), billed=True)
        prompt_tokens = await self.count_tokens(request.model, request.messages)
        return ChatResponse(text, reason, prompt_tokens, count_text_tokens(text))

    def _next_attempt(self, request: ChatRequest) -> int:
        """Number the attempts of each request, from 0."""
        identity = _digest(request)
        attempt = self._attempts.get(identity, 0)
        self._attempts[identity] = attempt + 1
        return attempt

    def _chance(self, request: ChatRequest, attempt: int) -> ProviderError | None:
        """Fail a share of the attempts, in one of four ways, each as likely."""
        who = (self._models.seed, "fails", _digest(request), attempt)
        if draw(*who) >= self._errors:
            return None
        return (
            ProviderRateLimited("status 429, too many requests (simulated)", retry_after_s=1.0),
            ProviderUnavailable("status 503 (simulated)"),
            ProviderTimeout("no reply in time (simulated)", billed=True),
            BadResponse("the reply is not JSON (simulated)", billed=True),
        )[int(draw(*who, "how") * 4)]

    def _place(self, request: ChatRequest) -> str:
        return f"model `{request.model}` of `{self._name}`"


def _digest(request: ChatRequest) -> str:
    parts = (request.model, request.purpose, request.sample, request.messages)
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _cut(text: str, request: ChatRequest) -> tuple[str, FinishReason]:
    """Hold `stop`, then `max_tokens`: no part of a character is left over."""
    for stop in request.stop:
        text = text.split(stop, 1)[0] if stop else text
    if request.max_tokens is None or count_text_tokens(text) <= request.max_tokens:
        return text, FinishReason.STOP
    raw = text.encode("utf-8", "surrogatepass")[: request.max_tokens * 4]
    return raw.decode("utf-8", "ignore"), FinishReason.LENGTH
