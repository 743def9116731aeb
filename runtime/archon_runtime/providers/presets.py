"""Providers behind HTTP, as data: who they are, and where their key and address come from."""

from __future__ import annotations

from archon_runtime.classes import replace
from archon_runtime.providers.kind import HTTP, ProviderKind

__all__ = ["PRESETS"]

_OPENAI_COMPATIBLE = "archon_runtime.providers.openai_compatible:OpenAICompatible"
_BASE_URL = HTTP[0]

PRESETS = (
    ProviderKind(
        "openai_compatible",
        _OPENAI_COMPATIBLE,
        "Any server that speaks OpenAI's chat completions.",
        (replace(_BASE_URL, required=True), *HTTP[1:]),
    ),
    ProviderKind(
        "openai",
        _OPENAI_COMPATIBLE,
        "OpenAI.",
        HTTP,
        key_env="OPENAI_API_KEY",
        url_env="OPENAI_BASE_URL",
        default_url="https://api.openai.com/v1",
        key_required=True,
    ),
    ProviderKind(
        "anthropic",
        "archon_runtime.providers.anthropic:Anthropic",
        "Anthropic, through its Messages API.",
        (replace(_BASE_URL, doc="Where the API is, without `/v1`."), *HTTP[1:]),
        key_env="ANTHROPIC_API_KEY",
        url_env="ANTHROPIC_BASE_URL",
        default_url="https://api.anthropic.com",
        key_required=True,
        lacks=frozenset({"seed", "logprobs"}),
        needs=frozenset({"max_tokens"}),
        hottest=1,
    ),
    ProviderKind(
        "gemini",
        "archon_runtime.providers.gemini:Gemini",
        "Google Gemini, through `generateContent`.",
        (replace(_BASE_URL, doc="Where the API is, without `/v1beta`."), *HTTP[1:]),
        key_env="GEMINI_API_KEY",
        url_env="GOOGLE_GEMINI_BASE_URL",
        default_url="https://generativelanguage.googleapis.com",
        key_required=True,
    ),
    ProviderKind(
        "together",
        _OPENAI_COMPATIBLE,
        "Together AI.",
        HTTP,
        key_env="TOGETHER_API_KEY",
        url_env="TOGETHER_BASE_URL",
        default_url="https://api.together.xyz/v1",
        key_required=True,
    ),
    ProviderKind(
        "groq",
        _OPENAI_COMPATIBLE,
        "Groq.",
        HTTP,
        key_env="GROQ_API_KEY",
        default_url="https://api.groq.com/openai/v1",
        key_required=True,
        lacks=frozenset({"logprobs"}),  # a request with it is refused
    ),
    ProviderKind(
        "vllm",
        _OPENAI_COMPATIBLE,
        "A vLLM server of one's own.",
        HTTP,
        key_env="VLLM_API_KEY",
        url_env="VLLM_BASE_URL",
        default_url="http://127.0.0.1:8000/v1",
        free=True,
    ),
    ProviderKind(
        "tgi",
        _OPENAI_COMPATIBLE,
        "A Text Generation Inference server of one's own.",
        HTTP,
        url_env="TGI_BASE_URL",
        default_url="http://127.0.0.1:8080/v1",
        free=True,
    ),
    ProviderKind(
        "ollama",
        _OPENAI_COMPATIBLE,
        "A local Ollama server.",
        HTTP,
        url_env="OLLAMA_HOST",
        default_url="http://127.0.0.1:11434/v1",
        free=True,
    ),
)
