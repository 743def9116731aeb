"""`archonc check --fix` and `--diff`: make the mechanical edits in a file, or show them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from archon_runtime.classes import replace
from archonc.cli.show_diff import print_diff
from archonc.cli.write_file import write_text
from archonc.compiler import Compiler
from archonc.diagnostic import Diagnostic
from archonc.diagnostic.fix import Fixed, fix_source
from archonc.source import Source
from archonc.syntax.read import read_source

__all__ = ["fix_file", "show_fixes"]

_MARK = b"\xef\xbb\xbf"


def fix_file(path: str, compiler: Compiler) -> tuple[Diagnostic, ...]:
    """Make the fixes of one file; the result is what is left to do by hand.

    Line ends and a byte-order mark stay as they are. Files that it imports are not
    touched.

    Raises:
        OSError: the file cannot be written.
    """
    source, fixed = _fix(path, compiler)
    if fixed.source.text != source.text:
        write_text(Path(path), _as_written(path, fixed.source.text))
    if fixed.made:
        print(f"{path}: {_count(fixed.made)} made", file=sys.stderr)
    _tell_refused(path, fixed)
    return fixed.diagnostics


def show_fixes(path: str, compiler: Compiler) -> tuple[bool, tuple[Diagnostic, ...]]:
    """Print what `--fix` would do as a unified diff, and write nothing.

    The result: whether something would change, and what would be left to do by hand.
    """
    source, fixed = _fix(path, compiler)
    # Diagnostics hide what is secret in their text; a diff must not show it either.
    print_diff(
        path,
        _shown(source, _checker(path, compiler)(source)),
        _shown(fixed.source, fixed.diagnostics),
    )
    _tell_refused(path, fixed)
    return fixed.source.text != source.text, fixed.diagnostics


def _fix(path: str, compiler: Compiler) -> tuple[Source, Fixed]:
    source = read_source(Path(path))
    if isinstance(source, Diagnostic):
        nothing = Source(path, "")
        return nothing, Fixed(nothing, (source,))
    return source, fix_source(source, _checker(path, compiler))


def _checker(path: str, compiler: Compiler) -> Callable[[Source], tuple[Diagnostic, ...]]:
    return replace(compiler, folder=Path(path).parent).check


def _shown(source: Source, diagnostics: Iterable[Diagnostic]) -> str:
    """Give the text as diagnostics show it: as long as it is, secrets starred."""
    own = (each.source.text for each in diagnostics if each.source.name == source.name)
    return next(own, source.text)


def _as_written(path: str, text: str) -> str:
    """Give the text the line ends, and the byte-order mark, of the file that is there."""
    before = Path(path).read_bytes()
    if before.count(b"\r\n") * 2 > before.count(b"\n"):
        text = text.replace("\n", "\r\n")
    return ("\ufeff" if before.startswith(_MARK) else "") + text


def _tell_refused(path: str, fixed: Fixed) -> None:
    if fixed.refused:
        print(
            f"{path}: {_count(fixed.refused)} left out: the file would have more errors than now",
            file=sys.stderr,
        )


def _count(number: int) -> str:
    return "1 fix" if number == 1 else f"{number} fixes"
