"""Formatting a program of 2 MB: as a multiple of one of 1 MB, and of parsing it."""

from __future__ import annotations

import time
from pathlib import Path

from archonc.diagnostic import DiagnosticSink
from archonc.format import print_program
from archonc.source import Source
from archonc.syntax import parse_program

__all__ = ["measure_format"]

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
MEGABYTE = 1_000_000


def program_of(size: int) -> Source:
    """Repeat the statements of the examples up to so many characters."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.glob("*.archon"))]
    block = "\n".join(text.replace("archon 1\n", "") for text in texts)
    return Source("long.archon", "archon 1\n\n" + block * (size // len(block)))


def seconds(source: Source) -> tuple[float, float]:
    """Wall time of parsing and of printing, in seconds."""
    sink = DiagnosticSink(source)
    begun = time.perf_counter()
    program = parse_program(source, sink)
    parsed = time.perf_counter()
    print_program(program, source)
    printed = time.perf_counter()
    assert not sink.has_errors
    return parsed - begun, printed - parsed


def measure_format() -> None:
    """Print both ratios."""
    _, one = seconds(program_of(MEGABYTE))
    parsing, two = seconds(program_of(2 * MEGABYTE))
    print(
        f"printing 2 MB of program: {two / one:.2f} times 1 MB ({two:.2f} s against {one:.2f} s), "
        f"{two / parsing:.2f} times what parsing it takes"
    )
