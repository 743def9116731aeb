"""`archonc fmt FILE…`: lay programs out; `--check` and `--diff` only say what would change."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archonc.cli.diagnostics import show
from archonc.cli.exit_codes import EXIT_ERROR
from archonc.cli.show_diff import print_diff
from archonc.cli.write_file import write_text
from archonc.diagnostic.diagnostic import Diagnostic, DiagnosticSink
from archonc.format import format_source
from archonc.syntax.read import MAX_BYTES, decode_source, read_content

__all__ = ["add_arguments", "execute"]

STDIN = "-"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="an .archon file, a folder (every .archon file below it), or - (stdin to stdout)",
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; list what would change, and exit 1"
    )
    parser.add_argument(
        "--diff", action="store_true", help="write nothing; show what would change, and exit 1"
    )


@dataclass(frozen=True, slots=True)
class _Formatted:
    """A program before and after; `old` with the line ends and the mark that the file has."""

    name: str
    old: str
    new: str


def execute(args: argparse.Namespace) -> int:
    """Format each file; one with a mistake of syntax stays as it is."""
    failed = False
    for name in _expand(args.files):
        formatted = _format(name)
        if formatted is None:
            failed = True
        elif args.check or args.diff:
            failed = _report(formatted, check=args.check, diff=args.diff) or failed
        else:
            failed = not _write(formatted) or failed
    return EXIT_ERROR if failed else 0


def _expand(names: list[str]) -> Iterator[str]:
    """Give each file once, those of a folder by name; hidden folders are left out."""
    seen: set[str] = set()
    for name in names:
        found = [name]
        if name != STDIN and Path(name).is_dir():
            found = sorted(map(str, _programs(Path(name))))
            if not found:
                print(f"note: there is no .archon file in {name}", file=sys.stderr)
        for each in found:
            if each not in seen:
                seen.add(each)
                yield each


def _programs(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*.archon"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path


def _format(name: str) -> _Formatted | None:
    """Read and format; None if the diagnostics that say why not were shown."""
    shown = "<stdin>" if name == STDIN else name
    content = sys.stdin.buffer.read(MAX_BYTES + 1) if name == STDIN else read_content(Path(name))
    source = content if isinstance(content, Diagnostic) else decode_source(shown, content)
    if isinstance(source, Diagnostic):
        show((source,), sys.stderr)
        return None
    assert isinstance(content, bytes)
    sink = DiagnosticSink(source)
    new = format_source(source, sink)
    show(sink.diagnostics, sys.stderr)
    return None if new is None else _Formatted(name, content.decode(), new)


def _report(formatted: _Formatted, *, check: bool, diff: bool) -> bool:
    """Say what would change; tell whether anything would."""
    if formatted.old == formatted.new:
        return False
    name = "<stdin>" if formatted.name == STDIN else formatted.name
    if check:
        print(name)
    if diff:
        print_diff(name, formatted.old, formatted.new)
    return True


def _write(formatted: _Formatted) -> bool:
    """Write what has changed; tell whether that could be done."""
    if formatted.name == STDIN:
        sys.stdout.write(formatted.new)
        return True
    if formatted.old == formatted.new:
        return True
    try:
        write_text(Path(formatted.name), formatted.new)
    except OSError as error:
        print(f"error: cannot write {formatted.name}: {error.strerror}", file=sys.stderr)
        return False
    print(f"formatted {formatted.name}", file=sys.stderr)
    return True
