"""Making providers from a plan and the environment; the protocol's values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from archon_runtime.chat import ChatRequest, FinishReason, Message, Role
from archon_runtime.errors import BadResponse, ContentFiltered, KeyMissing, PlanInvalid
from archon_runtime.plan import ProviderSpec
from archon_runtime.providers.http_settings import HttpSettings, read_settings
from archon_runtime.providers.http_status import parse_retry_after
from archon_runtime.providers.kinds import KINDS
from archon_runtime.providers.load import make_provider
from archon_runtime.providers.openai_wire import make_body, read_completion
from tests.runtime.loopback import CANARY, completion

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
KEY = {"OPENAI_API_KEY": CANARY}
KEYS = {kind.key_env: CANARY for kind in KINDS.values() if kind.key_env}


def settings(kind: str, environ: dict[str, str], **options: object) -> HttpSettings:
    return read_settings("lab", KINDS[kind], options, environ)


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_can_be_made(kind: str) -> None:
    options = {"base_url": "http://127.0.0.1:1/v1"} if kind == "openai_compatible" else {}
    provider = make_provider("p", ProviderSpec(kind, options), KEYS)
    assert provider.concurrency >= 1
    assert provider.rate is None


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_takes_limits(kind: str) -> None:
    options: dict[str, object] = {"concurrency": 3, "rate": 2.5, "timeout": 9.0}
    if kind == "openai_compatible":
        options["base_url"] = "http://127.0.0.1:1/v1"
    provider = make_provider("p", ProviderSpec(kind, options), KEYS)
    assert (provider.concurrency, provider.rate) == (3, 2.5)


@pytest.mark.parametrize(
    ("kind", "options", "part"),
    [
        ("openia", {}, "no provider of the kind `openia`"),
        ("openai", {"colour": 1}, "no option `colour`"),
        ("openai_compatible", {}, "`base_url` is missing"),
        ("openai", {"concurrency": 0}, "`concurrency` must be a whole number from 1"),
        ("openai", {"concurrency": True}, "`concurrency` must be"),
        ("openai", {"rate": 0}, "`rate` must be"),
        ("openai", {"timeout": "9s"}, "`timeout` must be"),
        ("openai", {"timeout": float("nan")}, "`timeout` must be"),
        ("openai", {"key": CANARY}, "`key` must be"),
        ("openai", {"base_url": "ftp://x"}, "is not a URL"),
        ("openai", {"base_url": "http://a:99999/v1"}, "is not a URL"),
        ("openai", {"base_url": f"http://user:{CANARY}@x/v1"}, "user or a password"),
        ("openai", {"base_url": f"http://x/v1?key={CANARY}"}, "has a `?`"),
        ("openai", {"base_url": " "}, "`base_url` must be a text"),
        ("simulated", {"skills": {"m": 0.5}}, "`skills` must be"),
        ("simulated", {"skills": {"m": {"generator": 2}}}, "`skills` must be"),
        ("simulated", {"skills": {"m": {"generater": 0.5}}}, "`generater`"),
        ("simulated", {"errors": 1.5}, "`errors` must be"),
        ("simulated", {"latency": -1}, "`latency` must be"),
        ("simulated", {"seed": -1}, "`seed` must be"),
    ],
)
def test_wrong_option_is_refused_without_its_value(
    kind: str, options: dict[str, Any], part: str
) -> None:
    with pytest.raises(PlanInvalid) as caught:
        make_provider("p", ProviderSpec(kind, options), KEY)
    assert part in caught.value.message
    assert CANARY not in str(caught.value) + caught.value.help


@pytest.mark.parametrize(
    ("environ", "options", "variable"),
    [
        ({}, {}, "OPENAI_API_KEY"),
        ({"OPENAI_API_KEY": "  "}, {}, "OPENAI_API_KEY"),
        (KEY, {"key": {"env": "LAB_KEY"}}, "LAB_KEY"),
        ({"OPENAI_API_KEY": f"{CANARY}\n{CANARY}"}, {}, "OPENAI_API_KEY"),
    ],
)
def test_missing_key_names_its_variable(
    environ: dict[str, str], options: dict[str, object], variable: str
) -> None:
    with pytest.raises(KeyMissing) as caught:
        settings("openai", environ, **options)
    assert f"`{variable}`" in caught.value.message
    assert CANARY not in str(caught.value) + caught.value.help


def test_key_is_read_and_not_shown() -> None:
    read = settings("openai", {"OPENAI_API_KEY": f" {CANARY}\n"})
    assert read.keys.variables == ("OPENAI_API_KEY",)
    assert CANARY not in repr(read)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("", "http://127.0.0.1:11434/v1"),
        ("0.0.0.0", "http://127.0.0.1:11434/v1"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080/v1"),
        (":8080", "http://127.0.0.1:8080/v1"),
        ("box", "http://box:11434/v1"),
        ("box:1234", "http://box:1234/v1"),
        ("http://box", "http://box/v1"),
        ("https://box/", "https://box/v1"),
        ("https://box:443/ollama/v1", "https://box:443/ollama/v1"),
        ("[::]", "http://[::1]:11434/v1"),
        ("[fe80::1]:99", "http://[fe80::1]:99/v1"),
    ],
)
def test_ollama_s_variable_is_completed(host: str, url: str) -> None:
    assert settings("ollama", {"OLLAMA_HOST": host}).base_url == url


@pytest.mark.parametrize("host", ["box:port", "ftp://box", "user:secret@box"])
def test_unusable_url_in_the_environment_names_the_variable(host: str) -> None:
    with pytest.raises(PlanInvalid, match="`OLLAMA_HOST` in the environment") as caught:
        settings("ollama", {"OLLAMA_HOST": host})
    assert "secret" not in str(caught.value)


def test_url_comes_from_option_then_environment_then_kind() -> None:
    environ = {**KEY, "OPENAI_BASE_URL": "http://proxy/v1/"}
    assert settings("openai", environ, base_url="http://mine/v1").base_url == "http://mine/v1"
    assert settings("openai", environ).base_url == "http://proxy/v1"
    assert settings("openai", KEY).base_url == KINDS["openai"].default_url


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("Thu, 01 Jan 2026 12:00:30 GMT", 30.0),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
    ],
)
def test_retry_after_is_read_in_both_forms(value: str, seconds: float | None) -> None:
    assert parse_retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    ("extra", "limit"),
    [
        ({}, {"max_tokens": 50}),
        ({"max_completion_tokens": 900}, {"max_completion_tokens": 50}),
        ({"max_completion_tokens": 20}, {"max_completion_tokens": 20}),
        ({"max_tokens": "many"}, {"max_tokens": 50}),
    ],
)
def test_extra_cannot_raise_the_limit(extra: dict[str, object], limit: dict[str, int]) -> None:
    request = ChatRequest("m", (Message(Role.USER, "q"),), "g", max_tokens=50, extra=extra)
    body = make_body(request, limit_field="max_tokens")
    assert {name: value for name, value in body.items() if name.startswith("max_")} == limit


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("stop", FinishReason.STOP),
        ("length", FinishReason.LENGTH),
        ("content_filter", FinishReason.CONTENT_FILTER),
        ("eos_token", FinishReason.STOP),
        (None, FinishReason.STOP),
    ],
)
def test_finish_reasons_are_mapped(word: object, reason: FinishReason) -> None:
    choice = {"message": {"content": "four"}, "finish_reason": word}
    assert read_completion(completion(choices=[choice])).finish_reason is reason


def read(message: object, reason: str = "stop") -> str:
    choice = {"message": message, "finish_reason": reason}
    return read_completion({"choices": [choice]}).text


def test_text_may_come_in_parts_or_as_a_refusal() -> None:
    parts = [{"type": "text", "text": "fo"}, {"type": "text", "text": "ur"}, 3]
    assert read({"content": parts}) == "four"
    assert read({"content": None, "refusal": "I won't."}) == "I won't."


def test_half_a_surrogate_pair_is_replaced() -> None:
    assert read({"content": "a\ud800b \ud83d\ude00"}) == "a\ufffdb \U0001f600"


def test_filtered_and_used_up_replies_say_so() -> None:
    with pytest.raises(ContentFiltered, match="content filter") as filtered:
        read({"content": ""}, "content_filter")
    assert filtered.value.billed
    with pytest.raises(BadResponse, match="`max_tokens` was used up"):
        read({"content": ""}, "length")
    with pytest.raises(BadResponse, match="no message"):
        read(None)


@pytest.mark.parametrize("count", [-1, True, 1.5, "12", None])
def test_impossible_count_is_unknown(count: object) -> None:
    reply = read_completion(completion(usage={"prompt_tokens": count, "completion_tokens": 4}))
    assert (reply.prompt_tokens, reply.completion_tokens) == (None, 4)
