"""The vendors' own clients against our loopback servers, so that the servers are right.

Both clients ask the same; the server must answer both, and see the same request.
"""

from __future__ import annotations

from typing import Any

import pytest

from archon_runtime.chat import ChatRequest
from archon_runtime.providers.anthropic import Anthropic
from archon_runtime.providers.gemini import Gemini
from tests.runtime.asking import TURNS, ask
from tests.runtime.loopback import CANARY, Loopback, settings_for
from tests.runtime.loopback_anthropic import anthropic_server
from tests.runtime.loopback_gemini import gemini_server

pytestmark = [
    pytest.mark.anyio,
    # Google's client makes a subclass of aiohttp's session, which aiohttp discourages.
    pytest.mark.filterwarnings("ignore:Inheritance class Aiohttp:DeprecationWarning"),
]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def anthropic_client(server: Loopback, behaviour: str) -> Any:
    reason = "the package `anthropic` is not installed"
    vendor = pytest.importorskip("anthropic", reason=reason)
    return vendor.AsyncAnthropic(api_key=CANARY, base_url=server.url(behaviour), max_retries=0)


def gemini_client(server: Loopback, behaviour: str) -> Any:
    vendor = pytest.importorskip("google.genai", reason="`google-genai` is not installed")
    return vendor.Client(api_key=CANARY, http_options={"base_url": server.url(behaviour)})


ANTHROPIC_TURNS = [
    {"role": "user", "content": "2 + 2?"},
    {"role": "assistant", "content": "4"},
    {"role": "user", "content": "Think again."},
    {"role": "user", "content": "What colour is the sky?"},
]


@pytest.mark.parametrize("max_tokens", [4, 50])
async def test_anthropic_s_client_asks_and_reads_the_same(max_tokens: int) -> None:
    async with anthropic_server() as server:
        async with anthropic_client(server, "ok") as client:
            theirs = await client.messages.create(
                model="claude-test",
                max_tokens=max_tokens,
                system="Be brief.",
                messages=ANTHROPIC_TURNS,
                stop_sequences=["more"],
            )
        request = ChatRequest("claude-test", TURNS, "g", max_tokens=max_tokens, stop=("more",))
        ours = await ask(Anthropic(settings_for(server.url("ok"))), request)
    assert server.bodies[0] == server.bodies[1]
    assert ours.text == "".join(each.text for each in theirs.content if each.type == "text")
    assert ours.finish_reason == ("length" if theirs.stop_reason == "max_tokens" else "stop")
    counts = theirs.usage
    cached = counts.cache_creation_input_tokens + counts.cache_read_input_tokens
    assert ours.prompt_tokens == counts.input_tokens + cached
    assert ours.completion_tokens == counts.output_tokens


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        ("status-400", "BadRequestError"),
        ("status-401", "AuthenticationError"),
        ("status-403", "PermissionDeniedError"),
        ("status-404", "NotFoundError"),
        ("status-413", "ContentTooLargeError"),
        ("status-429", "RateLimitError"),
        ("status-500", "InternalServerError"),
        ("status-504", "GatewayTimeoutError"),
        ("status-529", "OverloadedError"),
    ],
)
async def test_anthropic_s_client_knows_the_errors(behaviour: str, error: str) -> None:
    async with anthropic_server() as server, anthropic_client(server, behaviour) as client:
        with pytest.raises(Exception) as caught:  # noqa: PT011 - which one is the question
            await client.messages.create(
                model="claude-test", max_tokens=9, messages=ANTHROPIC_TURNS
            )
    assert type(caught.value).__name__ == error


GEMINI_CONFIG: dict[str, Any] = {
    "system_instruction": "Be brief.",
    "temperature": 0.7,
    "top_p": 0.9,
    "stop_sequences": ["more"],
    "seed": 3,
    "response_logprobs": True,
}
GEMINI_TURNS = [
    {"role": "user", "parts": [{"text": "2 + 2?"}]},
    {"role": "model", "parts": [{"text": "4"}]},
    {"role": "user", "parts": [{"text": "Think again."}, {"text": "What colour is the sky?"}]},
]


@pytest.mark.parametrize("max_tokens", [4, 50])
async def test_gemini_s_client_asks_and_reads_the_same(max_tokens: int) -> None:
    async with gemini_server() as server:
        async with gemini_client(server, "ok").aio as client:
            theirs = await client.models.generate_content(
                model="gemini-test",
                contents=GEMINI_TURNS,
                config={**GEMINI_CONFIG, "max_output_tokens": max_tokens},
            )
        request = ChatRequest(
            "gemini-test",
            TURNS,
            "g",
            temperature=0.7,
            top_p=0.9,
            max_tokens=max_tokens,
            stop=("more",),
            seed=3,
            logprobs=True,
        )
        ours = await ask(Gemini(settings_for(server.url("ok"))), request)
    theirs_sent, ours_sent = server.bodies
    theirs_sent["systemInstruction"].pop("role", None)  # it has none; theirs says `user`
    assert theirs_sent == ours_sent
    assert ours.text == theirs.text
    cut = theirs.candidates[0].finish_reason.value == "MAX_TOKENS"
    assert ours.finish_reason == ("length" if cut else "stop")
    counts = theirs.usage_metadata
    assert ours.prompt_tokens == counts.prompt_token_count
    assert ours.completion_tokens == counts.candidates_token_count + counts.thoughts_token_count


@pytest.mark.parametrize(
    ("behaviour", "error", "status"),
    [
        ("status-400-key", "ClientError", "INVALID_ARGUMENT"),
        ("status-404", "ClientError", "NOT_FOUND"),
        ("status-429", "ClientError", "RESOURCE_EXHAUSTED"),
        ("status-500", "ServerError", "INTERNAL"),
        ("status-503", "ServerError", "UNAVAILABLE"),
    ],
)
async def test_gemini_s_client_knows_the_errors(behaviour: str, error: str, status: str) -> None:
    async with gemini_server() as server, gemini_client(server, behaviour).aio as client:
        with pytest.raises(Exception) as caught:  # noqa: PT011 - which one is the question
            await client.models.generate_content(model="gemini-test", contents="2 + 2?")
    assert (type(caught.value).__name__, getattr(caught.value, "status", "")) == (error, status)


async def test_gemini_s_client_sees_a_blocked_prompt() -> None:
    async with (
        gemini_server() as server,
        gemini_client(server, "blocked-prompt").aio as client,
    ):
        theirs = await client.models.generate_content(model="gemini-test", contents="2 + 2?")
    assert theirs.prompt_feedback.block_reason.value == "SAFETY"
    assert not theirs.candidates
