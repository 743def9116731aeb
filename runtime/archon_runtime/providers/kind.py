"""What a kind of provider is, as data: its options, its variables, what its models take."""

from __future__ import annotations

from enum import StrEnum

from archon_runtime.classes import dataclass

__all__ = ["HTTP", "TRAFFIC", "ProviderKind", "ProviderOption", "ProviderOptionKind"]

HOTTEST = 2


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

    `lacks`: model settings that its protocol has no word for. `needs`: those that its
    protocol cannot do without. `hottest`: the highest temperature that it takes.
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
    lacks: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    hottest: float = HOTTEST


TRAFFIC = (
    ProviderOption(
        "concurrency",
        ProviderOptionKind.COUNT,
        "How many requests may be under way at once.",
        low=1,
    ),
    ProviderOption("rate", ProviderOptionKind.RATE, "How many requests may start in a time."),
    ProviderOption("timeout", ProviderOptionKind.DURATION, "How long one call may take in all."),
)
HTTP = (
    ProviderOption("base_url", ProviderOptionKind.TEXT, "Where the API is, up to `/v1`."),
    ProviderOption("key", ProviderOptionKind.SECRET, "The environment variable of the key."),
    *TRAFFIC,
    ProviderOption(
        "token_rate",
        ProviderOptionKind.RATE,
        "How many tokens, of prompts and replies, in a time; counted over a minute.",
    ),
    ProviderOption(
        "connect_timeout",
        ProviderOptionKind.DURATION,
        "How long connecting may take (10s).",
    ),
    ProviderOption(
        "first_byte_timeout",
        ProviderOptionKind.DURATION,
        "How long until the reply begins (as long as `timeout`).",
    ),
    ProviderOption(
        "idle_timeout",
        ProviderOptionKind.DURATION,
        "How long the reply may pause (30s).",
    ),
)
