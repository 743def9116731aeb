"""The library: architectures that come with Archon, and a new program made from one.

Each is a file of `specs/library`, complete in itself. Its comment at the top has a
paragraph that says what it is, and at its end the fields `Use:`, `Calls:`, `Published:`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile

from archon_runtime.data import specs_folder
from archonc.diagnostic.diagnostic import DiagnosticSink
from archonc.format import format_source
from archonc.source import Source
from archonc.syntax.nodes import ArchitectureDecl, ModelDecl, Program
from archonc.syntax.parse import parse_program

__all__ = ["STARTER", "LibraryFile", "list_library"]

STARTER = "starter"
"""The one that needs no key and no network."""


@dataclass(frozen=True)
class LibraryFile:
    """One of the library; its main architecture has its name."""

    name: str
    text: str

    @cached_property
    def title(self) -> str:
        """What it is, in a sentence or two: the first paragraph of the comment."""
        return " ".join(takewhile(bool, self._comment))

    @cached_property
    def fields(self) -> dict[str, str]:
        """What the comment says under `Use`, `Calls` and `Published`."""
        found: dict[str, str] = {}
        name = ""
        for line in self._comment:
            match = re.fullmatch(r"([A-Z][a-z]+): (.*)", line)
            if match:
                name = match[1]
                found[name] = match[2]
            elif name:
                found[name] += f" {line.strip()}"
        return found

    @cached_property
    def program(self) -> Program:
        """Its AST, with the places in its text."""
        return parse_program(*_opened(self.name, self.text))

    @cached_property
    def architecture(self) -> ArchitectureDecl:
        """Its main architecture."""
        declared = (each for each in self.program.statements if isinstance(each, ArchitectureDecl))
        return next(each for each in declared if each.name.text == self.name)

    @cached_property
    def models(self) -> tuple[ModelDecl, ...]:
        """The models that it declares."""
        return tuple(each for each in self.program.statements if isinstance(each, ModelDecl))

    @cached_property
    def taken(self) -> frozenset[str]:
        """What no other architecture in it can be called: what it declares, and its providers.

        An architecture with the name of a provider would stand before it.
        """
        declared = (getattr(each, "name", None) for each in self.program.statements)
        names = {name.text for name in declared if name is not None} - {self.name}
        return frozenset(names | {each.call.callee.text for each in self.models})

    def renamed(self, name: str) -> str | None:
        """Write it with another name for its architecture, and where it comes from.

        *name* is none of `taken`. None: nothing can be called so.
        """
        old, edition = self.architecture.name.span, self.program.edition
        assert edition is not None
        start = edition.span.start
        origin = f"# From `{self.name}` of Archon's library.\n"
        text = self.text[:start] + origin + self.text[start : old.start] + name
        return format_source(*_opened(name, text + self.text[old.end :]))

    @cached_property
    def _comment(self) -> list[str]:
        lines = takewhile(lambda line: line.startswith("#"), self.text.split("\n"))
        return [line[1:].removeprefix(" ") for line in lines]


def list_library() -> dict[str, LibraryFile]:
    """Read the library: its files by name, in the order of the alphabet."""
    paths = sorted((specs_folder() / "library").glob("*.archon"))
    return {path.stem: LibraryFile(path.stem, path.read_text(encoding="utf-8")) for path in paths}


def _opened(name: str, text: str) -> tuple[Source, DiagnosticSink]:
    source = Source(f"{name}.archon", text)
    return source, DiagnosticSink(source)
