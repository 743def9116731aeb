"""The OpenAI-compatible provider against a real server, well and badly behaved."""

from __future__ import annotations

import traceback
from collections.abc import AsyncIterator
from typing import Any

import pytest

from archon_runtime.chat import ChatRequest, FinishReason, Message, Role
from archon_runtime.errors import (
    BadResponse,
    KeyRefused,
    ProviderError,
    ProviderRateLimited,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnavailable,
)
from archon_runtime.providers.base import Provider
from archon_runtime.providers.http_client import HttpClient
from archon_runtime.providers.openai_compatible import OpenAICompatible
from tests.contracts.provider_contract import ProviderContract
from tests.runtime.loopback import (
    BEHAVIOURS,
    CANARY,
    Loopback,
    loopback,
    refused_port,
    settings_for,
)

pytestmark = pytest.mark.anyio

ASK = ChatRequest("m", (Message(Role.USER, "2 + 2?"),), "generator")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def server() -> AsyncIterator[Loopback]:
    async with loopback() as running:
        yield running


async def failure(provider: OpenAICompatible, request: ChatRequest = ASK) -> ProviderError:
    """Ask and return what it fails with."""
    await provider.open()
    try:
        with pytest.raises(ProviderError) as caught:
            await provider.chat(request)
    finally:
        await provider.close()
    return caught.value


class TestContract(ProviderContract):
    @pytest.fixture
    def model(self) -> str:
        return "m"

    @pytest.fixture
    async def provider(self, server: Loopback) -> AsyncIterator[Provider]:
        provider = OpenAICompatible(settings_for(server.url("ok")))
        await provider.open()
        yield provider
        await provider.close()


async def ask(server: Loopback, behaviour: str, request: ChatRequest = ASK) -> Any:
    provider = OpenAICompatible(settings_for(server.url(behaviour)))
    await provider.open()
    try:
        return await provider.chat(request)
    finally:
        await provider.close()


async def test_reply_is_read(server: Loopback) -> None:
    reply = await ask(server, "ok")
    assert (reply.text, reply.finish_reason) == ("four", FinishReason.STOP)
    assert (reply.prompt_tokens, reply.completion_tokens) == (12, 1)
    assert server.headers[0]["Authorization"] == f"Bearer {CANARY}"


async def test_usage_that_is_missing_is_unknown(server: Loopback) -> None:
    reply = await ask(server, "no-usage")
    assert (reply.prompt_tokens, reply.completion_tokens) == (None, None)


async def test_fields_go_out_in_openai_s_words(server: Loopback) -> None:
    request = ChatRequest(
        "m",
        (Message(Role.SYSTEM, "s"), Message(Role.USER, "u")),
        "generator",
        temperature=0.7,
        top_p=0.9,
        max_tokens=20,
        stop=("\n",),
        seed=3,
        logprobs=True,
        extra={"top_k": 5},
    )
    await ask(server, "ok", request)
    assert server.bodies == [
        {
            "model": "m",
            "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}],
            "temperature": 0.7,
            "top_p": 0.9,
            "max_tokens": 20,
            "stop": ["\n"],
            "seed": 3,
            "logprobs": True,
            "top_k": 5,
        }
    ]


# behaviour, error, billed, a part of its message
FAILURES = [
    ("no-choices", BadResponse, True, "no choice"),
    ("null-content", BadResponse, True, "text is empty"),
    ("empty-content", BadResponse, True, "text is empty"),
    ("wrong-types", BadResponse, True, "not a text"),
    ("error-in-200", BadResponse, True, "out of memory"),
    ("list", BadResponse, True, "not a JSON object"),
    ("html", BadResponse, True, "web page"),
    ("bad-json", BadResponse, True, "not JSON"),
    ("deep-json", BadResponse, True, "not JSON"),
    ("empty-body", BadResponse, True, "the reply is empty"),
    ("short-length", BadResponse, True, "the reply"),
    ("no-http", BadResponse, True, "not well-formed HTTP"),
    ("status-400", ProviderRefused, False, "bad `temperature` very"),
    ("status-401", KeyRefused, False, "Incorrect API key"),
    ("status-403", KeyRefused, False, "Incorrect API key"),
    ("status-404", ProviderRefused, False, "does not exist"),
    ("status-422", ProviderRefused, False, "field required"),
    ("too-long", ProviderRefused, False, "context length"),
    ("redirect", ProviderRefused, False, "redirects elsewhere"),
    ("status-429", ProviderRateLimited, False, "slow down"),
    ("status-429-date", ProviderRateLimited, False, "too many requests"),
    ("status-429-quota", KeyRefused, False, "quota is used up"),
    ("status-500", ProviderUnavailable, False, "oops"),
    ("status-503", ProviderUnavailable, False, "overloaded"),
    ("html-500", ProviderUnavailable, True, "status 502"),
    ("cut", ProviderUnavailable, True, "cut the reply off"),
    ("hang-up", ProviderUnavailable, True, "cut the reply off"),
    ("stall", ProviderTimeout, True, "sent no reply within 0.5 s"),
    ("stall-in-body", ProviderTimeout, True, "stopped half-way"),
]


