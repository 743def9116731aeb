"""The grammar has no conflict, and reads the language's sample programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lark import Lark, Token
from lark.exceptions import GrammarError
from lark.lexer import Lexer

from archonc.diagnostic import DiagnosticSink, render_text
from archonc.source import Source
from archonc.syntax.parse import parse_program
from tools.make_parser import GRAMMAR

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "programs"
HOLES = """\
archon 1
import "models.archon" as lib
architecture space(n: int = 8, m: model) {
  layer draft = generator(top(1..3, of: lib.all), samples: 1..5)
  require candidates(draft) * 2 + 1 <= 12
  repeat 0..2 { maybe layer critic(m) }
  either { layer fuser(m) } or { layer fuser(one_of(m, lib.b)) } or { }
}
search tune over space { sampler: bayesian, limits { cost: $5 } }
"""


class _NoLexer(Lexer):
    """Stands in for Lark's, which would want a package of its own to be strict as well."""

    def __init__(self, conf: object) -> None:
        pass

    def lex(self, lexer_state: object, parser_state: object) -> Iterator[Token]:
        return iter(())


def test_grammar_is_lalr_without_a_conflict() -> None:
    # Without `strict` Lark resolves shift/reduce conflicts in silence.
    grammar = GRAMMAR.read_text(encoding="utf-8")
    Lark(grammar, start="program", parser="lalr", lexer=_NoLexer, strict=True)


def test_conflict_would_be_noticed() -> None:
    grammar = 'start: a | b\na: "x" b?\nb: "y" | a "y"\n'
    with pytest.raises(GrammarError, match="conflict"):
        Lark(grammar, parser="lalr", lexer=_NoLexer, strict=True)


def parse(name: str, text: str) -> list[str]:
    source = Source(name, text)
    sink = DiagnosticSink(source)
    parse_program(source, sink)
    return [render_text(diagnostic) for diagnostic in sink.diagnostics]


def test_whole_language_is_read() -> None:
    assert parse("space.archon", HOLES) == []


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample programs are not on this machine")
def test_sample_programs_are_read() -> None:
    paths = sorted(SAMPLES.glob("*.archon"))
    assert paths
    for path in paths:
        assert parse(path.name, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("separator", [", ", "\n", " # why\n", ",\n\n  # why\n,"])
def test_newline_is_a_comma_everywhere(separator: str) -> None:
    items = separator.join(["a", "b", "c"])
    fields = separator.join(["calls: 1", "time: 2s"])
    text = f"archon 1\nmodels m = [{separator}{items}{separator}]\n"
    text += f"architecture x {{ budget {{{separator}{fields}{separator}}} }}\n"
    assert parse("x.archon", text) == []


def test_keywords_are_names_where_names_stand() -> None:
    text = 'archon 1\nmodel model = simulated("m", prompt: 1)\nmodels layer = [model, archon]\n'
    text += "architecture architecture { layer model = ranker(layer, answer: or) }\n"
    assert parse("x.archon", text) == []
