"""The plan: all that the runtime needs, and the only contract with the compiler."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum

from archon_runtime.bounds import Bounds
from archon_runtime.classes import dataclass, field
from archon_runtime.flow import Flow
from archon_runtime.prompt import Prompt
from archon_runtime.usage import Price

__all__ = [
    "PLAN_VERSION",
    "Answer",
    "BudgetSpec",
    "Choose",
    "FileSpec",
    "LayerSpec",
    "ModelSpec",
    "NestedSpec",
    "OnExhausted",
    "PlanSpec",
    "ProviderSpec",
    "StepSpec",
    "model_chain",
    "models_asked",
    "walk_layers",
    "walk_nested",
    "walk_steps",
]

PLAN_VERSION = 1


class OnExhausted(StrEnum):
    """What to do when a budget is used up."""

    DEGRADE = "degrade"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class BudgetSpec:
    """Limits; None is no limit. `tokens` counts prompt and completion tokens together."""

    calls: int | None = None
    tokens: int | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost_usd: Decimal | None = None
    time_s: float | None = None
    on_exhausted: OnExhausted = OnExhausted.DEGRADE


@dataclass(frozen=True, slots=True)
class ProviderSpec:
    """A provider: its kind and options, never a secret.

    An environment variable that holds one is written `{"env": "NAME"}`.
    """

    kind: str
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model of a provider with its decoding settings. `window` is in tokens.

    `fallback` names the models that are asked, in this order, when this one fails.
    """

    provider: str
    model: str
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    logprobs: bool = False
    window: int | None = None
    price: Price | None = None
    extra: Mapping[str, object] = field(default_factory=dict)
    fallback: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileSpec:
    """A file that a checker names: its text and the SHA-256 of its UTF-8 bytes (hex)."""

    text: str
    sha256: str


@dataclass(frozen=True, slots=True)
class StepSpec:
    """One technique with one model. `prompt` names a prompt of the plan."""

    id: str
    technique: str
    model: str | None
    options: Mapping[str, object]
    prompt: str | None
    inflow: Flow
    outflow: Flow
    bounds: Bounds


@dataclass(frozen=True, slots=True)
class NestedSpec:
    """An architecture that stands in a layer as one step: to the layer it is a generator.

    `architecture` is its name in the program. Its layers are named, and its steps called,
    with `id` and a dot before them, so that every layer name and step id is unique in the
    plan.
    """

    id: str
    architecture: str
    layers: tuple[LayerSpec, ...]
    answer: Answer
    budget: BudgetSpec | None
    inflow: Flow
    outflow: Flow
    bounds: Bounds


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """Steps that run side by side; their candidates are joined in order.

    It goes on when `quorum` of its places are filled, or after `timeout_s` at work.
    """

    name: str
    steps: tuple[StepSpec | NestedSpec, ...]
    outflow: Flow
    bounds: Bounds
    budget: BudgetSpec | None = None
    quorum: int | None = None
    timeout_s: float | None = None


class Choose(StrEnum):
    """How to choose the answer where several candidates can be left."""

    FIRST = "first"
    RANDOM = "random"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Answer:
    """How the answer is chosen; `seed` belongs to `random`."""

    choose: Choose = Choose.FIRST
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class PlanSpec:
    """A compiled architecture. `source_sha256` is that of the program's text.

    Every name in a model, step or check is a key of the mapping it refers to;
    layers and steps are in order of the data's flow.
    """

    name: str
    source_sha256: str
    providers: Mapping[str, ProviderSpec]
    models: Mapping[str, ModelSpec]
    prompts: Mapping[str, Prompt]
    files: Mapping[str, FileSpec]
    layers: tuple[LayerSpec, ...]
    answer: Answer
    budget: BudgetSpec | None
    bounds: Bounds
    cost_least_usd: Decimal | None
    cost_most_usd: Decimal | None
    assumed: Mapping[str, float]


def walk_layers(layers: Sequence[LayerSpec]) -> Iterator[LayerSpec]:
    """Go through all layers, those inside a nested step before the layer that holds it.

    This is the order of the data's flow.
    """
    for layer in layers:
        for step in layer.steps:
            if isinstance(step, NestedSpec):
                yield from walk_layers(step.layers)
        yield layer


def walk_steps(layers: Sequence[LayerSpec]) -> Iterator[StepSpec]:
    """Go through the steps of all layers that are techniques, in the order of `walk_layers`."""
    for layer in walk_layers(layers):
        for step in layer.steps:
            if isinstance(step, StepSpec):
                yield step


def walk_nested(layers: Sequence[LayerSpec]) -> Iterator[NestedSpec]:
    """Go through all nested steps, those of an inner layer first."""
    for layer in walk_layers(layers):
        for step in layer.steps:
            if isinstance(step, NestedSpec):
                yield step


def model_chain(models: Mapping[str, ModelSpec], name: str) -> tuple[str, ...]:
    """Name all models that may answer for *name*, in the order in which they are asked."""
    found: dict[str, None] = {}
    waiting = [name]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found[each] = None
            waiting.extend(reversed(models[each].fallback))
    return tuple(found)


def models_asked(spec: PlanSpec) -> tuple[str, ...]:
    """Name the models that the plan's steps ask, and their fallbacks."""
    asked = dict.fromkeys(step.model for step in walk_steps(spec.layers))
    return tuple(
        dict.fromkeys(
            each for name in asked if name is not None for each in model_chain(spec.models, name)
        )
    )
