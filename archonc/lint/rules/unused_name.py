"""L010: something is declared and nothing uses it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archonc.lint.report import Report
from archonc.syntax.nodes import (
    ArchitectureDecl,
    ImportDecl,
    ModelDecl,
    ModelsDecl,
    Name,
    Program,
    PromptDecl,
    ProviderDecl,
    Reference,
    SearchDecl,
    Statement,
)

__all__ = ["check"]

_KINDS: dict[type, str] = {
    ImportDecl: "import",
    ProviderDecl: "provider",
    ModelDecl: "model",
    ModelsDecl: "list of models",
    PromptDecl: "prompt",
}


def check(program: Program, report: Report) -> None:
    """Find names that no expression of the file mentions.

    A file without an architecture and without a search is there to be imported: what it
    declares is used by others.
    """
    architectures = [each for each in program.statements if isinstance(each, ArchitectureDecl)]
    if not architectures and not any(isinstance(s, SearchDecl) for s in program.statements):
        return
    used = {name for each in program.statements for name in _used_by(each)}
    for statement in program.statements:
        kind = _KINDS.get(type(statement))
        if kind is not None:
            _check_name(_name_of(statement), kind, used, report)
    for architecture in architectures:
        inside = set(_mentioned(architecture.body))
        for parameter in architecture.parameters:
            _check_name(parameter.name, "parameter", inside, report)


def _check_name(name: Name, kind: str, used: set[str], report: Report) -> None:
    if name.text in used or name.text.startswith("_"):
        return
    article = "an" if kind == "import" else "a"
    report.warn(
        name.span,
        f"`{name.text}` is {article} {kind} that nothing uses",
        "never used",
        helps=(f"take it out, or call it `_{name.text}` if it is meant to be unused",),
    )


def _name_of(statement: Statement) -> Name:
    return statement.alias if isinstance(statement, ImportDecl) else statement.name


def _used_by(statement: Statement) -> Iterator[str]:
    """List the names that a statement uses of those of the file."""
    if not isinstance(statement, ArchitectureDecl):
        yield from _mentioned(statement)
        return
    hidden = {each.name.text for each in statement.parameters}
    yield from (name for name in _mentioned(statement.body) if name not in hidden)
    yield from _mentioned(statement.parameters)


def _mentioned(node: Any) -> Iterator[str]:
    """List the first parts of all references in a node of the AST, or in a tuple of nodes."""
    if isinstance(node, Reference):
        yield node.parts[0].text
    elif isinstance(node, tuple):
        for each in node:
            yield from _mentioned(each)
    else:
        # Nodes have slots; texts and numbers, which lie in them, have none.
        for name in getattr(type(node), "__slots__", ()):
            yield from _mentioned(getattr(node, name))
