"""Large files, right or garbage, take time in proportion; what is too much is said so."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archonc.diagnostic import Diagnostic, DiagnosticSink
from archonc.source import Source
from archonc.syntax import parse_program
from archonc.syntax.brackets import Brackets
from archonc.syntax.grammar import CLOSERS, OPENERS
from archonc.syntax.nodes import Program
from archonc.syntax.parse import MAX_MISTAKES

CHARS = 200_000
# Ten times what it takes; where time grows with the square it would be minutes.
MOST_SECONDS = 6.0


def parse(text: str) -> tuple[Program, tuple[Diagnostic, ...]]:
    source = Source("large.archon", text)
    sink = DiagnosticSink(source)
    return parse_program(source, sink), sink.diagnostics


def repeat(piece: str, before: str = "archon 1\n", after: str = "\n") -> str:
    return before + piece * (CHARS // len(piece)) + after


LARGE = {
    "bad list on one line": repeat("a, = , ", "archon 1\nmodels x = [", "]"),
    "statements on one line": repeat('model m = p("x" 1), '),
    "pairs of brackets": repeat("()[]{}"),
    "closing brackets": repeat(")"),
    "unlike brackets": repeat("( ] "),
    "surplus opening bracket": repeat("a = (b c) ", "archon 1\nmodels x = [ ] ["),
    "surplus closing bracket": repeat("a = (b c) ", "archon 1\nmodels x = [ ] ]"),
    "dashes": repeat("a-", "archon 1\nmodel "),
    "dashes in lists": repeat("[a-a, b-b], ", "archon 1\nmodels x = ["),
    "grouped digits": repeat("1,000,", "archon 1\nmodels x = f(y: "),
    "open texts": repeat('"a)\n'),
    "brackets in an open text": repeat(")x", 'archon 1\nmodel m = f("'),
    "single quotes": repeat("'"),
    "an object of JSON": repeat('"k": [1, {"a": null}], ', "{", "}"),
    "forbidden characters": repeat("\x01\n"),
    "wrong units": repeat("model m = f(x: 10q)\n"),
    "editions": repeat("archon 1\n"),
    "unclosed layers": repeat("layer a(x,\n", "archon 1\narchitecture a {\n"),
    "one name": repeat("n"),
    "one number": repeat("7"),
    "one text": repeat("t", 'archon 1\nmodel m = f("', '")\n'),
}


@pytest.mark.parametrize("name", LARGE)
def test_time_grows_with_the_text(name: str) -> None:
    begun = time.process_time()
    program, diagnostics = parse(LARGE[name])
    assert time.process_time() - begun < MOST_SECONDS
    assert len(diagnostics) <= MAX_MISTAKES
    assert diagnostics or program.statements


def test_large_program_is_read_to_the_end() -> None:
    begun = time.process_time()
    layers = "  layer generator(m, samples: 4)\n" * 10_000
    program, diagnostics = parse(f"archon 1\narchitecture a {{\n{layers}}}\nmodel m = f()\n")
    assert time.process_time() - begun < MOST_SECONDS
    assert diagnostics == ()
    assert len(program.statements) == 2


def test_line_of_too_many_mistakes_ends_and_says_so() -> None:
    program, diagnostics = parse(LARGE["statements on one line"] + "model after = f()\n")
    assert [each.notes for each in diagnostics][-1] == ("mistakes after this one are not shown",)
    assert program.statements == ()
    assert "m" in program.broken
    assert "after" in program.broken


def test_brackets_that_nothing_closes_are_nested_too_deep() -> None:
    text = "archon 1\nmodel m = p(" + "f(x ], " * 2000 + ")" * 2001
    _, diagnostics = parse(text)
    assert [each.code for each in diagnostics] == ["A0111"]


def balanced(kinds: list[str]) -> bool:
    opened: list[str] = []
    for kind in kinds:
        if kind in OPENERS:
            opened.append(kind)
        elif not opened or opened.pop() != CLOSERS[kind]:
            return False
    return not opened


KINDS = sorted((*OPENERS, *CLOSERS))
# Half of what is drawn is nearly balanced: pairs, with a few brackets more or less.
PAIRS: st.SearchStrategy[list[str]] = st.recursive(
    st.just([]),
    lambda inner: st.builds(
        lambda closer, left, right: [CLOSERS[closer], *left, closer, *right],
        st.sampled_from(sorted(CLOSERS)),
        inner,
        inner,
    ),
    max_leaves=8,
)


@given(PAIRS, st.lists(st.sampled_from(KINDS), max_size=3), st.data())
def test_balance_is_that_of_the_edited_file(
    kinds: list[str], extra: list[str], data: st.DataObject
) -> None:
    kinds = list(kinds)
    for kind in extra:
        kinds.insert(data.draw(st.integers(0, len(kinds))), kind)
    # Brackets stand at every other place of the file, something else between them.
    brackets = Brackets(kinds, [2 * at for at in range(len(kinds))])
    assert brackets.is_balanced() == balanced(kinds)
    for at in range(len(kinds) + 1):
        for kind in KINDS:
            edited = [*kinds[:at], kind, *kinds[at:]]
            assert brackets.is_balanced_with(2 * at, kind) == balanced(edited)
            assert brackets.is_balanced_with(2 * at - 1, kind) == balanced(edited)
    for at in range(len(kinds)):
        assert brackets.is_balanced_without(2 * at) == balanced(kinds[:at] + kinds[at + 1 :])
