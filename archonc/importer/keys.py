"""Which keys the published runner read of each type of component, and of the rest.

Source: the runner's repository at the commit that the paper's version 6 names; PAPER
defects 3 to 9 say what it then did with what it had read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archonc.diagnostic.suggest import suggest
from archonc.importer.config import ComponentType

__all__ = ["CONFIG_KEYS", "PROVIDERS", "READ_KEYS", "Provider", "misspelt", "why_ignored"]


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of the language. `sent`: the `max_tokens` that the runner always sent."""

    name: str
    sent: int | None = None


PROVIDERS: Mapping[str, Provider] = {
    "Together_API": Provider("together"),
    "OpenAI_API": Provider("openai"),
    "Anthropic_API": Provider("anthropic", sent=4096),
    "Google_API": Provider("gemini"),
    "Groq_API": Provider("groq"),
    "vLLM": Provider("vllm"),
    "tgi": Provider("tgi"),
}
"""The language's provider for each `model_type`."""

CONFIG_KEYS = frozenset({"name", "layers"})
"""What is read of the whole configuration."""

_MODEL = frozenset({"type", "model", "model_type", "temperature", "max_tokens"})
READ_KEYS: Mapping[ComponentType, frozenset[str]] = {
    ComponentType.GENERATOR: _MODEL | {"samples", "no_system"},
    ComponentType.FUSER: _MODEL | {"samples", "length_control", "use_critiques"},
    ComponentType.CRITIC: _MODEL | {"samples"},
    ComponentType.RANKER: _MODEL | {"samples", "top_k", "use_critiques"},
    ComponentType.VERIFIER: _MODEL | {"samples", "first_k"},
    ComponentType.UNIT_TEST_GENERATOR: _MODEL | {"samples", "unit_test_cap"},
    ComponentType.UNIT_TEST_EVALUATOR: _MODEL
    | {"samples", "top_k", "first_k", "first_pass", "remove_unit_tests_from_prompt"},
}
"""What is read of a component: by the runner, or by the import because the key says enough."""

_WHY: Mapping[str, str] = {
    "top_k": "only a `ranker` and a `unit_test_evaluator` keep the best few",
    "samples": "it is asked once",
    "checkpoint": "it is left over from models that were loaded from files",
    "ranker_batch_size": "it sized the batches of PairRM, a local ranking model",
    "ranker_config": "a ranker is a layer of its own",
    "top_k_generations": "a `ranker` before it chooses which candidates it sees",
    "fuse_generations_count": "`samples` says how many it writes",
    "batch_num": "each candidate is verified by itself",
    "remove_unit_tests_from_prompt": "only a `unit_test_evaluator` was ever told this",
    "length_control": "only a `fuser` controls the length of what it writes",
    "use_critiques": "only a `ranker` and a `fuser` read critiques",
    "unit_test_cap": "only a `unit_test_generator` writes tests",
    "no_system": "only a generator's prompt is the caller's own",
    "custom": "components and models that a host program adds cannot be imported",
}
_KNOWN = frozenset(_WHY) | CONFIG_KEYS | frozenset().union(*READ_KEYS.values())
# Shorter words are near to too many others: `top_p` is no misspelt `top_k`.
_SHORTEST = 6


def why_ignored(key: str) -> str | None:
    """Say why nothing reads a key that configurations are known to hold."""
    return _WHY.get(key)


def misspelt(key: str, read: frozenset[str], given: frozenset[str]) -> str | None:
    """Find the key that *key* was meant to be: one that is read and was not given."""
    if key in _KNOWN:
        return None
    free = sorted(read - given)
    folded = _fold(key)
    same = next((each for each in free if _fold(each) == folded), None)
    if same is not None or len(key) < _SHORTEST or len(key) > 2 * max(map(len, read)):
        return same
    return suggest(key, free)


def _fold(key: str) -> str:
    return key.casefold().replace("_", "").replace("-", "").replace(" ", "")
