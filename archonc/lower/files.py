"""Read the files that checks name, and see that they hold what is asked of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from archon_runtime.classes import replace
from archon_runtime.plan import FileSpec
from archon_runtime.techniques.base import Check, OptionKind, options_of
from archonc.check.typed import CheckedArchitecture, CheckedStep, leaf_steps
from archonc.diagnostic.codes_check import (
    CHECK_FILE_OUTSIDE,
    CHECK_FILE_UNREADABLE,
    CHECK_FUNCTION_MISSING,
)
from archonc.diagnostic.diagnostic import DiagnosticSink
from archonc.diagnostic.suggest import suggest
from archonc.load.module import UP
from archonc.source import Span

__all__ = [
    "FileReader",
    "OutsideFolder",
    "checks_of",
    "place_check",
    "place_checks",
    "read_files",
    "read_in",
]

FileReader = Callable[[str], str]
"""Reads a file by its path relative to the program.

It raises `OutsideFolder`, `OSError` or `ValueError` (no UTF-8, or no path).
"""

_SCRIPTS = (".py", ".sh")


class OutsideFolder(Exception):
    """The path leads out of the program's folder."""


def read_in(folder: Path, root: Path | None = None) -> FileReader:
    """Make a reader for the files in *folder* and below; symbolic links are followed first.

    Only files of imported files, whose path begins with `__up__`, may lie above it, and
    below *root*.
    """
    home = folder.resolve()

    def read(path: str) -> str:
        parts = PurePosixPath(path).parts
        up = parts[:1] == (UP,) and root is not None
        try:
            target = home.joinpath(*(".." if each == UP else each for each in parts)).resolve()
        except RuntimeError as error:
            raise OSError("its links go in a circle") from error
        allowed = root.resolve() if up and root is not None else home
        if PurePosixPath(path).is_absolute() or not target.is_relative_to(allowed):
            raise OutsideFolder(path)
        return target.read_text(encoding="utf-8")

    return read


def checks_of(step: CheckedStep) -> Iterable[tuple[Check, Span]]:
    """List the checks among a step's options, with their places."""
    for option in options_of(type(step.technique.options)):
        value = getattr(step.technique.options, option.name)
        if option.kind is OptionKind.CHECK and isinstance(value, Check):
            yield value, step.options.get(option.name, step.span)


def read_files(
    architecture: CheckedArchitecture, read: FileReader, sink: DiagnosticSink
) -> dict[str, FileSpec]:
    """Read each file that a check names; what cannot be used is reported and left out."""
    files: dict[str, FileSpec] = {}
    steps = leaf_steps(architecture.layers)
    for step in steps:
        for written, span in checks_of(step):
            check = place_check(written, step.folder, read)
            for path in _named(check, read):
                if path not in files:
                    text = _read(path, read, span, sink)
                    if text is not None:
                        import hashlib  # here: few programs name files

                        files[path] = FileSpec(text, hashlib.sha256(text.encode()).hexdigest())
            if check.file in files:
                _check_function(check, files[check.file].text, span, sink)
    return files


def place_checks(step: CheckedStep, read: FileReader) -> Any:
    """Options of a step, with the files of its checks named as in the plan."""
    options = step.technique.options
    placed = {
        each.name: place_check(value, step.folder, read)
        for each in options_of(type(options))
        if isinstance(value := getattr(options, each.name), Check)
    }
    return replace(options, **placed) if placed else options


def place_check(check: Check, folder: str, read: FileReader) -> Check:
    """Name the files of a check from the main file's folder; *folder* is its own file's."""
    if not folder:
        return check
    if check.file:
        return replace(check, file=f"{folder}/{check.file}")
    command = tuple(
        f"{folder}/{each}" if _is_file(f"{folder}/{each}", read) else each for each in check.command
    )
    return replace(check, command=command)


def _named(check: Check, read: FileReader) -> Iterable[str]:
    """List the files of a check: a function's, or those among a command's arguments.

    An argument is a file if it is there, or if it must be: a script.
    """
    if check.file:
        yield check.file
    for argument in check.command:
        if _is_file(argument, read):
            yield argument


def _is_file(path: str, read: FileReader) -> bool:
    if path.endswith(_SCRIPTS):
        return True
    try:
        read(path)
    except (OutsideFolder, OSError, ValueError):
        return False
    return True


def _read(path: str, read: FileReader, span: Span, sink: DiagnosticSink) -> str | None:
    try:
        return read(path)
    except OutsideFolder:
        sink.error(
            CHECK_FILE_OUTSIDE,
            f"`{path}` is outside the program's folder",
            span,
            "leaves the folder",
            helps=("put the file beside the program or below it",),
        )
    except UnicodeDecodeError as error:
        _unreadable(path, f"it is not UTF-8 (byte {error.start})", span, sink)
    except OSError as error:
        _unreadable(path, (error.strerror or "it cannot be read").lower(), span, sink)
    except ValueError as error:
        _unreadable(path, str(error), span, sink)
    return None


def _unreadable(path: str, why: str, span: Span, sink: DiagnosticSink) -> None:
    sink.error(
        CHECK_FILE_UNREADABLE,
        f"`{path}` cannot be read: {why}",
        span,
        "no such check",
        helps=("paths are relative to the program's folder",),
    )


def _check_function(check: Check, text: str, span: Span, sink: DiagnosticSink) -> None:
    try:
        defined = _defined(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        where = f" in line {line}" if line else ""
        message = f"`{check.file}` is not valid Python{where}: {getattr(error, 'msg', error)}"
        helps = ("mend the file",)
        sink.error(CHECK_FUNCTION_MISSING, message, span, "cannot be used", helps=helps)
        return
    if check.function in defined:
        return
    near = suggest(check.function, defined)
    listed = ", ".join(f"`{name}`" for name in defined)
    help_line = f"it defines {listed}" if defined else f"define `{check.function}` in it"
    sink.error(
        CHECK_FUNCTION_MISSING,
        f"`{check.file}` defines no function `{check.function}`",
        span,
        "no such function",
        helps=(f"did you mean `{near}`?" if near else help_line,),
    )


def _defined(text: str) -> list[str]:
    """List the names that a Python module defines or imports at its top."""
    import ast  # here: few programs name a function

    found: list[str] = []
    for statement in ast.parse(text).body:
        match statement:
            case ast.FunctionDef(name=name):
                found.append(name)
            case ast.ImportFrom(names=names):
                found += [alias.asname or alias.name for alias in names]
            case ast.Assign(targets=targets):
                found += [each.id for each in targets if isinstance(each, ast.Name)]
            case _:
                pass
    return found
