"""From ASTs to names bound: what is declared, and what each reference stands for.

References may stand before the declaration. A name is declared once in a file,
whatever it names; the first declaration keeps it. What another file declares is seen
through the alias that the file was imported under.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping

from archon_runtime.classes import dataclass, field, replace
from archonc.diagnostic.codes_check import DUPLICATE_NAME
from archonc.diagnostic.diagnostic import DiagnosticSink, Label
from archonc.load.module import Module, unique_modules
from archonc.resolve.fallbacks import bind_fallbacks
from archonc.resolve.model_lists import resolve_models
from archonc.resolve.models import resolve_model
from archonc.resolve.prompts import resolve_prompt
from archonc.resolve.providers import resolve_provider
from archonc.resolve.recursion import check_recursion
from archonc.resolve.references import ReferenceBinder
from archonc.resolve.symbols import (
    ArchitectureSymbol,
    Callee,
    ModuleSymbol,
    Resolved,
    Symbol,
    Unknown,
)
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
    Statement,
)

__all__ = ["resolve"]


def resolve(main: Module, sink: DiagnosticSink) -> Resolved:
    """Bind all names of a program; everything unknown is reported once and is Unknown."""
    modules = unique_modules(main)
    tables = _Tables(sink, frozenset().union(*(_silent(each) for each in modules)))
    for module in modules:
        tables.names[id(module)] = tables.declare(module)
    for module in modules:
        tables.bind(module)
    check_recursion(tables.symbols, tables.callees, sink)
    return Resolved(
        program=main.program,
        names=tables.names[id(main)],
        references=tables.references,
        callees=tables.callees,
        silent=tables.silent,
        architectures=tables.architectures[id(main)],
    )


def _silent(module: Module) -> frozenset[str]:
    """Name what could not be read: declarations of this file, and imported files."""
    failed = {alias for alias, each in module.imports.items() if each is None}
    return module.program.broken | failed


@dataclass
class _Tables:
    """What is known so far; `names` and `architectures` by the module's identity."""

    sink: DiagnosticSink
    silent: frozenset[str]
    names: dict[int, dict[str, Symbol]] = field(default_factory=dict)
    architectures: dict[int, tuple[ArchitectureSymbol, ...]] = field(default_factory=dict)
    references: dict[Span, Symbol] = field(default_factory=dict)
    callees: dict[Span, Callee] = field(default_factory=dict)

    @property
    def symbols(self) -> list[ArchitectureSymbol]:
        """All architectures of all files."""
        return [each for found in self.architectures.values() for each in found]

    def declare(self, module: Module) -> dict[str, Symbol]:
        """Collect what *module* declares, and what it sees of the files that it imports."""
        program = module.program
        _report_duplicates(program, self.sink)
        silent = _silent(module)
        names: dict[str, Symbol] = {name: Unknown(name) for name in sorted(silent)}
        names.update(self._imported(module))
        values = ValueReader(self.sink, silent)
        architectures = tuple(
            ArchitectureSymbol(
                module.prefix + each.name.text, each, each.name.span, folder=module.folder
            )
            for each in program.statements
            if isinstance(each, ArchitectureDecl)
        )
        self.architectures[id(module)] = architectures
        _Declarations(module, names, architectures, values, self.references).declare()
        return names

    def bind(self, module: Module) -> None:
        """Bind what the architectures of *module* refer to."""
        binder = ReferenceBinder(self.names[id(module)], self.sink, self.references, self.callees)
        for architecture in self.architectures[id(module)]:
            binder.bind(architecture.declaration)

    def _imported(self, module: Module) -> Iterator[tuple[str, Symbol]]:
        for statement in module.program.statements:
            if not isinstance(statement, ImportDecl):
                continue
            alias = statement.alias
            imported = module.imports.get(alias.text)
            if imported is None:
                continue
            yield alias.text, ModuleSymbol(alias.text, alias.span)
            for name, symbol in self.names[id(imported)].items():
                if "." not in name and not isinstance(symbol, ModuleSymbol):
                    yield f"{alias.text}.{name}", symbol


@dataclass(frozen=True, slots=True)
class _Declarations:
    """Declares the names of one file, into `names`."""

    module: Module
    names: dict[str, Symbol]
    architectures: tuple[ArchitectureSymbol, ...]
    values: ValueReader
    references: dict[Span, Symbol]

    def declare(self) -> None:
        # Models name providers, lists name models: this order lets each stand anywhere.
        statements = self.module.program.statements
        for statement in statements:
            if isinstance(statement, ProviderDecl):
                self._add(statement.name, resolve_provider(statement, self.values))
        # What a name stands for if it is used where a provider or a model should be.
        known: Mapping[str, Symbol] = ChainMap(
            self.names,
            {each.declaration.name.text: each for each in reversed(self.architectures)},
        )
        for statement in statements:
            if isinstance(statement, ModelDecl):
                self._add(statement.name, resolve_model(statement, known, self.values))
        models = [each for each in statements if isinstance(each, ModelDecl)]
        bind_fallbacks(models, self.names, known, self.values, self.references)
        for statement in statements:
            if isinstance(statement, ModelsDecl):
                found = resolve_models(statement, known, self.values, self.references)
                self._add(statement.name, found)
        for statement in statements:
            if isinstance(statement, PromptDecl):
                self._add(statement.name, resolve_prompt(statement, self.values))
        for symbol in self.architectures:
            self.names.setdefault(symbol.declaration.name.text, symbol)

    def _add(self, name: Name, symbol: Symbol) -> None:
        # In the plan, and in messages, names of imported files have their prefix.
        if self.module.prefix and not isinstance(symbol, Unknown | ModuleSymbol):
            symbol = replace(symbol, name=self.module.prefix + name.text)
        self.names.setdefault(name.text, symbol)


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
