"""The formatter's work grows with the text: counted in calls, which no clock disturbs."""

from __future__ import annotations

import sys
from types import FrameType

import pytest

from archonc.diagnostic import DiagnosticSink
from archonc.format import print_program
from archonc.source import Source
from archonc.syntax import parse_program
from archonc.syntax.nodes import Program

SHAPES = {
    "models": ("", 'model m = sim("x", a: 1)  # why\n', ""),
    "paragraphs": ("", "# why\n\nmodel m = sim()\n\n", ""),
    "architectures": ("", "architecture a { layer b(c) }\n", ""),
    "list": ("models a = [\n", "  b # why\n", "]\n"),
    "list on a line": ("models a = [", "b, ", "]\n"),
    "layers": ("architecture a {\n", "  layer b([c, { d: e }], f: 1..2)\n", "}\n"),
    "branches": ("architecture a { either { layer b(c) }", " or { layer b(c) }", " }\n"),
    "raw texts": ("prompt p {\n", 'user: """\n  one\n  two\n"""\n', "}\n"),
    "lines of a text": ('prompt p { user: """\n', "  one\n", '""" }\n'),
    "calls that do not fit": ("", f"models a = [{', '.join(['b(c(d(e)))'] * 12)}]\n", ""),
}


def work(program: Program, source: Source | None) -> int:
    """Count the calls of functions, those of C included, that printing takes."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        print_program(program, source)
    finally:
        sys.setprofile(None)
    return calls


def read(shape: str, times: int) -> tuple[Program, Source]:
    head, repeated, tail = SHAPES[shape]
    source = Source("long.archon", f"archon 1\n{head}{repeated * times}{tail}")
    sink = DiagnosticSink(source)
    program = parse_program(source, sink)
    assert sink.diagnostics == ()
    return program, source


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("written", [True, False], ids=["with its text", "without"])
def test_twice_the_text_is_twice_the_work(shape: str, written: bool) -> None:
    few, many = (
        work(program, source if written else None)
        for program, source in (read(shape, times) for times in (40, 80))
    )
    assert few < many < 2.1 * few


def test_deep_nesting_adds_no_more_work_than_its_brackets() -> None:
    def nested(depth: int) -> int:
        value = "b, " * 40 + "[" * depth + "]" * depth
        source = Source("deep.archon", f"archon 1\nmodels a = [{value}]\n")
        return work(parse_program(source, DiagnosticSink(source)), source)

    assert nested(80) < 2.1 * nested(40)
