"""Runs against servers that misbehave: each failure is readable, and the books are exact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import anyio
import pytest
from anyio.abc import SocketStream

from archon_runtime import Result, RetryPolicy, Runtime
from archon_runtime.errors import (
    ProviderError,
    ProviderRateLimited,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnavailable,
)
from archon_runtime.plan import BudgetSpec
from archon_runtime.providers.http_client import HttpClient
from archon_runtime.providers.http_settings import Timeouts
from archon_runtime.providers.key_ring import KeyRing
from archon_runtime.providers.openai_compatible import OpenAICompatible
from archon_runtime.usage import NOTHING, Usage
from tests.runtime.bad_replies import BAD, FREE, GOOD, WHOLE, refuses, says, sends
from tests.runtime.loopback import CANARY, completion, refused_port, settings_for
from tests.runtime.plans import Step, make_plan
from tests.runtime.raw_server import Say, deaf_port, raw_server

pytestmark = pytest.mark.anyio

TIMEOUTS = Timeouts(connect_s=0.1, first_byte_s=0.15, idle_s=0.15, total_s=0.25)
PATIENT = Timeouts()
QUICK = RetryPolicy(attempts=3, base_s=0.001)
RESERVED = Usage(1, 64 + 8 + len("why?"), 100)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Calm(Random):
    """Chance that lets keys rest for next to nothing: a test does not wait."""

    def uniform(self, a: float, b: float) -> float:
        return min(b, 0.01)


def in_turn(*says: Say) -> Say:
    """Behave one way after another, and at last always in the same."""
    left = list(says)

    async def say(stream: SocketStream) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(stream)

    return say


async def run(
    url: str,
    samples: int = 1,
    *,
    retry: RetryPolicy = QUICK,
    timeouts: Timeouts = PATIENT,
    budget: BudgetSpec | None = None,
) -> Result:
    plan = make_plan({"draft": [Step("generator", options={"samples": samples})]}, budget=budget)
    keys = KeyRing((("LAB_KEY", CANARY),), random=Calm())
    settings = replace(settings_for(url, timeouts=timeouts), keys=keys)
    lab = OpenAICompatible(settings, HttpClient(settings, max_reply_bytes=256 * 1024))
    async with Runtime(providers={"lab": lab}, retry=retry) as runtime:
        return await runtime.run(plan, "why?")


def notes(result: Result) -> list[tuple[str, str]]:
    return [(note.kind, note.message) for layer in result.trace.layers for note in layer.notes]


def total(bills: Sequence[Usage]) -> Usage:
    return sum(bills, NOTHING)


@pytest.mark.parametrize("name", BAD)
async def test_failure_is_told_and_booked_and_tried_again(name: str) -> None:
    bad = BAD[name]
    with anyio.fail_after(5):
        async with raw_server(in_turn(bad.say, says(WHOLE))) as server:
            result = await run(server.url, timeouts=TIMEOUTS if bad.is_late else PATIENT)
    assert result.answer == "four"
    assert server.asked == 2
    assert result.usage == total([bad.bill or RESERVED, GOOD])
    assert result.unknown_calls == (bad.bill is None)
    kinds = Counter(kind for kind, _ in notes(result))
    assert kinds == {"retry": 1} | ({} if bad.bill else {"unknown": 1})
    (told,) = [message for kind, message in notes(result) if kind == "retry"]
    assert bad.part in told
    assert len(told) < 400


async def failure(
    url: str, retry: RetryPolicy = QUICK, timeouts: Timeouts = PATIENT
) -> ProviderError:
    with anyio.fail_after(5), pytest.raises(ProviderError) as caught:
        await run(url, retry=retry, timeouts=timeouts)
    return caught.value


async def test_server_that_never_recovers_is_given_up() -> None:
    async with raw_server(
        in_turn(*[BAD[name].say for name in ("fails", "cuts its body", "limits")])
    ) as server:
        error = await failure(server.url)
    assert type(error) is ProviderRateLimited
    assert server.asked == 3
    assert error.usage == total([FREE, RESERVED, FREE])
    assert error.place == "step draft.1, model `m`, attempt 3"


async def test_port_where_nothing_listens_costs_no_token() -> None:
    error = await failure(f"http://127.0.0.1:{refused_port()}/v1")
    assert type(error) is ProviderUnavailable
    assert error.usage == Usage(calls=3)


async def test_server_that_accepts_nothing_costs_no_token() -> None:
    with deaf_port() as port:
        url = f"http://127.0.0.1:{port}/v1"
        error = await failure(url, replace(QUICK, attempts=2), TIMEOUTS)
    assert type(error) is ProviderTimeout
    assert error.usage == Usage(calls=2)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Again", "308 Moved"])
async def test_circle_of_redirects_is_not_entered(status: str) -> None:
    async with raw_server(refuses(status, "Location: /v1/chat/completions")) as server:
        error = await failure(server.url)
    assert type(error) is ProviderRefused
    assert "redirects elsewhere" in error.message
    assert (server.asked, error.usage) == (1, FREE)


async def test_whole_reply_byte_by_byte_is_a_reply() -> None:
    async def drip(stream: SocketStream) -> None:
        for index in range(len(WHOLE)):
            await stream.send(WHOLE[index : index + 1])

    async with raw_server(drip) as server:
        result = await run(server.url)
    assert result.usage == GOOD


@pytest.mark.parametrize(
    ("usage", "bill", "note"),
    [
        (
            {"prompt_tokens": -5, "completion_tokens": 1},
            Usage(1, RESERVED.prompt_tokens, 1),
            "unstated",
        ),
        ({"prompt_tokens": 12, "completion_tokens": "1"}, Usage(1, 12, 100), "unstated"),
        ({"prompt_tokens": 12, "completion_tokens": 1.5}, Usage(1, 12, 100), "unstated"),
        ("many", replace(RESERVED, completion_tokens=100), "unstated"),
        ({"prompt_tokens": 12, "completion_tokens": 9000}, Usage(1, 12, 9000), "overrun"),
        ({"prompt_tokens": 10**9, "completion_tokens": 0}, Usage(1, 10**9, 0), "overrun"),
    ],
)
async def test_counts_without_sense_are_booked_at_their_bound_and_marked(
    usage: object, bill: Usage, note: str
) -> None:
    async with raw_server(sends(completion(usage=usage))) as server:
        result = await run(server.url)
    assert result.usage == bill
    assert [kind for kind, _ in notes(result)] == [note]


class Bucket:
    """A server that lets only so many requests through: a bucket that refills evenly."""

    def __init__(self, most: int, refill_per_s: float, *, tells: bool) -> None:
        self.most = most
        self.refill_per_s = refill_per_s
        self.tells = tells
        self.left = float(most)
        self.at_s = 0.0
        self.served = 0
        self.refused = 0

    async def say(self, stream: SocketStream) -> None:
        now = anyio.current_time()
        self.left = min(self.most, self.left + (now - self.at_s) * self.refill_per_s)
        self.at_s = now
        served = self.left >= 1
        self.left -= served
        self.served += served
        self.refused += not served
        full_s = (self.most - self.left) / self.refill_per_s
        headers = [
            f"x-ratelimit-limit-requests: {self.most}",
            f"x-ratelimit-remaining-requests: {int(self.left)}",
            f"x-ratelimit-reset-requests: {full_s:.3f}s",
        ]
        told = headers if self.tells else []
        if served:
            await sends(completion(), "200 OK", *told)(stream)
        else:
            await refuses("429 Too Many", *told)(stream)


async def test_server_that_tells_its_limits_refuses_nothing() -> None:
    bucket = Bucket(4, 100.0, tells=True)
    plan = make_plan({"draft": [Step("generator", options={"samples": 24})]})
    async with raw_server(bucket.say) as server:
        settings = replace(settings_for(server.url), concurrency=2)
        async with Runtime(providers={"lab": OpenAICompatible(settings)}) as runtime:
            result = await runtime.run(plan, "why?")
    assert (bucket.served, bucket.refused) == (24, 0)
    assert result.usage == Usage(24, 24 * 12, 24)


@pytest.mark.parametrize("headers", [[], ["Retry-After: 0.01"]])
async def test_storm_of_limits_is_lived_through(headers: list[str]) -> None:
    storm = [refuses("429 Too Many", *headers)] * 6
    async with raw_server(in_turn(*storm, says(WHOLE))) as server:
        patient = replace(QUICK, attempts=9)
        settings = replace(settings_for(server.url), keys=KeyRing(random=Calm()))
        plan = make_plan({"draft": [Step("generator", options={"samples": 8})]})
        lab = OpenAICompatible(settings)
        async with Runtime(providers={"lab": lab}, retry=patient) as runtime:
            result = await runtime.run(plan, "why?")
    assert len(result.candidates) == 8
    assert server.asked == 8 + 6
    assert result.usage == Usage(8 + 6, 8 * 12, 8)
    assert Counter(kind for kind, _ in notes(result)) == {"retry": 6}
