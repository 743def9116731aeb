"""The kinds of providers that a program can name, as data: checking imports no client."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from archon_runtime.classes import dataclass

__all__ = ["KINDS", "ProviderKind", "ProviderOption", "ProviderOptionKind"]


class ProviderOptionKind(StrEnum):
    """Which values a provider's option takes, in a user's words."""

    TEXT = "a text"
    SECRET = '`env("NAME")`'
    COUNT = "a whole number"
    NUMBER = "a number"
    SHARE = "a share from 0 to 1, or a percentage"
    RATE = "a rate such as `600/min`"
    DURATION = "a duration"
    RECORD = "a record"


@dataclass(frozen=True, slots=True)
class ProviderOption:
    """An option of a provider. In the plan: durations are seconds, rates are per second."""

    name: str
    kind: ProviderOptionKind
    doc: str
    required: bool = False
    low: int | None = None


@dataclass(frozen=True, slots=True)
class ProviderKind:
    """A provider as the compiler sees it.

    `implementation` is `module:class`, imported when a run needs it; the class is a
    `ProviderFactory`. `free`: its models cost nothing. `models_by_path`: `local(path:
    "…")` may stand for the model's name; in the plan the name is then `path:` and the
    file's path, read from the folder in which the run was started if it is relative.
    """

    name: str
    implementation: str
    doc: str
    options: tuple[ProviderOption, ...]
    key_env: str = ""
    url_env: str = ""
    default_url: str = ""
    key_required: bool = False
    free: bool = False
    models_by_path: bool = False


_TRAFFIC = (
    ProviderOption(
        "concurrency",
        ProviderOptionKind.COUNT,
        "How many requests may be under way at once.",
        low=1,
    ),
    ProviderOption("rate", ProviderOptionKind.RATE, "How many requests may start in a time."),
    ProviderOption("timeout", ProviderOptionKind.DURATION, "How long one call may take in all."),
)
_HTTP = (
    ProviderOption("base_url", ProviderOptionKind.TEXT, "Where the API is, up to `/v1`."),
    ProviderOption("key", ProviderOptionKind.SECRET, "The environment variable of the key."),
    *_TRAFFIC,
)
_OPENAI_COMPATIBLE = "archon_runtime.providers.openai_compatible:OpenAICompatible"

_ALL = (
    ProviderKind(
        "openai_compatible",
        _OPENAI_COMPATIBLE,
        "Any server that speaks OpenAI's chat completions.",
        (
            ProviderOption(
                "base_url",
                ProviderOptionKind.TEXT,
                "Where the API is, up to `/v1`.",
                required=True,
            ),
            *_HTTP[1:],
        ),
    ),
    ProviderKind(
        "openai",
        _OPENAI_COMPATIBLE,
        "OpenAI.",
        _HTTP,
        key_env="OPENAI_API_KEY",
        url_env="OPENAI_BASE_URL",
        default_url="https://api.openai.com/v1",
        key_required=True,
    ),
    ProviderKind(
        "ollama",
        _OPENAI_COMPATIBLE,
        "A local Ollama server.",
        _HTTP,
        url_env="OLLAMA_HOST",
        default_url="http://127.0.0.1:11434/v1",
        free=True,
    ),
    ProviderKind(
        "local",
        "archon_runtime.providers.local:Local",
        "A small model in this process, through llama.cpp.",
        _TRAFFIC,
        free=True,
        models_by_path=True,
    ),
    ProviderKind(
        "simulated",
        "archon_runtime.providers.simulated:Simulated",
        "Made-up models with a hidden quality, for tests, examples and studies.",
        (
            ProviderOption("seed", ProviderOptionKind.COUNT, "Where its chance begins."),
            ProviderOption(
                "skills",
                ProviderOptionKind.RECORD,
                "Per model a record of its skill, 0 to 1, per technique: "
                "`{ small: { generator: 0.4, ranker: 0.7 } }`.",
            ),
            ProviderOption(
                "correlation",
                ProviderOptionKind.SHARE,
                "How much of an error the models share.",
            ),
            ProviderOption("errors", ProviderOptionKind.SHARE, "Share of calls that fail."),
            ProviderOption("latency", ProviderOptionKind.DURATION, "How long a call takes."),
            *_TRAFFIC,
        ),
        free=True,
    ),
)

KINDS: Mapping[str, ProviderKind] = {kind.name: kind for kind in _ALL}
