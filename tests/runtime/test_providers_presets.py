"""The presets: where each asks, with which key, and what its protocol has."""

from __future__ import annotations

import pytest

from archon_runtime.chat import ChatRequest, Message, Role
from archon_runtime.errors import KeyMissing
from archon_runtime.plan import ProviderSpec
from archon_runtime.providers.http_settings import read_settings
from archon_runtime.providers.kinds import KINDS
from archon_runtime.providers.load import make_provider
from archon_runtime.providers.presets import PRESETS
from archonc.resolve.models import SETTINGS
from tests.runtime.asking import ask
from tests.runtime.loopback import CANARY, loopback


@pytest.mark.parametrize(
    ("kind", "variable", "default"),
    [
        ("together", "TOGETHER_BASE_URL", "https://api.together.xyz/v1"),
        ("vllm", "VLLM_BASE_URL", "http://127.0.0.1:8000/v1"),
        ("tgi", "TGI_BASE_URL", "http://127.0.0.1:8080/v1"),
        ("anthropic", "ANTHROPIC_BASE_URL", "https://api.anthropic.com"),
        ("gemini", "GOOGLE_GEMINI_BASE_URL", "https://generativelanguage.googleapis.com"),
    ],
)
def test_address_has_a_default_and_a_variable(kind: str, variable: str, default: str) -> None:
    keys = {KINDS[kind].key_env or "NONE": CANARY}
    assert read_settings("lab", KINDS[kind], {}, keys).base_url == default
    moved = {**keys, variable: "http://proxy:9/v1"}
    assert read_settings("lab", KINDS[kind], {}, moved).base_url == "http://proxy:9/v1"


@pytest.mark.parametrize("kind", ["together", "groq", "anthropic", "gemini"])
def test_missing_key_names_its_variable(kind: str) -> None:
    with pytest.raises(KeyMissing, match=f"`{kind.upper()}_API_KEY`"):
        read_settings("lab", KINDS[kind], {}, {})


@pytest.mark.parametrize("kind", ["vllm", "tgi"])
def test_own_server_is_free_and_needs_no_key(kind: str) -> None:
    assert KINDS[kind].free
    assert read_settings("lab", KINDS[kind], {}, {}).keys.variables == ()


def test_own_server_s_key_is_used_where_there_is_one() -> None:
    environ = {"VLLM_API_KEY": CANARY, "TGI_KEY": CANARY}
    assert read_settings("lab", KINDS["vllm"], {}, environ).keys.variables == ("VLLM_API_KEY",)
    named = {"key": {"env": "TGI_KEY"}}
    assert read_settings("lab", KINDS["tgi"], named, environ).keys.variables == ("TGI_KEY",)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize(("kind", "logprobs"), [("together", 1), ("vllm", True)])
async def test_logprobs_are_asked_for_in_the_server_s_way(kind: str, logprobs: object) -> None:
    request = ChatRequest("m", (Message(Role.USER, "2 + 2?"),), "generator", logprobs=True)
    async with loopback() as server:
        spec = ProviderSpec(kind, {"base_url": server.url("ok")})
        await ask(make_provider("p", spec, {"TOGETHER_API_KEY": CANARY}), request)
    assert server.bodies[0]["logprobs"] is logprobs


def test_what_a_kind_lacks_or_needs_is_a_setting_of_models() -> None:
    for kind in PRESETS:
        assert kind.lacks | kind.needs <= set(SETTINGS), kind.name
        assert not kind.lacks & kind.needs, kind.name
