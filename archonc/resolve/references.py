"""Bind what architectures refer to: techniques where they are called, models, prompts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archon_runtime.classes import dataclass, field
from archon_runtime.providers.kinds import KINDS
from archon_runtime.techniques import TECHNIQUES
from archon_runtime.techniques.base import Technique
from archonc.diagnostic.codes_check import (
    NOT_AVAILABLE_YET,
    UNKNOWN_TECHNIQUE,
    WRONG_KIND_OF_NAME,
)
from archonc.diagnostic.diagnostic import DiagnosticSink, Edit, Label
from archonc.diagnostic.suggest import suggest
from archonc.resolve.model_lists import bind_name
from archonc.resolve.symbols import (
    ArchitectureSymbol,
    ModelsSymbol,
    ModelSymbol,
    PromptSymbol,
    Symbol,
    Unknown,
    describe_symbol,
)
from archonc.source import Span
from archonc.syntax.nodes import (
    ArchitectureDecl,
    Call,
    EitherMember,
    Expr,
    LayerMember,
    ListExpr,
    Member,
    Reference,
    RepeatMember,
    RequireMember,
)

__all__ = ["ReferenceBinder"]


@dataclass
class ReferenceBinder:
    """Fills the side tables while it walks the architectures of one program."""

    names: Mapping[str, Symbol]
    sink: DiagnosticSink
    references: dict[Span, Symbol]
    techniques: dict[Span, type[Technique[Any]] | Unknown] = field(default_factory=dict)

    def bind(self, architecture: ArchitectureDecl) -> None:
        """Bind one architecture; its parameters are Unknown inside it."""
        for parameter in architecture.parameters[:1]:
            span = parameter.span.to(architecture.parameters[-1].span)
            self._not_yet(
                "parameters of architectures are", span, "write the values in their place"
            )
        parameters = {each.name.text: Unknown(each.name.text) for each in architecture.parameters}
        self._bind_members(architecture.body.members, {**self.names, **parameters})

    def _bind_members(self, members: tuple[Member, ...], names: Mapping[str, Symbol]) -> None:
        for member in members:
            match member:
                case LayerMember():
                    if member.maybe:
                        self._not_yet("holes are", member.span, "write `layer` without `maybe`")
                    for component in member.components:
                        self._bind_call(component.call, names)
                case RepeatMember():
                    self._bind_members(member.body.members, names)
                case EitherMember():
                    self._not_yet("holes are", member.span, "write the layers of one branch")
                    for branch in member.branches:
                        self._bind_members(branch.members, names)
                case RequireMember():
                    self._not_yet("`require` is", member.span, "take it out")
                case _:
                    pass

    def _bind_call(self, call: Call, names: Mapping[str, Symbol]) -> None:
        technique = self._find_technique(call.callee, names)
        self.techniques[call.callee.span] = technique
        for argument in call.arguments:
            if argument.name is None:
                self._bind_models(argument.value, names)
            elif argument.name.text == "prompt" and isinstance(argument.value, Reference):
                symbol = bind_name(argument.value, names, self.sink, (PromptSymbol,), "a prompt")
                self.references[argument.value.span] = symbol

    def _bind_models(self, value: Expr, names: Mapping[str, Symbol]) -> None:
        match value:
            case Reference():
                wanted = (ModelSymbol, ModelsSymbol)
                symbol = bind_name(value, names, self.sink, wanted, "a model")
                self.references[value.span] = symbol
            case ListExpr():
                for item in value.items:
                    self._bind_models(item, names)
            case _:
                pass

    def _find_technique(
        self, callee: Reference, names: Mapping[str, Symbol]
    ) -> type[Technique[Any]] | Unknown:
        name = callee.text
        if name in TECHNIQUES:
            return TECHNIQUES[name]
        symbol = names.get(callee.parts[0].text)
        if isinstance(symbol, Unknown):
            return symbol
        if isinstance(symbol, ArchitectureSymbol):
            help_line = "write its layers here instead"
            self._not_yet("architectures as components are", callee.span, help_line)
        elif symbol is not None:
            self._report_no_technique(callee, symbol)
        else:
            self._report_unknown(callee)
        return Unknown(name)

    def _report_no_technique(self, callee: Reference, symbol: Symbol) -> None:
        if isinstance(symbol, Unknown):
            return
        message = f"`{callee.text}` is {describe_symbol(symbol)}, not a technique"
        secondary = (Label(symbol.span, "declared here"),)
        helps = [f"techniques are {_listed(TECHNIQUES)}"]
        if isinstance(symbol, ModelSymbol | ModelsSymbol):
            helps = [f"to sample answers from it, write `generator({callee.text})`"]
        self.sink.error(
            WRONG_KIND_OF_NAME,
            message,
            callee.span,
            "wants a technique",
            secondary=secondary,
            helps=tuple(helps),
        )

    def _report_unknown(self, callee: Reference) -> None:
        near = suggest(callee.text, TECHNIQUES)
        if near:
            help_line = f"did you mean `{near}`?"
        elif callee.text in KINDS:
            help_line = "it is a provider: declare a `model` with it, and give that to a technique"
        else:
            help_line = f"techniques are {_listed(TECHNIQUES)}"
        self.sink.error(
            UNKNOWN_TECHNIQUE,
            f"there is no technique `{callee.text}`",
            callee.span,
            "unknown technique",
            helps=(help_line,),
            edits=(Edit(callee.span, near),) if near else (),
        )

    def _not_yet(self, what: str, span: Span, help_line: str) -> None:
        message = f"{what} not available in this version"
        self.sink.error(NOT_AVAILABLE_YET, message, span, "not available yet", helps=(help_line,))


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(f"`{name}`" for name in names)
