"""The Anthropic provider against a real server that speaks the Messages API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from archon_runtime.chat import ChatRequest, FinishReason
from archon_runtime.errors import (
    BadResponse,
    ContentFiltered,
    KeyRefused,
    ProviderError,
    ProviderRateLimited,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnavailable,
)
from archon_runtime.providers.anthropic import Anthropic
from archon_runtime.providers.anthropic_wire import make_body
from archon_runtime.providers.base import Provider
from tests.contracts.provider_contract import ProviderContract
from tests.runtime.asking import TURNS, ask, failure, shown
from tests.runtime.loopback import CANARY, Loopback, settings_for
from tests.runtime.loopback_anthropic import BEHAVIOURS, TEXT, anthropic_server

pytestmark = pytest.mark.anyio

ASK = ChatRequest("claude-test", TURNS, "generator", max_tokens=50)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def server() -> AsyncIterator[Loopback]:
    async with anthropic_server() as running:
        yield running


class TestContract(ProviderContract):
    @pytest.fixture
    def model(self) -> str:
        return "claude-test"

    @pytest.fixture
    async def provider(self, server: Loopback) -> AsyncIterator[Provider]:
        provider = Anthropic(settings_for(server.url("ok")))
        await provider.open()
        yield provider
        await provider.close()


def at(url: str, key: str = CANARY) -> Anthropic:
    return Anthropic(settings_for(url, key=key))


async def test_reply_is_its_text_without_the_thought(server: Loopback) -> None:
    reply = await ask(at(server.url("ok")), ASK)
    assert (reply.text, reply.finish_reason) == (TEXT, FinishReason.STOP)


async def test_cached_tokens_are_tokens_of_the_prompt(server: Loopback) -> None:
    reply = await ask(at(server.url("ok")), ASK)
    assert (reply.prompt_tokens, reply.completion_tokens) == (117, 12)


async def test_usage_that_is_missing_is_unknown(server: Loopback) -> None:
    reply = await ask(at(server.url("no-usage")), ASK)
    assert (reply.prompt_tokens, reply.completion_tokens) == (None, None)


async def test_fields_go_out_in_anthropic_s_words(server: Loopback) -> None:
    extra = {"top_k": 5, "metadata": {"user_id": "u"}}
    request = ChatRequest(
        "claude-test",
        TURNS,
        "generator",
        temperature=0.7,
        top_p=0.9,
        max_tokens=20,
        stop=("mostly",),
        extra=extra,
    )
    reply = await ask(at(server.url("ok")), request)
    assert reply.text == "The sky is blue, "
    assert server.bodies == [
        {
            "model": "claude-test",
            "system": "Be brief.",
            "messages": [
                {"role": "user", "content": "2 + 2?"},
                {"role": "assistant", "content": "4"},
                {"role": "user", "content": "Think again."},
                {"role": "user", "content": "What colour is the sky?"},
            ],
            "temperature": 0.7,
            "top_p": 0.9,
            "max_tokens": 20,
            "stop_sequences": ["mostly"],
            "top_k": 5,
            "metadata": {"user_id": "u"},
        }
    ]


async def test_key_goes_into_its_header_only(server: Loopback) -> None:
    await ask(at(server.url("ok")), ASK)
    held = [name for name, value in server.headers[0].items() if CANARY in value]
    assert [name.lower() for name in held] == ["x-api-key"]
    assert server.headers[0]["anthropic-version"] == "2023-06-01"


async def test_address_may_end_in_its_version(server: Loopback) -> None:
    assert (await ask(at(server.url("ok") + "/v1"), ASK)).text == TEXT


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ("window-full", FinishReason.LENGTH),
        ("refusal-half-way", FinishReason.CONTENT_FILTER),
        ("odd-reason", FinishReason.STOP),
    ],
)
async def test_stop_reasons_are_mapped(
    server: Loopback, behaviour: str, reason: FinishReason
) -> None:
    assert (await ask(at(server.url(behaviour)), ASK)).finish_reason is reason


async def test_cut_at_max_tokens_says_so(server: Loopback) -> None:
    request = ChatRequest("claude-test", TURNS, "generator", max_tokens=4)
    reply = await ask(at(server.url("ok")), request)
    assert (reply.text, reply.finish_reason) == ("The sky is", FinishReason.LENGTH)


# behaviour, error, billed, a part of its message
FAILURES = [
    ("no-content", BadResponse, True, "no content"),
    ("empty-content", BadResponse, True, "text is empty"),
    ("only-thought", BadResponse, True, "`max_tokens` was used up"),
    ("wrong-types", BadResponse, True, "not a text"),
    ("error-in-200", BadResponse, True, "out of memory"),
    ("list", BadResponse, True, "not a JSON object"),
    ("html", BadResponse, True, "web page"),
    ("bad-json", BadResponse, True, "not JSON"),
    ("deep-json", BadResponse, True, "not JSON"),
    ("empty-body", BadResponse, True, "the reply is empty"),
    ("short-length", BadResponse, True, "the reply"),
    ("no-http", BadResponse, True, "not well-formed HTTP"),
    ("refusal", ContentFiltered, True, "refused to answer (bio)"),
    ("status-400", ProviderRefused, False, "too long"),
    ("status-401", KeyRefused, False, "invalid x-api-key"),
    ("status-402", KeyRefused, False, "quota is used up"),
    ("status-403", KeyRefused, False, "not for this key"),
    ("status-404", ProviderRefused, False, "claude-none"),
    ("status-413", ProviderRefused, False, "maximum size"),
    ("status-429", ProviderRateLimited, False, "slow down"),
    ("status-429-spent", KeyRefused, False, "quota is used up"),
    ("status-500", ProviderUnavailable, False, "Internal server error"),
    ("status-504", ProviderUnavailable, True, "took too long"),
    ("status-529", ProviderUnavailable, False, "Overloaded"),
    ("html-500", ProviderUnavailable, True, "status 502"),
    ("cut", ProviderUnavailable, True, "cut the reply off"),
    ("hang-up", ProviderUnavailable, True, "cut the reply off"),
    ("stall", ProviderTimeout, True, "sent no reply within 0.5 s"),
    ("stall-in-body", ProviderTimeout, True, "stopped half-way"),
]
FINE = {"ok", "no-usage", "window-full", "refusal-half-way", "odd-reason"}


@pytest.mark.parametrize(
    ("behaviour", "kind", "billed", "part"), FAILURES, ids=[case[0] for case in FAILURES]
)
async def test_failure_is_told_apart_and_holds_no_key(
    server: Loopback, behaviour: str, kind: type[ProviderError], billed: bool, part: str
) -> None:
    error = await failure(at(server.url(behaviour)), ASK)
    assert type(error) is kind
    assert error.billed is billed
    assert part in error.message
    assert error.place == "model `claude-test` of `lab`"
    assert CANARY not in shown(error)


def test_every_behaviour_is_tried() -> None:
    assert BEHAVIOURS.keys() - {case[0] for case in FAILURES} == FINE


@pytest.mark.parametrize(("behaviour", "seconds"), [("status-429", 7), ("status-529", 3)])
async def test_retry_after_is_read(server: Loopback, behaviour: str, seconds: float) -> None:
    assert (await failure(at(server.url(behaviour)), ASK)).retry_after_s == seconds


async def test_server_refuses_what_the_protocol_has_not(server: Loopback) -> None:
    wrong = {
        "authentication": await failure_with(server, key="another-key"),
        "Extra inputs": await failure_with(server, extra={"top": 5}),
        "range: 0..1": await failure_with(server, temperature=1.5),
        "claude": await failure_with(server, model="gpt-4o"),
    }
    assert type(wrong.pop("authentication")) is KeyRefused
    assert all(type(each) is ProviderRefused for each in wrong.values())
    assert "Extra inputs" in wrong["Extra inputs"].message
    assert "range: 0..1" in wrong["range: 0..1"].message


async def failure_with(
    server: Loopback, *, key: str = CANARY, model: str = "claude-test", **settings: Any
) -> ProviderError:
    request = ChatRequest(model, TURNS, "generator", max_tokens=9, **settings)
    return await failure(at(server.url("ok"), key), request)


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"max_tokens": None}, "needs `max_tokens`"),
        ({"seed": 0}, "has no `seed`"),
        ({"logprobs": True}, "has no `logprobs`"),
        ({"extra": {"system": "Be rude."}}, "may not set `system`"),
        ({"extra": {"stream": True}}, "may not set `stream`"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_sending(changes: dict[str, Any], part: str) -> None:
    request = ChatRequest("m", TURNS, "generator", **{"max_tokens": 5, **changes})
    with pytest.raises(ProviderRefused) as caught:
        make_body(request)
    assert part in caught.value.message
    assert not caught.value.billed


@pytest.mark.parametrize(("asked", "limit"), [(9, 9), (900, 50), ("many", 50)])
def test_extra_can_lower_the_limit_only(asked: object, limit: int) -> None:
    request = ChatRequest("m", TURNS, "g", max_tokens=50, extra={"max_tokens": asked})
    assert make_body(request)["max_tokens"] == limit
