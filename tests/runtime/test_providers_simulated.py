"""The simulated provider: its limits, failures and time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from statistics import mean

import anyio
import pytest

from archon_runtime.chat import ChatRequest, FinishReason, Message, Role
from archon_runtime.errors import ProviderError, ProviderTimeout, ProviderUnavailable
from archon_runtime.plan import ProviderSpec
from archon_runtime.providers.base import Provider
from archon_runtime.providers.load import make_provider
from archon_runtime.providers.simulated import Simulated, count_text_tokens
from archon_runtime.providers.simulated_roles import SimulatedModels
from tests.contracts.provider_contract import ProviderContract


def request(text: str = "2 + 2?", *, sample: int = 0) -> ChatRequest:
    return ChatRequest("m", (Message(Role.USER, text),), "generator", sample)


class TestContract(ProviderContract):
    @pytest.fixture
    def model(self) -> str:
        return "m"

    @pytest.fixture
    async def provider(self) -> AsyncIterator[Provider]:
        provider = make_provider("p", ProviderSpec("simulated", {"seed": 4}), {})
        await provider.open()
        yield provider
        await provider.close()


async def ask(provider: Simulated, asked: ChatRequest) -> str | ProviderError:
    try:
        return (await provider.chat(asked)).text
    except ProviderError as error:
        return error


@pytest.mark.anyio
async def test_max_tokens_and_stop_hold() -> None:
    provider = Simulated(SimulatedModels(writer=lambda *_: "ää äää\nöö"))
    cut = await provider.chat(replace(request(), max_tokens=19))
    assert cut.finish_reason is FinishReason.LENGTH
    assert (cut.completion_tokens or 0) <= 19
    assert cut.text.endswith("ää äää\n")
    stopped = await provider.chat(replace(request(), stop=("\n",)))
    assert stopped.text.endswith("ää äää")
    assert stopped.finish_reason is FinishReason.STOP
    assert stopped.completion_tokens == count_text_tokens(stopped.text)


@pytest.mark.anyio
async def test_failures_are_a_seeded_share_and_differ_by_attempt() -> None:
    async def outcomes() -> list[str]:
        provider = Simulated(SimulatedModels(seed=6), errors=0.3)
        asked = [request(f"q{i // 2}") for i in range(400)]
        return [type(await ask(provider, each)).__name__ for each in asked]

    first = await outcomes()
    assert first == await outcomes()
    assert mean(name != "str" for name in first) == pytest.approx(0.3, abs=0.07)
    assert len(set(first)) == 5
    assert any(first[i] != first[i + 1] for i in range(0, 400, 2))


@pytest.mark.anyio
async def test_rule_says_which_attempt_fails() -> None:
    def failure(_: ChatRequest, attempt: int) -> ProviderError | None:
        return ProviderUnavailable("down") if attempt < 2 else None

    provider = Simulated(failure=failure)
    kinds = [type(await ask(provider, request())) for _ in range(3)]
    assert kinds == [ProviderUnavailable, ProviderUnavailable, str]


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["virtual"], indirect=True)
async def test_latency_is_virtual_and_side_by_side() -> None:
    provider = Simulated(latency_s=lambda asked: 50.0 if asked.sample == 3 else 5.0)
    ended: dict[int, float] = {}

    async def one(sample: int) -> None:
        await provider.chat(request(sample=sample))
        ended[sample] = anyio.current_time() - begun

    begun = anyio.current_time()
    async with anyio.create_task_group() as group:
        for sample in range(8):
            group.start_soon(one, sample)
    assert ended == pytest.approx({s: 50.0 if s == 3 else 5.0 for s in range(8)})


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["virtual"], indirect=True)
async def test_time_out_ends_a_long_call() -> None:
    begun = anyio.current_time()
    error = await ask(Simulated(latency_s=100.0, timeout_s=30.0), request())
    assert isinstance(error, ProviderTimeout)
    assert error.billed
    assert anyio.current_time() - begun == pytest.approx(30.0)