@pytest.mark.parametrize(
    ("behaviour", "kind", "billed", "part"), FAILURES, ids=[case[0] for case in FAILURES]
)
async def test_failure_is_told_apart(
    server: Loopback, behaviour: str, kind: type[ProviderError], billed: bool, part: str
) -> None:
    error = await failure(OpenAICompatible(settings_for(server.url(behaviour))))
    assert type(error) is kind
    assert error.billed is billed
    assert part in error.message
    assert error.place == "model `m` of `lab`"
    assert len(error.message) < 400


def test_every_behaviour_is_tried() -> None:
    assert BEHAVIOURS.keys() - {case[0] for case in FAILURES} == {"ok", "no-usage", "huge"}


@pytest.mark.parametrize("behaviour", [case[0] for case in FAILURES])
async def test_key_is_in_no_part_of_an_error(server: Loopback, behaviour: str) -> None:
    provider = OpenAICompatible(settings_for(server.url(behaviour)))
    error = await failure(provider)
    shown = "".join(traceback.format_exception(error)) + repr(error) + error.help + str(error.args)
    assert CANARY not in shown
    assert error.__context__ is None
    assert CANARY not in repr(provider) + repr(settings_for("http://127.0.0.1"))


@pytest.mark.parametrize(
    ("behaviour", "low", "high"),
    [("status-429", 7, 7), ("status-429-date", 20, 31), ("status-503", 3, 3)],
)
async def test_retry_after_is_seconds(
    server: Loopback, behaviour: str, low: float, high: float
) -> None:
    error = await failure(OpenAICompatible(settings_for(server.url(behaviour))))
    assert error.retry_after_s is not None
    assert low <= error.retry_after_s <= high


async def test_refused_connection_was_not_billed() -> None:
    provider = OpenAICompatible(settings_for(f"http://127.0.0.1:{refused_port()}/v1"))
    error = await failure(provider)
    assert type(error) is ProviderUnavailable
    assert error.billed is False
    assert "127.0.0.1" in error.message


async def test_larger_reply_than_the_cap_is_not_read(server: Loopback) -> None:
    settings = settings_for(server.url("huge"))
    error = await failure(OpenAICompatible(settings, HttpClient(settings, max_reply_bytes=65_536)))
    assert type(error) is BadResponse
    assert "larger than 64 KiB" in error.message


async def test_redirect_is_not_followed(server: Loopback) -> None:
    await failure(OpenAICompatible(settings_for(server.url("redirect"))))
    assert len(server.bodies) == 1


async def test_unauthorised_names_the_variable_of_the_key(server: Loopback) -> None:
    error = await failure(OpenAICompatible(settings_for(server.url("status-401"))))
    assert "`LAB_KEY`" in error.help


async def test_extra_may_not_change_what_is_billed(server: Loopback) -> None:
    request = ChatRequest("m", ASK.messages, "generator", extra={"n": 5})
    error = await failure(OpenAICompatible(settings_for(server.url("ok"))), request)
    assert type(error) is ProviderRefused
    assert server.bodies == []


async def test_close_without_open_does_nothing() -> None:
    await OpenAICompatible(settings_for("http://127.0.0.1:1")).close()


@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_another_event_loop_is_refused_in_words() -> None:
    provider = OpenAICompatible(settings_for("http://127.0.0.1:1"))
    with pytest.raises(ProviderError, match="needs asyncio"):
        await provider.open()
    await provider.close()
