"""Load a program's imports: each file once, circles and ways out of the project refused."""

from __future__ import annotations

import os.path
from pathlib import Path, PurePosixPath, PureWindowsPath

from archon_runtime.classes import dataclass, field
from archonc.diagnostic.codes_check import (
    IMPORT_CYCLE,
    IMPORT_OUTSIDE,
    IMPORT_UNREADABLE,
)
from archonc.diagnostic.codes_syntax import CHAIN_TOO_LONG
from archonc.diagnostic.diagnostic import Diagnostic, DiagnosticSink, Edit, Label
from archonc.diagnostic.suggest import suggest
from archonc.load.module import Module, folder_below
from archonc.source import Source
from archonc.syntax.nodes import ImportDecl, Program
from archonc.syntax.parse import parse_program
from archonc.syntax.read import read_source
from archonc.syntax.shift import shift

__all__ = ["MAX_CHAIN", "load", "project_root"]

MAX_CHAIN = 100
"""Longest chain of files of which each imports the next."""

_ROOT_MARKS = (".git", "pyproject.toml")


def load(
    source: Source, sink: DiagnosticSink, *, folder: Path | None = None, root: Path | None = None
) -> Module:
    """Parse *source* and all that it imports; mistakes in any of them go to the sink.

    Paths are relative to the importing file's folder (*folder* is that of *source*) and
    must stay below *root*, which is the project's if it is not given.
    """
    program = parse_program(source, sink)
    if folder is None:
        return Module("", program, "", _without_folder(program, sink))
    home = folder.resolve()
    loader = _Loader(sink, home, project_root(home) if root is None else root.resolve())
    return loader.module(program, _Place(Path(source.name), home, ""), ())


def project_root(folder: Path) -> Path:
    """Find the folder, at *folder* or above, that holds a project; else *folder* itself."""
    for parent in (folder, *folder.parents):
        if any((parent / mark).exists() for mark in _ROOT_MARKS):
            return parent
    return folder


def _without_folder(program: Program, sink: DiagnosticSink) -> dict[str, Module | None]:
    imports = [each for each in program.statements if isinstance(each, ImportDecl)]
    for each in imports:
        _report_unreadable(each, "the program is in no folder", sink, "compile it from a file")
    return {each.alias.text: None for each in imports}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a file is: its name in messages, its folder, its prefix."""

    name: Path
    folder: Path
    prefix: str


@dataclass
class _Loader:
    sink: DiagnosticSink
    home: Path
    root: Path
    loaded: dict[Path, Module] = field(default_factory=dict)

    def module(self, program: Program, place: _Place, chain: tuple[Path, ...]) -> Module:
        """Load what *program* imports; *chain* are the files that are being loaded."""
        imports: dict[str, Module | None] = {}
        here = (*chain, place.folder / place.name.name)
        for each in program.statements:
            if isinstance(each, ImportDecl):
                imports.setdefault(each.alias.text, self._import(each, place, here))
        return Module(place.prefix, program, folder_below(self.home, place.folder), imports)

    def _import(
        self, statement: ImportDecl, place: _Place, chain: tuple[Path, ...]
    ) -> Module | None:
        written = statement.path.value
        absolute = PurePosixPath(written).is_absolute() or PureWindowsPath(written).drive
        target = _resolve(place.folder, written)
        if target is None:
            _report_unreadable(statement, "it is no path", self.sink, "look at the path")
            return None
        if absolute or not target.is_relative_to(self.root):
            self._report_outside(statement)
            return None
        if target in chain:
            self._report_cycle(statement, [*chain[chain.index(target) :], target])
            return None
        if target in self.loaded:
            return self.loaded[target]
        if len(chain) > MAX_CHAIN:
            self._report_chain(statement)
            return None
        name = Path(os.path.normpath(place.name.parent / written))
        source = read_source(target)
        if isinstance(source, Diagnostic):
            self._report_failure(statement, source, target, name)
            return None
        program = self._parse(Source(str(name), source.text))
        inner = _Place(name, target.parent, f"{place.prefix}{statement.alias.text}.")
        self.loaded[target] = self.module(program, inner, chain)
        return self.loaded[target]

    def _parse(self, source: Source) -> Program:
        own = DiagnosticSink(source)
        program = parse_program(source, own)
        for found in own.diagnostics:
            self.sink.add(found)
        return shift(program, self.sink.sources.add(source))

    def _report_outside(self, statement: ImportDecl) -> None:
        self.sink.error(
            IMPORT_OUTSIDE,
            f"`{statement.path.value}` is outside the project",
            statement.path.span,
            "leaves the project's folder",
            notes=("a project is the nearest folder with `.git` or `pyproject.toml`",),
            helps=(
                "move the file into the project, give a path relative to this file, "
                "or allow a wider folder with `--root FOLDER`",
            ),
        )

    def _report_cycle(self, statement: ImportDecl, circle: list[Path]) -> None:
        shown = " → ".join(f"`{path.name}`" for path in circle)
        self.sink.error(
            IMPORT_CYCLE,
            f"files import each other in a circle: {shown}",
            statement.path.span,
            "closes the circle",
            helps=("move what both need into a file of its own, and import that",),
        )

    def _report_chain(self, statement: ImportDecl) -> None:
        self.sink.error(
            CHAIN_TOO_LONG,
            f"a chain of more than {MAX_CHAIN} imports",
            statement.path.span,
            "too far from the first file",
            helps=("import the file that is needed directly",),
        )

    def _report_failure(
        self, statement: ImportDecl, failure: Diagnostic, target: Path, name: Path
    ) -> None:
        near = _nearest_to(target)
        edits: tuple[Edit, ...] = ()
        if near:
            written = statement.path.value
            better = f'"{written[: len(written) - len(target.name)]}{near}"'
            edits = (Edit(statement.path.span, better),)
            help_line = f"did you mean `{better[1:-1]}`?"
        else:
            help_line = failure.helps[0] if failure.helps else "look at the path"
        reason = failure.message.replace(f"`{target}`", f"`{name}`")
        if failure.source.text:
            line, _ = failure.source.line_column(failure.primary.span.start)
            reason = f"{reason} (line {line})"
        help_line = help_line.replace(str(target.parent), str(name.parent))
        _report_unreadable(statement, reason, self.sink, help_line, edits)


def _resolve(folder: Path, written: str) -> Path | None:
    """Follow a path to its end; None if there is none (NUL in it, links in a circle)."""
    try:
        return (folder / written).resolve()
    except (OSError, RuntimeError, ValueError):
        return None


def _nearest_to(target: Path) -> str | None:
    """Find a program beside *target* that may have been meant; the ending says nothing."""
    try:
        stems = [each.stem for each in target.parent.glob("*.archon")]
    except OSError:
        return None  # a name that is too long, or a folder that may not be read
    stem = target.stem if target.stem in stems else suggest(target.stem, stems)
    return None if stem is None or f"{stem}.archon" == target.name else f"{stem}.archon"


def _report_unreadable(
    statement: ImportDecl,
    reason: str,
    sink: DiagnosticSink,
    help_line: str,
    edits: tuple[Edit, ...] = (),
) -> None:
    sink.error(
        IMPORT_UNREADABLE,
        f"`{statement.path.value}` cannot be imported: {reason}",
        statement.path.span,
        "not imported",
        secondary=(Label(statement.alias.span, "nothing is known of what it names"),),
        helps=(help_line,),
        edits=edits,
    )
