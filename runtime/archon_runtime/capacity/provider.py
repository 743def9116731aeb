"""A simulated provider under load: it takes its time, fails now and then, and is measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from random import Random

import anyio

from archon_runtime.capacity.distribution import Distribution
from archon_runtime.capacity.load import Load, ModelLoad
from archon_runtime.capacity.meter import Meter
from archon_runtime.chat import ChatRequest, ChatResponse, Message
from archon_runtime.errors import BadResponse, ProviderError, ProviderTimeout, ProviderUnavailable
from archon_runtime.limits import Traffic
from archon_runtime.plan import PlanSpec, ProviderSpec, walk_steps
from archon_runtime.providers.http_settings import HTTP_CONCURRENCY, OLLAMA_CONCURRENCY
from archon_runtime.providers.local import CONCURRENCY as LOCAL_CONCURRENCY
from archon_runtime.providers.simulated import CONCURRENCY as SIMULATED_CONCURRENCY
from archon_runtime.providers.simulated import Simulated
from archon_runtime.providers.simulated_roles import SimulatedModels
from archon_runtime.usage import NOTHING

__all__ = ["Behaviour", "Loaded", "make_providers"]

_AT_ONCE = {
    "local": LOCAL_CONCURRENCY,
    "ollama": OLLAMA_CONCURRENCY,
    "simulated": SIMULATED_CONCURRENCY,
}
_ALL_AT_ONCE = 10**9


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a model behaves: all that a `ModelLoad` may leave open is settled."""

    latency_s: Distribution
    errors: float
    limit_per_s: float | None
    tokens: Distribution | None


class Loaded:
    """Answers as `Simulated` does; `behaviours` are by the models' names at the provider.

    Times and failures come from one stream of chance in the order of the calls: the same
    seed gives the same run, if what is ready at once is taken up in the same order.
    """

    def __init__(
        self,
        behaviours: Mapping[str, Behaviour],
        *,
        concurrency: int,
        rate: float | None,
        seed: int,
        until_s: float,
        clock: Callable[[], float],
    ) -> None:
        self._behaviours = behaviours
        self._concurrency = concurrency
        self._rate = rate
        self._clock = clock
        self._chance = Random(f"{seed} calls")
        self._models = Simulated(SimulatedModels(seed))
        self._servers = {
            name: Traffic(_ALL_AT_ONCE, behaviour.limit_per_s)
            for name, behaviour in behaviours.items()
            if behaviour.limit_per_s
        }
        self.calls = Meter(until_s)
        self.by_model = {name: Meter(until_s) for name in behaviours}
        self.failures = 0

    @property
    def concurrency(self) -> int:
        """How many requests may be under way at once."""
        return self._concurrency

    @property
    def rate(self) -> float | None:
        """How many requests may start in a second; None is no limit."""
        return self._rate

    def limit_of(self, model: str) -> float | None:
        """Tell how many requests in a second the server of *model* begins to work on."""
        return self._behaviours[model].limit_per_s

    async def open(self) -> None:
        """Do nothing: there is nothing to make ready."""

    async def close(self) -> None:
        """Do nothing: there is nothing to give back."""

    async def count_tokens(self, model: str, messages: Sequence[Message]) -> int | None:
        """Count exactly what a request with *messages* is billed."""
        return await self._models.count_tokens(model, messages)

    async def window(self, model: str) -> int | None:
        """Answer None: a simulated model takes prompts of any length."""
        return None

    async def chat(self, request: ChatRequest) -> ChatResponse:
        """Answer once, after a while.

        Raises:
            ProviderError: this attempt is one of those that fail.
        """
        self.calls.begin(self._clock())
        try:
            server = self._servers.get(request.model)
            if server is None:
                return await self._serve(request)
            async with server.turn(request.model, NOTHING):
                return await self._serve(request)
        finally:
            self.calls.end(self._clock())

    async def _serve(self, request: ChatRequest) -> ChatResponse:
        behaviour, meter = self._behaviours[request.model], self.by_model[request.model]
        meter.begin(self._clock())
        try:
            await anyio.sleep(behaviour.latency_s.draw(self._chance))
        finally:
            meter.end(self._clock())
        if self._chance.random() < behaviour.errors:
            self.failures += 1
            raise self._failure()
        reply = await self._models.chat(request)
        if behaviour.tokens is None:
            return reply
        tokens = max(1, round(behaviour.tokens.draw(self._chance)))
        return replace(reply, completion_tokens=min(tokens, request.max_tokens or tokens))

    def _failure(self) -> ProviderError:
        # No 429: that comes of limits, which are kept here, and not by chance.
        which = self._chance.randrange(3)
        if which == 0:
            return ProviderUnavailable("status 503 (simulated)")
        if which == 1:
            return ProviderTimeout("no reply in time (simulated)", billed=True)
        return BadResponse("the reply is not JSON (simulated)", billed=True)


def make_providers(spec: PlanSpec, load: Load, clock: Callable[[], float]) -> Mapping[str, Loaded]:
    """Make a provider under load for each of the plan's that its steps ask."""
    asked = {step.model for step in walk_steps(spec.layers) if step.model is not None}
    behaviours: dict[str, dict[str, Behaviour]] = {}
    for name in sorted(asked):
        model = spec.models[name]
        behaviour = _behaviour(load, load.models.get(name, ModelLoad()))
        behaviours.setdefault(model.provider, {})[model.model] = behaviour
    make = partial(Loaded, until_s=load.duration_s, seed=load.seed, clock=clock)
    return {
        name: make(
            of_models,
            concurrency=load.concurrency or _at_once(spec.providers[name]),
            rate=load.limit_per_s or _rate(spec.providers[name]),
        )
        for name, of_models in behaviours.items()
    }


def _behaviour(load: Load, model: ModelLoad) -> Behaviour:
    return Behaviour(
        latency_s=model.latency_s or load.latency_s,
        errors=load.errors if model.errors is None else model.errors,
        limit_per_s=model.limit_per_s,
        tokens=model.tokens or load.tokens,
    )


def _at_once(spec: ProviderSpec) -> int:
    stated = spec.options.get("concurrency")
    return stated if isinstance(stated, int) else _AT_ONCE.get(spec.kind, HTTP_CONCURRENCY)


def _rate(spec: ProviderSpec) -> float | None:
    stated = spec.options.get("rate")
    return float(stated) if isinstance(stated, int | float) else None
