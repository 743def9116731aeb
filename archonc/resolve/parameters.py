"""Parameters of architectures: their types, and which argument is for which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from archonc.diagnostic.codes_check import DUPLICATE_NAME, UNKNOWN_TYPE
from archonc.diagnostic.diagnostic import DiagnosticSink, Edit, Label
from archonc.diagnostic.suggest import suggest
from archonc.resolve.arguments import match_arguments
from archonc.source import Span
from archonc.syntax.nodes import Argument, Parameter

__all__ = ["ParameterType", "check_parameters", "match_parameters", "type_of"]


class ParameterType(StrEnum):
    """What a parameter stands for, by its name in the language."""

    INT = "int"
    NUMBER = "number"
    BOOL = "bool"
    TEXT = "text"
    WORD = "word"
    DURATION = "duration"
    DOLLARS = "dollars"
    MODEL = "model"
    MODELS = "models"
    PROMPT = "prompt"


def type_of(parameter: Parameter) -> ParameterType | None:
    """Tell the type of a parameter; None if it has none that exists."""
    written = parameter.type.text
    return ParameterType(written) if written in set(ParameterType) else None


def check_parameters(parameters: Sequence[Parameter], sink: DiagnosticSink) -> None:
    """Report types that do not exist, and names that are given twice."""
    first: dict[str, Span] = {}
    for parameter in parameters:
        name = parameter.name
        if name.text in first:
            sink.error(
                DUPLICATE_NAME,
                f"there are two parameters `{name.text}`",
                name.span,
                "named again",
                secondary=(Label(first[name.text], "first named here"),),
                helps=("give one of them another name",),
            )
        first.setdefault(name.text, name.span)
        if type_of(parameter) is None:
            _report_type(parameter, sink)


def _report_type(parameter: Parameter, sink: DiagnosticSink) -> None:
    written = parameter.type
    near = _USUAL.get(written.text.lower()) or suggest(written.text, list(ParameterType))
    listed = ", ".join(f"`{each}`" for each in ParameterType)
    sink.error(
        UNKNOWN_TYPE,
        f"there is no type `{written.text}`",
        written.span,
        "unknown type",
        helps=(f"did you mean `{near}`?" if near else f"the types are {listed}",),
        edits=(Edit(written.span, near),) if near else (),
    )


# What the types are called elsewhere.
_USUAL: Mapping[str, str] = {
    "integer": "int",
    "count": "int",
    "float": "number",
    "decimal": "number",
    "boolean": "bool",
    "flag": "bool",
    "str": "text",
    "string": "text",
    "enum": "word",
    "time": "duration",
    "money": "dollars",
    "cost": "dollars",
    "llm": "model",
}


def match_parameters(
    parameters: Sequence[Parameter],
    arguments: Sequence[Argument],
    sink: DiagnosticSink,
    owner: str,
) -> dict[str, Argument]:
    """Give each argument the parameter that it is for: those without a name in order."""
    names = [parameter.name.text for parameter in parameters]
    return match_arguments(arguments, names, sink, owner=owner, positional=names)
