"""What names stand for: one frozen class a kind of declaration, and the side table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archon_runtime.classes import dataclass
from archon_runtime.plan import ModelSpec, ProviderSpec
from archon_runtime.prompt import Prompt
from archon_runtime.providers.kinds import ProviderKind
from archon_runtime.techniques.base import Technique
from archonc.source import Span
from archonc.syntax.nodes import ArchitectureDecl, Program

__all__ = [
    "ArchitectureSymbol",
    "Callee",
    "ModelSymbol",
    "ModelsSymbol",
    "ModuleSymbol",
    "PromptSymbol",
    "ProviderSymbol",
    "Resolved",
    "Symbol",
    "Unknown",
    "describe_symbol",
]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name whose declaration is missing or wrong; it satisfies every later check."""

    name: str


@dataclass(frozen=True, slots=True)
class ProviderSymbol:
    """A provider, declared or a kind used directly (then its name is the kind's)."""

    name: str
    kind: ProviderKind
    spec: ProviderSpec
    span: Span


@dataclass(frozen=True, slots=True)
class ModelSymbol:
    """A model. `spans` has the value of each setting; `bad` names those that are wrong.

    `fallback` are the models that answer when this one fails, each with its own.
    """

    name: str
    spec: ModelSpec
    provider: ProviderSymbol
    span: Span
    spans: Mapping[str, Span]
    bad: frozenset[str] = frozenset()
    fallback: tuple[ModelSymbol, ...] = ()

    def chain(self) -> tuple[ModelSymbol, ...]:
        """List all that may answer, in the order in which they are asked: this one first."""
        found: dict[str, ModelSymbol] = {}
        waiting = [self]
        while waiting:
            each = waiting.pop()
            if each.name not in found:
                found[each.name] = each
                waiting.extend(reversed(each.fallback))
        return tuple(found.values())


@dataclass(frozen=True, slots=True)
class ModelsSymbol:
    """A list of models, lists within it flattened, in order."""

    name: str
    models: tuple[ModelSymbol | Unknown, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class PromptSymbol:
    """A prompt, with the place of each placeholder. `sound`: nothing was wrong with it."""

    name: str
    prompt: Prompt
    span: Span
    placeholders: tuple[tuple[str, Span], ...]
    sound: bool


@dataclass(frozen=True, slots=True)
class ArchitectureSymbol:
    """An architecture, as declared. `folder` is its file's, as `Module.folder`."""

    name: str
    declaration: ArchitectureDecl
    span: Span
    folder: str = ""


@dataclass(frozen=True, slots=True)
class ModuleSymbol:
    """An imported file, under the name that this file gives it."""

    name: str
    span: Span


Symbol = (
    ProviderSymbol
    | ModelSymbol
    | ModelsSymbol
    | PromptSymbol
    | ArchitectureSymbol
    | ModuleSymbol
    | Unknown
)


Callee = type[Technique[Any]] | ArchitectureSymbol | Unknown
"""What a component calls."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A program with its names bound; the AST is as it was.

    `program` is the main file's, `names` hold the first declaration of each name in it
    and, with its alias, in what it imports. `references` bind a name where it is used,
    `callees` what is called in a layer, in any file, both by the place. `silent` are the
    names, in any file, whose declaration could not be read. `architectures` are the main
    file's.
    """

    program: Program
    names: Mapping[str, Symbol]
    references: Mapping[Span, Symbol]
    callees: Mapping[Span, Callee]
    silent: frozenset[str]
    architectures: tuple[ArchitectureSymbol, ...]


def describe_symbol(symbol: Symbol) -> str:
    """Say in a user's words what kind of thing a name stands for."""
    match symbol:
        case ProviderSymbol():
            return "a provider"
        case ModelSymbol():
            return "a model"
        case ModelsSymbol():
            return "a list of models"
        case PromptSymbol():
            return "a prompt"
        case ArchitectureSymbol():
            return "an architecture"
        case ModuleSymbol():
            return "an imported file"
        case Unknown():
            return "unknown"
