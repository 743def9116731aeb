"""The grammar as Lark runs it: from a text to tokens, and a parser to feed them to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from lark import Lark, Token
from lark.parsers.lalr_interactive_parser import InteractiveParser

from archonc.data import data_folder

__all__ = ["CLOSERS", "KEYWORDS", "OPENERS", "grammar_text", "lex", "start_parser"]

KEYWORDS = frozenset(
    {"ANSWER", "ARCHITECTURE", "ARCHON", "AS", "BUDGET", "EITHER", "EXAMPLE", "IMPORT", "LAYER"}
    | {"MAYBE", "MODEL", "MODELS", "OR", "OVER", "PROMPT", "PROVIDER", "REPEAT", "REQUIRE"}
    | {"SEARCH"}
)
"""Token types of the soft keywords."""

CLOSERS = {"RPAR": "LPAR", "RSQB": "LSQB", "RBRACE": "LBRACE"}
"""Each closing bracket's type with its opening one's."""

OPENERS = frozenset(CLOSERS.values())

_TYPES = {")": "RPAR", "]": "RSQB", "}": "RBRACE", "(": "LPAR", "[": "LSQB", "{": "LBRACE"}


class _ErrorTerminals:
    """Keep the terminals that no rule uses: they catch what is wrong in a text."""

    always_accept = ("OPEN_RAW_TEXT", "OPEN_TEXT", "QUOTED", "STRAY")

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        return stream


def grammar_text() -> str:
    """Read the grammar's file."""
    return (data_folder("grammar") / "archon.lark").read_text(encoding="utf-8")


@cache
def _lark() -> Lark:
    return Lark(
        grammar_text(),
        start="program",
        parser="lalr",
        lexer="basic",
        propagate_positions=True,
        maybe_placeholders=False,
        postlex=_ErrorTerminals(),
    )


def start_parser() -> InteractiveParser:
    """Start a parser that is fed token by token."""
    return _lark().parse_interactive("")


def lex(text: str) -> list[Token]:
    """Cut a text into tokens, the last of which is `$END`; every text has them."""
    tokens: list[Token] = []
    # `Lark.lex` would build its lexer anew for each text; the parser's is built once.
    parser = _lark().parse_interactive(text)
    stream: Iterator[Token] = parser.lexer_thread.lex(parser.parser_state)  # type: ignore[no-untyped-call]
    for token in stream:
        tokens.extend(_split_open_text(token) if token.type == "OPEN_TEXT" else (token,))
    tokens.append(Token("$END", "", start_pos=len(text), end_pos=len(text)))
    return tokens


def _split_open_text(token: Token) -> Iterator[Token]:
    """Give back the brackets that a text without closing quotes has swallowed.

    In `model("name, top_p: 1)` the bracket is surely meant to close the call; taken as
    text, it would make a second mistake of one.
    """
    start = token.start_pos or 0
    closers: list[int] = []
    tail = re.search(r"[\])}\s]*$", token)
    depth = 0
    for offset, char in enumerate(token):
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if depth < 0:
                depth = 0
                if tail and offset >= tail.start():
                    closers.append(offset)
    end = start + (closers[0] if closers else len(token))
    yield Token(token.type, token[: end - start], start_pos=start, end_pos=end)
    for offset in closers:
        place = start + offset
        yield Token(_TYPES[token[offset]], token[offset], start_pos=place, end_pos=place + 1)
