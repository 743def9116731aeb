"""The typed architecture: layers and steps with their flow, their bounds and their places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from archon_runtime.bounds import Bounds
from archon_runtime.classes import dataclass, field
from archon_runtime.cost import Cost
from archon_runtime.flow import Arity, Attachment, Flow
from archon_runtime.plan import Answer, BudgetSpec
from archon_runtime.techniques.base import Technique
from archon_runtime.usage import Price
from archonc.resolve.symbols import ModelSymbol, PromptSymbol, Resolved
from archonc.source import Span

__all__ = [
    "UNKNOWN_FLOW",
    "Assumptions",
    "Checked",
    "CheckedArchitecture",
    "CheckedLayer",
    "CheckedNested",
    "CheckedSpace",
    "CheckedStep",
    "Cost",
    "PricedModel",
    "leaf_steps",
    "most_with_retries",
]

UNKNOWN_FLOW = Flow(Arity(0, None), frozenset(Attachment), tests=True)
"""What flows out of something wrong: it satisfies every later check."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What bounds on prompt tokens rest on.

    `question_tokens`: a question, earlier turns included, has at most so many.
    `retokenise`: another model counts a candidate as at most so many times its tokens.
    """

    question_tokens: int = 1000
    retokenise: float = 1.3


@dataclass(frozen=True, slots=True)
class PricedModel:
    """A model and its price, if one is known; all its fallbacks, in the order they are asked."""

    symbol: ModelSymbol
    price: Price | None
    fallback: tuple[PricedModel, ...] = ()

    @property
    def chain(self) -> tuple[PricedModel, ...]:
        """All that may answer, this one first."""
        return (self, *self.fallback)


@dataclass(frozen=True, slots=True)
class CheckedStep:
    """One technique with one model. `options` has the place of each option's value.

    `folder` is that of the file in which it stands, as `Module.folder`.
    """

    id: str
    technique: Technique[Any]
    model: PricedModel | None
    prompt: PromptSymbol | None
    span: Span
    options: Mapping[str, Span]
    inflow: Flow
    outflow: Flow
    bounds: Bounds
    folder: str = ""


@dataclass(frozen=True, slots=True)
class CheckedNested:
    """An architecture that stands in a layer as one step: to the layer it is a generator.

    `span` is the component; the names of its layers begin with `id` and a dot. `limits`
    has the place of each limit of its budget.
    """

    id: str
    architecture: str
    layers: tuple[CheckedLayer, ...]
    answer: Answer
    budget: BudgetSpec | None
    span: Span
    inflow: Flow
    outflow: Flow
    bounds: Bounds
    limits: Mapping[str, Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CheckedLayer:
    """A layer of one technique. Repetitions of a layer are layers of their own.

    `limits` has the place of each limit of its budget, by the limit's name.
    """

    name: str
    steps: tuple[CheckedStep | CheckedNested, ...]
    outflow: Flow
    bounds: Bounds
    budget: BudgetSpec | None
    span: Span
    limits: Mapping[str, Span] = field(default_factory=dict)
    quorum: int | None = None
    timeout_s: float | None = None


@dataclass(frozen=True, slots=True)
class CheckedArchitecture:
    """An architecture in which nothing is wrong. `limits` is as a layer's."""

    name: str
    layers: tuple[CheckedLayer, ...]
    answer: Answer
    budget: BudgetSpec | None
    bounds: Bounds
    cost: Cost
    assumed: Assumptions
    span: Span
    limits: Mapping[str, Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CheckedSpace:
    """An architecture with holes: a search space. `points` are some of its points, checked."""

    name: str
    points: tuple[CheckedArchitecture, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Checked:
    """A checked program: those of its architectures in which nothing is wrong, in order."""

    resolved: Resolved
    architectures: tuple[CheckedArchitecture, ...]
    spaces: tuple[CheckedSpace, ...] = ()


def leaf_steps(layers: Iterable[CheckedLayer]) -> Iterator[CheckedStep]:
    """List all steps that run a technique, those of nested architectures too, in order."""
    for layer in layers:
        for step in layer.steps:
            if isinstance(step, CheckedNested):
                yield from leaf_steps(step.layers)
            else:
                yield step


def most_with_retries(bounds: Bounds, attempts: int = 3) -> int | None:
    """Tell the most calls if every call fails and is tried again; None is unbounded."""
    return None if bounds.calls.most is None else bounds.calls.most * attempts
