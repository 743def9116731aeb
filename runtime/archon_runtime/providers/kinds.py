"""The kinds of providers that a program can name: checking imports no client."""

from __future__ import annotations

from collections.abc import Mapping

from archon_runtime.providers.kind import (
    TRAFFIC,
    ProviderKind,
    ProviderOption,
    ProviderOptionKind,
)
from archon_runtime.providers.presets import PRESETS

__all__ = ["KINDS", "ProviderKind", "ProviderOption", "ProviderOptionKind"]

_IN_PROCESS = (
    ProviderKind(
        "local",
        "archon_runtime.providers.local:Local",
        "A small model in this process, through llama.cpp.",
        TRAFFIC,
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
            *TRAFFIC,
        ),
        free=True,
    ),
)

KINDS: Mapping[str, ProviderKind] = {kind.name: kind for kind in (*PRESETS, *_IN_PROCESS)}
