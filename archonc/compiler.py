"""From a source text to a plan: the passes in their order, with one sink for all.

Every mistake that a pass can still find is found, whatever earlier passes reported;
a plan is made only of a program without errors.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from archon_runtime.classes import dataclass, replace
from archon_runtime.plan import FileSpec, PlanSpec
from archonc.check import Assumptions, Checked, CheckedArchitecture, check
from archonc.check.scope import no_file
from archonc.check.settings import NO_SETTINGS, Settings, read_settings
from archonc.check.typed import leaf_steps
from archonc.choose import choose_architecture, report_holes
from archonc.diagnostic.codes_check import CHECK_FILE_UNREADABLE
from archonc.diagnostic.diagnostic import Diagnostic, DiagnosticSink
from archonc.load import load
from archonc.load.loader import project_root
from archonc.lower import lower, read_files, read_in
from archonc.lower.files import FileReader, OutsideFolder, checks_of
from archonc.resolve import resolve
from archonc.resolve.symbols import ArchitectureSymbol
from archonc.source import Source
from archonc.syntax.read import read_source

__all__ = [
    "Compilation",
    "CompiledFile",
    "Compiler",
    "check_file",
    "check_source",
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
    """The plans of all architectures of a file, in order (none if there is an error).

    `left_out` are those that are no plan yet: they have holes, or parameters without a
    value.
    """

    plans: tuple[PlanSpec, ...]
    diagnostics: tuple[Diagnostic, ...]
    left_out: tuple[ArchitectureSymbol, ...] = ()


@dataclass(frozen=True, slots=True)
class Compiler:
    """How to compile; every part has a default.

    `folder` is where the program lies, in which its files are looked for (a text that
    is no file lies nowhere); `root` is how far imports may reach. `architecture` is the
    one that is meant, `settings` are `NAME=VALUE` for its parameters and holes. `lints`
    says whether to warn of what is allowed but odd; `enabled` are codes of lints that are
    off unless asked for.
    """

    folder: Path | None = None
    root: Path | None = None
    architecture: str | None = None
    settings: Sequence[str] = ()
    assumed: Assumptions | None = None
    lints: bool = True
    enabled: Collection[str] = ()

    def check_file(self, path: str | Path) -> tuple[Diagnostic, ...]:
        """Read and check all of one file, and what it imports."""
        source = read_source(Path(path))
        return (source,) if isinstance(source, Diagnostic) else self._at(path).check(source)

    def compile_file(self, path: str | Path) -> Compilation:
        """Read one file and compile the architecture in it that is meant."""
        source = read_source(Path(path))
        if isinstance(source, Diagnostic):
            return Compilation(None, (source,))
        return self._at(path).compile(source)

    def compile_each(self, path: str | Path) -> CompiledFile:
        """Read one file and compile every architecture that can be compiled as it stands."""
        source = read_source(Path(path))
        if isinstance(source, Diagnostic):
            return CompiledFile((), (source,))
        return self._at(path).compile_all(source)

    def _at(self, path: str | Path) -> Compiler:
        return replace(self, folder=Path(path).parent)

    def analyse(self, source: Source, sink: DiagnosticSink) -> tuple[Checked, Settings]:
        """Parse, load what is imported, resolve and check."""
        module = load(source, sink, folder=self.folder, root=self.root)
        resolved = resolve(module, sink)
        settings = NO_SETTINGS
        if self.settings:
            symbol = choose_architecture(resolved, self.architecture, sink)
            if symbol is not None:
                settings = read_settings(self.settings, symbol, resolved, sink)
        checked = check(
            resolved,
            sink,
            assumed=self.assumed,
            read_text=self._read_text,
            settings=settings,
        )
        return checked, settings

    def check(self, source: Source) -> tuple[Diagnostic, ...]:
        """Check everything in *source*, and the files that it names."""
        sink = DiagnosticSink(source)
        checked, _ = self.analyse(source, sink)
        if self.folder is not None:
            points = [point for space in checked.spaces for point in space.points]
            for architecture in (*checked.architectures, *points):
                read_files(architecture, self._reader(self.folder), sink)
        self._lint(checked, sink)
        return sink.diagnostics

    def compile(self, source: Source) -> Compilation:
        """Compile one architecture: the one that is meant, or the only one."""
        sink = DiagnosticSink(source)
        checked, settings = self.analyse(source, sink)
        symbol = choose_architecture(checked.resolved, self.architecture, sink)
        if symbol is None:
            return Compilation(None, sink.diagnostics)
        chosen = next((each for each in checked.architectures if each.span == symbol.span), None)
        files: dict[str, FileSpec] = {}
        if chosen is not None:
            files = self._files_of(chosen, sink)
        elif not sink.has_errors:
            report_holes(symbol, settings, sink)
        if chosen is None or sink.has_errors:
            return Compilation(None, sink.diagnostics)
        self._lint(checked, sink)
        return Compilation(lower(chosen, source, files, self._read), sink.diagnostics)

    def compile_all(self, source: Source) -> CompiledFile:
        """Compile every architecture that can be compiled as it stands."""
        sink = DiagnosticSink(source)
        checked, _ = self.analyse(source, sink)
        found = [(each, self._files_of(each, sink)) for each in checked.architectures]
        if sink.has_errors:
            return CompiledFile((), sink.diagnostics)
        plans = tuple(lower(each, source, files, self._read) for each, files in found)
        complete = {each.span for each in checked.architectures}
        declared = checked.resolved.architectures
        left_out = tuple(each for each in declared if each.span not in complete)
        return CompiledFile(plans, sink.diagnostics, left_out)

    def _lint(self, checked: Checked, sink: DiagnosticSink) -> None:
        # One mistake, one diagnostic: what is wrong may be why something looks odd.
        if self.lints and not sink.has_errors:
            # Imported here: a program with errors is told of them without loading the rules.
            from archonc.lint import lint

            lint(checked, sink, self.enabled)

    def _reader(self, folder: Path) -> FileReader:
        home = folder.resolve()
        return read_in(home, project_root(home) if self.root is None else self.root)

    def _read(self, path: str) -> str:
        return no_file(path) if self.folder is None else self._reader(self.folder)(path)

    def _read_text(self, path: str) -> str:
        try:
            return self._read(path)
        except OutsideFolder as error:
            raise ValueError("it is outside the program's folder") from error

    def _files_of(self, chosen: CheckedArchitecture, sink: DiagnosticSink) -> dict[str, FileSpec]:
        if self.folder is not None:
            return read_files(chosen, self._reader(self.folder), sink)
        for step in leaf_steps(chosen.layers):
            for found, span in checks_of(step):
                if found.file:
                    message = f"`{found.file}` cannot be read: the program is in no folder"
                    helps = ("compile it from a file",)
                    sink.error(CHECK_FILE_UNREADABLE, message, span, helps=helps)
        return {}


def check_source(
    source: Source,
    *,
    folder: Path | None = None,
    assumed: Assumptions | None = None,
    enabled: Collection[str] = (),
) -> tuple[Diagnostic, ...]:
    """Check everything in *source*; files that it names are looked for in *folder*."""
    return Compiler(folder=folder, assumed=assumed, enabled=enabled).check(source)


def compile_source(
    source: Source,
    *,
    folder: Path | None = None,
    architecture: str | None = None,
    settings: Sequence[str] = (),
    assumed: Assumptions | None = None,
) -> Compilation:
    """Compile one architecture of *source*: the only one, or the one that is named."""
    return Compiler(folder, None, architecture, settings, assumed).compile(source)


def check_file(path: str | Path) -> tuple[Diagnostic, ...]:
    """Read and check all of one file, and what it imports."""
    return Compiler().check_file(path)


def compile_file(path: str | Path, *, architecture: str | None = None) -> Compilation:
    """Read and compile one file; what is wrong with it is in the result's diagnostics."""
    return Compiler(architecture=architecture).compile_file(path)
