"""The Gemini provider against a real server that speaks `generateContent`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, ClassVar

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
from archon_runtime.providers.base import Provider
from archon_runtime.providers.gemini import Gemini
from archon_runtime.providers.gemini_wire import make_body
from tests.contracts.provider_contract import ProviderContract
from tests.runtime.asking import TURNS, ask, failure, shown
from tests.runtime.loopback import CANARY, Loopback, settings_for
from tests.runtime.loopback_gemini import BEHAVIOURS, TEXT, gemini_server

pytestmark = pytest.mark.anyio

ASK = ChatRequest("gemini-test", TURNS, "generator")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def server() -> AsyncIterator[Loopback]:
    async with gemini_server() as running:
        yield running


class TestContract(ProviderContract):
    extra: ClassVar[Mapping[str, object]] = {"generationConfig": {"topK": 5}}

    @pytest.fixture
    def model(self) -> str:
        return "gemini-test"

    @pytest.fixture
    async def provider(self, server: Loopback) -> AsyncIterator[Provider]:
        provider = at(server.url("ok"))
        await provider.open()
        yield provider
        await provider.close()


def at(url: str, key: str = CANARY) -> Gemini:
    return Gemini(settings_for(url, key=key))


async def test_reply_is_its_text_without_the_thought(server: Loopback) -> None:
    reply = await ask(at(server.url("ok")), ASK)
    assert (reply.text, reply.finish_reason) == (TEXT, FinishReason.STOP)


@pytest.mark.parametrize(
    ("behaviour", "counts"),
    [
        pytest.param("ok", (112, 12), id="thoughts are completion tokens"),
        pytest.param("no-usage", (None, None), id="missing"),
        pytest.param("thought-only-counts", (7, None), id="tools' results are prompt tokens"),
    ],
)
async def test_tokens_are_counted_as_they_are_billed(
    server: Loopback, behaviour: str, counts: tuple[int | None, int | None]
) -> None:
    reply = await ask(at(server.url(behaviour)), ASK)
    assert (reply.prompt_tokens, reply.completion_tokens) == counts


async def test_fields_go_out_in_gemini_s_words(server: Loopback) -> None:
    request = ChatRequest(
        "gemini-test",
        TURNS,
        "generator",
        temperature=0.7,
        top_p=0.9,
        max_tokens=20,
        stop=("mostly",),
        seed=3,
        logprobs=True,
        extra={"generationConfig": {"topK": 5}, "safetySettings": []},
    )
    reply = await ask(at(server.url("ok")), request)
    assert reply.text == "The sky is blue, "
    assert server.bodies == [
        {
            "systemInstruction": {"parts": [{"text": "Be brief."}]},
            "contents": [
                {"role": "user", "parts": [{"text": "2 + 2?"}]},
                {"role": "model", "parts": [{"text": "4"}]},
                {
                    "role": "user",
                    "parts": [{"text": "Think again."}, {"text": "What colour is the sky?"}],
                },
            ],
            "generationConfig": {
                "temperature": 0.7,
                "topP": 0.9,
                "maxOutputTokens": 20,
                "stopSequences": ["mostly"],
                "seed": 3,
                "responseLogprobs": True,
                "topK": 5,
            },
            "safetySettings": [],
        }
    ]


async def test_key_goes_into_its_header_only(server: Loopback) -> None:
    await ask(at(server.url("ok")), ASK)
    held = [name for name, value in server.headers[0].items() if CANARY in value]
    assert [name.lower() for name in held] == ["x-goog-api-key"]


@pytest.mark.parametrize(
    ("end", "model"),
    [("/v1beta", "gemini-test"), ("", "models/gemini-test"), ("/v1", "models/gemini-test")],
)
async def test_address_and_name_may_be_longer(server: Loopback, end: str, model: str) -> None:
    request = ChatRequest(model, TURNS, "generator")
    assert (await ask(at(server.url("ok") + end), request)).text == TEXT


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [("blocked-half-way", FinishReason.CONTENT_FILTER), ("odd-reason", FinishReason.STOP)],
)
async def test_finish_reasons_are_mapped(
    server: Loopback, behaviour: str, reason: FinishReason
) -> None:
    assert (await ask(at(server.url(behaviour)), ASK)).finish_reason is reason


async def test_cut_at_max_tokens_says_so(server: Loopback) -> None:
    request = ChatRequest("gemini-test", TURNS, "generator", max_tokens=4)
    reply = await ask(at(server.url("ok")), request)
    assert (reply.text, reply.finish_reason) == ("The sky is", FinishReason.LENGTH)
    assert reply.completion_tokens == 4


# behaviour, error, billed, a part of its message
FAILURES = [
    ("no-candidates", BadResponse, True, "no candidate"),
    ("no-content", BadResponse, True, "text is empty (OTHER)"),
    ("only-thought", BadResponse, True, "`max_tokens` was used up"),
    ("wrong-types", BadResponse, True, "not a text"),
    ("error-in-200", BadResponse, True, "no candidate: out of memory"),
    ("list", BadResponse, True, "not a JSON object"),
    ("html", BadResponse, True, "web page"),
    ("bad-json", BadResponse, True, "not JSON"),
    ("deep-json", BadResponse, True, "not JSON"),
    ("empty-body", BadResponse, True, "the reply is empty"),
    ("short-length", BadResponse, True, "the reply"),
    ("no-http", BadResponse, True, "not well-formed HTTP"),
    ("blocked-prompt", ContentFiltered, True, "took the prompt (SAFETY)"),
    ("blocked-answer", ContentFiltered, True, "took the answer (PROHIBITED_CONTENT)"),
    ("status-400", ProviderRefused, False, "bad topP"),
    ("status-400-key", KeyRefused, False, "API key not valid"),
    ("status-403", KeyRefused, False, "not for this key"),
    ("status-404", ProviderRefused, False, "gemini-none is not found"),
    ("status-429", ProviderRateLimited, False, "exceeded your quota"),
    ("status-429-header", ProviderRateLimited, False, "slow down"),
    ("status-500", ProviderUnavailable, False, "internal error"),
    ("status-503", ProviderUnavailable, False, "overloaded"),
    ("status-504", ProviderUnavailable, True, "took too long"),
    ("html-500", ProviderUnavailable, True, "status 502"),
    ("cut", ProviderUnavailable, True, "cut the reply off"),
    ("hang-up", ProviderUnavailable, True, "cut the reply off"),
    ("stall", ProviderTimeout, True, "sent no reply within 0.5 s"),
    ("stall-in-body", ProviderTimeout, True, "stopped half-way"),
]
FINE = {"ok", "no-usage", "thought-only-counts", "blocked-half-way", "odd-reason"}


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
    assert error.place == "model `gemini-test` of `lab`"
    assert CANARY not in shown(error)


def test_every_behaviour_is_tried() -> None:
    assert BEHAVIOURS.keys() - {case[0] for case in FAILURES} == FINE


@pytest.mark.parametrize(
    ("behaviour", "seconds"),
    [("status-429", 39.5), ("status-429-header", 7), ("status-500", None)],
)
async def test_time_to_wait_is_read_from_header_or_body(
    server: Loopback, behaviour: str, seconds: float | None
) -> None:
    assert (await failure(at(server.url(behaviour)), ASK)).retry_after_s == seconds


async def test_refused_key_names_its_variable(server: Loopback) -> None:
    error = await failure(at(server.url("ok"), "another-key"), ASK)
    assert type(error) is KeyRefused
    assert "`LAB_KEY`" in error.help


@pytest.mark.parametrize("model", ["", "..", "models/../../secrets", "a b", "m?key=1", "m#x", "ü"])
async def test_name_that_leads_elsewhere_is_not_sent(server: Loopback, model: str) -> None:
    error = await failure(at(server.url("ok")), ChatRequest(model, TURNS, "generator"))
    assert type(error) is ProviderRefused
    assert server.bodies == []


@pytest.mark.parametrize(
    ("extra", "name"),
    [
        ({"contents": []}, "contents"),
        ({"system_instruction": {}}, "system_instruction"),
        ({"generationConfig": {"candidateCount": 4}}, "candidateCount"),
        ({"generation_config": {"candidate_count": 4}}, "candidate_count"),
    ],
)
def test_extra_may_not_change_what_is_asked(extra: dict[str, Any], name: str) -> None:
    with pytest.raises(ProviderRefused, match=f"may not set `{name}`"):
        make_body(ChatRequest("m", TURNS, "generator", extra=extra))


@pytest.mark.parametrize("outer", ["generationConfig", "generation_config"])
@pytest.mark.parametrize("inner", ["maxOutputTokens", "max_output_tokens"])
@pytest.mark.parametrize(("asked", "limit"), [(9, 9), (900, 50), ("many", 50)])
def test_extra_can_lower_the_limit_only(outer: str, inner: str, asked: object, limit: int) -> None:
    request = ChatRequest("m", TURNS, "g", max_tokens=50, extra={outer: {inner: asked}})
    assert make_body(request)["generationConfig"] == {"maxOutputTokens": limit}
