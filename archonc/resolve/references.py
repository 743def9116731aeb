"""Bind what architectures refer to: techniques where they are called, models, prompts."""

from __future__ import annotations

from collections.abc import Mapping

from archon_runtime.classes import dataclass
from archon_runtime.providers.kinds import KINDS
from archon_runtime.techniques import TECHNIQUES
from archonc.diagnostic.codes_check import UNKNOWN_TECHNIQUE, WRONG_KIND_OF_NAME
from archonc.diagnostic.diagnostic import DiagnosticSink, Edit, Label
from archonc.diagnostic.suggest import suggest
from archonc.resolve.describe import CHOICES
from archonc.resolve.model_lists import bind_name
from archonc.resolve.parameters import ParameterType, check_parameters, type_of
from archonc.resolve.recursion import calls_in
from archonc.resolve.symbols import (
    ArchitectureSymbol,
    Callee,
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
    Argument,
    Call,
    Expr,
    ListExpr,
    Parameter,
    Reference,
)

__all__ = ["ReferenceBinder"]

_MODELS = (ModelSymbol, ModelsSymbol)


@dataclass
class ReferenceBinder:
    """Fills the side tables while it walks the architectures of one file."""

    names: Mapping[str, Symbol]
    sink: DiagnosticSink
    references: dict[Span, Symbol]
    callees: dict[Span, Callee]

    def bind(self, architecture: ArchitectureDecl) -> None:
        """Bind one architecture; its parameters are Unknown inside it."""
        check_parameters(architecture.parameters, self.sink)
        for parameter in architecture.parameters:
            if parameter.default is not None:
                self.bind_value(parameter, parameter.default)
        own = {each.name.text: Unknown(each.name.text) for each in architecture.parameters}
        inside = ReferenceBinder(
            {**self.names, **own} if own else self.names,
            self.sink,
            self.references,
            self.callees,
        )
        for call in calls_in(architecture.body):
            inside._bind_call(call)

    def bind_value(self, parameter: Parameter, value: Expr) -> None:
        """Bind what is given for a parameter: its default, or an argument."""
        match type_of(parameter):
            case ParameterType.MODEL | ParameterType.MODELS:
                self._bind_models(value)
            case ParameterType.PROMPT:
                self._bind_prompt(value)
            case _:
                pass

    def _bind_call(self, call: Call) -> None:
        callee = self._find_callee(call.callee)
        self.callees[call.callee.span] = callee
        if isinstance(callee, ArchitectureSymbol):
            self._bind_arguments(callee.declaration.parameters, call.arguments)
            return
        for argument in call.arguments:
            if argument.name is None:
                self._bind_models(argument.value)
            elif argument.name.text == "prompt":
                self._bind_prompt(argument.value)

    def _bind_arguments(
        self, parameters: tuple[Parameter, ...], arguments: tuple[Argument, ...]
    ) -> None:
        by_name = {each.name.text: each for each in parameters}
        positional = iter(parameters)
        for argument in arguments:
            name = argument.name
            parameter = next(positional, None) if name is None else by_name.get(name.text)
            if parameter is not None:
                self.bind_value(parameter, argument.value)

    def _bind_prompt(self, value: Expr) -> None:
        match value:
            case Reference():
                symbol = bind_name(value, self.names, self.sink, (PromptSymbol,), "a prompt")
                self.references[value.span] = symbol
            case Call() if value.callee.text in CHOICES:
                for argument in value.arguments:
                    self._bind_prompt(argument.value)
            case _:
                pass

    def _bind_models(self, value: Expr) -> None:
        match value:
            case Reference():
                symbol = bind_name(value, self.names, self.sink, _MODELS, "a model")
                self.references[value.span] = symbol
            case ListExpr():
                for item in value.items:
                    self._bind_models(item)
            case Call() if value.callee.text in CHOICES:
                for argument in _models_in(value):
                    self._bind_models(argument.value)
            case _:
                pass

    def _find_callee(self, callee: Reference) -> Callee:
        name = callee.text
        if name in TECHNIQUES:
            return TECHNIQUES[name]
        first = self.names.get(callee.parts[0].text)
        if isinstance(first, Unknown):
            return first
        symbol = self.names.get(name)
        if isinstance(symbol, ArchitectureSymbol | Unknown):
            return symbol
        if symbol is not None:
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
        architectures = [
            name for name, each in self.names.items() if isinstance(each, ArchitectureSymbol)
        ]
        near = suggest(callee.text, [*TECHNIQUES, *architectures])
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


def _models_in(choice: Call) -> list[Argument]:
    """Find which arguments of a choice among models name them, and not how many."""
    match choice.callee.text:
        case "one_of":
            return list(choice.arguments)
        case "subset_of":
            return [each for each in choice.arguments if each.name is None][:1]
        case _:
            return [each for each in choice.arguments if each.name and each.name.text == "of"]


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(f"`{name}`" for name in names)
