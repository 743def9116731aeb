"""From a source text to a plan: the passes in their order, with one sink for all.

Every mistake that a pass can still find is found, whatever earlier passes reported;
a plan is made only of a program without errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from archon_runtime.plan import FileSpec, PlanSpec
from archonc.check import Assumptions, Checked, CheckedArchitecture, check
from archonc.check.typed import leaf_steps
from archonc.diagnostic.codes_check import (
    CHECK_FILE_UNREADABLE,
    NO_ARCHITECTURE,
    SEVERAL_ARCHITECTURES,
)
from archonc.diagnostic.diagnostic import Diagnostic, DiagnosticSink, Label
from archonc.diagnostic.suggest import suggest
from archonc.lower import lower, read_files, read_in
from archonc.lower.files import checks_of
from archonc.resolve import resolve
from archonc.resolve.symbols import ArchitectureSymbol
from archonc.source import Source, Span
from archonc.syntax.parse import parse_program
from archonc.syntax.read import read_source

__all__ = [
    "Compilation",
    "CompiledFile",
    "analyse",
    "check_file",
    "check_source",
    "compile_each",
    "compile_file",
    "compile_source",
]


@dataclass(frozen=True, slots=True)
class Compilation:
    """A plan (None if there is an error) and all diagnostics, by place."""

    plan: PlanSpec | None
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class CompiledFile:
    """The plans of all architectures of a file, in order (none if there is an error)."""

    plans: tuple[PlanSpec, ...]
    diagnostics: tuple[Diagnostic, ...]


def analyse(source: Source, sink: DiagnosticSink, *, assumed: Assumptions | None = None) -> Checked:
    """Parse, resolve and check; no file is read."""
    return check(resolve(parse_program(source, sink), sink), sink, assumed=assumed)


def check_source(
    source: Source, *, folder: Path | None = None, assumed: Assumptions | None = None
) -> tuple[Diagnostic, ...]:
    """Check everything in *source*; files that it names are looked for in *folder*.

    Without a folder (a text that is no file), those files are not looked for.
    """
    sink = DiagnosticSink(source)
    checked = analyse(source, sink, assumed=assumed)
    if folder is not None:
        for architecture in checked.architectures:
            read_files(architecture, read_in(folder), sink)
    return sink.diagnostics


def compile_source(
    source: Source,
    *,
    folder: Path | None = None,
    architecture: str | None = None,
    assumed: Assumptions | None = None,
) -> Compilation:
    """Compile one architecture of *source*: the only one, or the one that is named."""
    sink = DiagnosticSink(source)
    checked = analyse(source, sink, assumed=assumed)
    chosen = _choose(checked, architecture, sink)
    files: dict[str, FileSpec] = {}
    if chosen is not None:
        files = _files_of(chosen, folder, sink)
    if chosen is None or sink.has_errors:
        return Compilation(None, sink.diagnostics)
    return Compilation(lower(chosen, source, files), sink.diagnostics)


def check_file(path: str | Path) -> tuple[Diagnostic, ...]:
    """Read and check all of one file."""
    source = read_source(Path(path))
    if isinstance(source, Diagnostic):
        return (source,)
    return check_source(source, folder=Path(path).parent)


def compile_file(path: str | Path, *, architecture: str | None = None) -> Compilation:
    """Read and compile one file; what is wrong with it is in the result's diagnostics."""
    source = read_source(Path(path))
    if isinstance(source, Diagnostic):
        return Compilation(None, (source,))
    return compile_source(source, folder=Path(path).parent, architecture=architecture)


def compile_each(path: str | Path) -> CompiledFile:
    """Read one file and compile every architecture in it."""
    source = read_source(Path(path))
    if isinstance(source, Diagnostic):
        return CompiledFile((), (source,))
    sink = DiagnosticSink(source)
    read = read_in(Path(path).parent)
    found = [(each, read_files(each, read, sink)) for each in analyse(source, sink).architectures]
    if sink.has_errors:
        return CompiledFile((), sink.diagnostics)
    plans = tuple(lower(each, source, files) for each, files in found)
    return CompiledFile(plans, sink.diagnostics)


def _choose(checked: Checked, name: str | None, sink: DiagnosticSink) -> CheckedArchitecture | None:
    declared = checked.resolved.architectures
    names = list(dict.fromkeys(each.name for each in declared))
    if name is None and len(names) > 1:
        _report_several(declared, sink)
        return None
    wanted = names[0] if name is None and names else name
    if wanted not in names:
        if wanted is None or wanted not in checked.resolved.program.broken:
            _report_missing(wanted, names, checked, sink)
        return None
    return next((each for each in checked.architectures if each.name == wanted), None)


def _report_several(declared: tuple[ArchitectureSymbol, ...], sink: DiagnosticSink) -> None:
    listed = ", ".join(f"`{each.name}`" for each in declared)
    sink.error(
        SEVERAL_ARCHITECTURES,
        f"the file has {len(declared)} architectures, and none was chosen: {listed}",
        declared[1].span,
        "a second one",
        secondary=(Label(declared[0].span, "the first"),),
        helps=(f"choose one: `--architecture {declared[0].name}`",),
    )


def _report_missing(
    wanted: str | None, names: list[str], checked: Checked, sink: DiagnosticSink
) -> None:
    if wanted is None and checked.resolved.program.broken:
        return  # it may be one of those that could not be read
    near = None if wanted is None else suggest(wanted, names)
    if near:
        help_line = f"did you mean `{near}`?"
    elif names:
        help_line = "there are " + ", ".join(f"`{name}`" for name in names)
    else:
        help_line = "write `architecture NAME { layer generator(MODEL) }`"
    message = "the file has no architecture" + ("" if wanted is None else f" `{wanted}`")
    program = checked.resolved.program
    written = (*([program.edition] if program.edition else []), *program.statements)
    end = max((each.span.end for each in written), default=0)
    sink.error(NO_ARCHITECTURE, message, Span(end, end), "nothing to compile", helps=(help_line,))


def _files_of(
    chosen: CheckedArchitecture, folder: Path | None, sink: DiagnosticSink
) -> dict[str, FileSpec]:
    if folder is not None:
        return read_files(chosen, read_in(folder), sink)
    for step in leaf_steps(chosen.layers):
        for found, span in checks_of(step):
            if found.file:
                message = f"`{found.file}` cannot be read: the program is in no folder"
                helps = ("compile it from a file",)
                sink.error(CHECK_FILE_UNREADABLE, message, span, helps=helps)
    return {}
