"""A published configuration as typed data: models, components, layers.

What the format calls a component is one here; its keys keep their places in `places`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from archonc.source import Span

__all__ = ["Component", "ComponentType", "Config", "Layer", "ModelUse"]


class ComponentType(StrEnum):
    """The types of components that the format knows; techniques have the same names."""

    GENERATOR = "generator"
    FUSER = "fuser"
    CRITIC = "critic"
    RANKER = "ranker"
    VERIFIER = "verifier"
    UNIT_TEST_GENERATOR = "unit_test_generator"
    UNIT_TEST_EVALUATOR = "unit_test_evaluator"


@dataclass(frozen=True, slots=True)
class ModelUse:
    """A model as one component uses it; two components with equal ones share it.

    `provider` is the language's word for it. `address` is the server's, if the
    configuration has one in place of a model's name.
    """

    provider: str
    name: str
    temperature: Decimal | None
    max_tokens: int | None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """A component; what is None was not given, or has no effect on this type.

    `keep`: how many of the best go on. `first`: how many that pass are enough.
    `tests`: how many tests to write. `places`: the key of each setting that was given.
    """

    type: ComponentType
    model: ModelUse
    span: Span
    samples: int = 1
    keep: int | None = None
    first: int | None = None
    tests: int | None = None
    use_critiques: bool | None = None
    length_control: bool = False
    places: Mapping[str, Span] = field(default_factory=dict)

    def place(self, key: str) -> Span:
        """Place of a key; of the type if the key was not given."""
        return self.places.get(key, self.places.get("type", self.span))


@dataclass(frozen=True, slots=True)
class Layer:
    """Components that stand side by side, one or more; `number` counts from 1."""

    number: int
    components: tuple[Component, ...]
    span: Span

    @property
    def type(self) -> ComponentType:
        """Type of the components; a layer that is kept has one."""
        return self.components[0].type


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration; `name` is empty if it has none."""

    name: str
    layers: tuple[Layer, ...]
