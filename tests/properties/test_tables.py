"""The generated parser is Lark's: same tokens, same trees, the same token refused."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Lark
from lark import Token as LarkToken
from lark import Tree as LarkTree
from lark.exceptions import UnexpectedToken

from archonc.syntax.grammar import lex
from archonc.syntax.lalr import Parser
from archonc.syntax.tree import Child, Token
from tests.archonc.test_syntax_errors import PROGRAM
from tests.archonc.test_syntax_grammar import HOLES
from tests.properties.test_parser import WORDS, damage
from tools.make_parser import TABLES, build_lark, make_tables

ROOT = Path(__file__).resolve().parents[2]
KINDS = sorted({token.type for token in lex(PROGRAM + HOLES)})


@cache
def lark() -> Lark:
    return build_lark()


def programs() -> dict[str, str]:
    """Every program that the project has: examples, golden cases, the pages' blocks."""
    found: dict[str, str] = {"whole": PROGRAM, "holes": HOLES, "empty": ""}
    for path in sorted(ROOT.glob("examples/*.archon")):
        found[path.name] = path.read_text(encoding="utf-8")
    for path in sorted(ROOT.glob("tests/golden/*.archon")):
        cases = re.split(r"^---$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        found.update({f"{path.name}-{at}": case for at, case in enumerate(cases)})
    for path in sorted(ROOT.glob("specs/**/*.md")):
        blocks = re.findall(r"```archon\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
        found.update({f"{path.name}-{at}": block for at, block in enumerate(blocks)})
    return found


CORPUS = programs()


def shape(child: Child) -> Any:
    if isinstance(child, Token):
        return (child.type, child.text, child.start, child.end)
    return (child.data, [shape(each) for each in child.children], child.start, child.end)


def lark_shape(child: Any) -> Any:
    if isinstance(child, LarkToken):
        return (child.type, str(child), child.start_pos, child.end_pos)
    assert isinstance(child, LarkTree)
    place = (-1, -1) if child.meta.empty else (child.meta.start_pos, child.meta.end_pos)
    return (str(child.data), [lark_shape(each) for each in child.children], *place)


def ours(tokens: list[Token]) -> Any:
    parser = Parser()
    for index, token in enumerate(tokens):
        if not parser.feed(token):
            return index, parser.accepted()
    return shape(parser.values[0])


def larks(tokens: list[Token]) -> Any:
    parser = lark().parse_interactive("")
    tree: Any = None
    for index, token in enumerate(tokens):
        try:
            tree = parser.feed_token(
                LarkToken(token.type, token.text, start_pos=token.start, end_pos=token.end)
            )
        except UnexpectedToken:
            return index, parser.accepts()  # type: ignore[no-untyped-call]
    return lark_shape(tree)


def check_same(text: str) -> None:
    tokens = lex(text)
    cut = [shape(token) for token in tokens[:-1]]
    for token in lark().lex(text):
        place = (token.start_pos, token.end_pos)
        if token.type == "OPEN_TEXT":
            # Ours may end sooner: brackets that it has swallowed are tokens again.
            assert cut[0][0] == "OPEN_TEXT"
            assert cut[0][2] == token.start_pos
            while cut and cut[0][2] < (token.end_pos or 0):
                del cut[0]
        else:
            assert cut.pop(0) == (token.type, str(token), *place)
    assert not cut
    assert ours(tokens) == larks(tokens)


def test_tables_are_those_of_the_grammar() -> None:
    assert TABLES.read_text(encoding="utf-8") == make_tables(build_lark()), "run `make parser`"


@pytest.mark.parametrize("name", CORPUS)
def test_program_is_read_as_by_lark(name: str) -> None:
    check_same(CORPUS[name])


def test_most_programs_are_read_to_the_end() -> None:
    read = [name for name, text in CORPUS.items() if not isinstance(ours(lex(text))[0], int)]
    assert len(read) > len(CORPUS) / 2 > 50


@given(st.integers(0, 2**32), st.sampled_from(sorted(CORPUS)))
@settings(max_examples=150, deadline=None)
def test_damaged_program_is_read_as_by_lark(seed: int, name: str) -> None:
    check_same(damage(CORPUS[name], seed))


@given(st.lists(st.sampled_from(WORDS), max_size=40), st.sampled_from([" ", "\n"]))
@settings(max_examples=80, deadline=None)
def test_any_words_are_read_as_by_lark(words: list[str], space: str) -> None:
    check_same(space.join(words))


@given(st.text())
@settings(max_examples=80, deadline=None)
def test_any_text_is_cut_as_by_lark(text: str) -> None:
    check_same(text)


@given(
    st.sampled_from(sorted(CORPUS)),
    st.integers(0, 10_000),
    st.integers(0, 10_000),
    st.lists(st.sampled_from(KINDS), min_size=1, max_size=3),
)
@settings(max_examples=200, deadline=None)
def test_what_fits_on_trial_can_be_read(name: str, many: int, at: int, kinds: list[str]) -> None:
    parser = Parser()
    tokens = lex(CORPUS[name])
    for token in tokens[: many % len(tokens)]:
        if not parser.feed(token):
            break
    height = 1 + at % len(parser.states)
    states = list(parser.states)
    fits = parser.fits(height, kinds)
    assert parser.states == states
    parser.cut(height)
    assert fits == all(parser.feed(Token(kind, "", 0, 0)) for kind in kinds)
