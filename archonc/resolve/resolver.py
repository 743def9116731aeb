"""From an AST to names bound: what is declared, and what each reference stands for.

References may stand before the declaration. A name is declared once in a file,
whatever it names; the first declaration keeps it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archonc.diagnostic.codes_check import DUPLICATE_NAME, NOT_AVAILABLE_YET
from archonc.diagnostic.diagnostic import DiagnosticSink, Label
from archonc.resolve.model_lists import resolve_models
from archonc.resolve.models import resolve_model
from archonc.resolve.prompts import resolve_prompt
from archonc.resolve.providers import resolve_provider
from archonc.resolve.references import ReferenceBinder
from archonc.resolve.symbols import ArchitectureSymbol, Resolved, Symbol, Unknown
from archonc.resolve.values import ValueReader
from archonc.source import Span
from archonc.syntax.nodes import (
    ArchitectureDecl,
    ImportDecl,
    ModelDecl,
    ModelsDecl,
    Name,
    Program,
    PromptDecl,
    ProviderDecl,
    SearchDecl,
    Statement,
)

__all__ = ["resolve"]


def resolve(program: Program, sink: DiagnosticSink) -> Resolved:
    """Bind all names of *program*; everything unknown is reported once and is Unknown."""
    _report_duplicates(program, sink)
    imports = frozenset(
        each.alias.text for each in program.statements if isinstance(each, ImportDecl)
    )
    values = ValueReader(sink, program.broken | imports)
    names: dict[str, Symbol] = {name: Unknown(name) for name in sorted(values.silent)}
    references: dict[Span, Symbol] = {}
    _declare_providers_and_models(program, names, references, values)
    for statement in program.statements:
        match statement:
            case PromptDecl():
                names.setdefault(statement.name.text, resolve_prompt(statement, values))
            case ArchitectureDecl():
                name = statement.name
                symbol = ArchitectureSymbol(name.text, statement, name.span)
                names.setdefault(name.text, symbol)
            case ImportDecl():
                _not_yet("imports are", statement.span, sink, "declare what you need in this file")
            case SearchDecl():
                _not_yet("searches are", statement.span, sink, "take the `search` out")
            case _:
                pass
    architectures = tuple(
        ArchitectureSymbol(each.name.text, each, each.name.span)
        for each in program.statements
        if isinstance(each, ArchitectureDecl)
    )
    binder = ReferenceBinder(names, sink, references)
    for architecture in architectures:
        binder.bind(architecture.declaration)
    return Resolved(program, names, binder.references, binder.techniques, architectures)


def _declare_providers_and_models(
    program: Program, names: dict[str, Symbol], references: dict[Span, Symbol], values: ValueReader
) -> None:
    # Models name providers, lists name models: this order lets each stand anywhere.
    for statement in program.statements:
        if isinstance(statement, ProviderDecl):
            names.setdefault(statement.name.text, resolve_provider(statement, values))
    declared = _other_declarations(program)
    for statement in program.statements:
        if isinstance(statement, ModelDecl):
            model = resolve_model(statement, {**declared, **names}, values)
            names.setdefault(statement.name.text, model)
    for statement in program.statements:
        if isinstance(statement, ModelsDecl):
            found = resolve_models(statement, {**declared, **names}, values, references)
            names.setdefault(statement.name.text, found)


def _other_declarations(program: Program) -> Mapping[str, Symbol]:
    # What a name stands for if it is used where a provider or a model should be.
    found: dict[str, Symbol] = {}
    for statement in program.statements:
        if isinstance(statement, ArchitectureDecl):
            name = statement.name
            found.setdefault(name.text, ArchitectureSymbol(name.text, statement, name.span))
    return found


def _not_yet(what: str, span: Span, sink: DiagnosticSink, help_line: str) -> None:
    message = f"{what} not available in this version"
    sink.error(NOT_AVAILABLE_YET, message, span, "not available yet", helps=(help_line,))


def _report_duplicates(program: Program, sink: DiagnosticSink) -> None:
    first: dict[str, Name] = {}
    for name in _declared(program.statements):
        if name.text in first:
            sink.error(
                DUPLICATE_NAME,
                f"`{name.text}` is declared twice",
                name.span,
                "declared again",
                secondary=(Label(first[name.text].span, "first declared here"),),
                helps=("give one of them another name",),
            )
        else:
            first[name.text] = name


def _declared(statements: tuple[Statement, ...]) -> Iterator[Name]:
    for statement in statements:
        yield statement.alias if isinstance(statement, ImportDecl) else statement.name
