"""From a text to tokens, and what is known of their types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from archonc.syntax.tables import IGNORED, LEXER, WORDS
from archonc.syntax.tree import Token

__all__ = ["CLOSERS", "KEYWORDS", "OPENERS", "lex"]

KEYWORDS = frozenset(WORDS.values()) - {"TRUE", "FALSE"}
"""Token types of the soft keywords."""

CLOSERS = {"RPAR": "LPAR", "RSQB": "LSQB", "RBRACE": "LBRACE"}
"""Each closing bracket's type with its opening one's."""

OPENERS = frozenset(CLOSERS.values())

_TYPES = {")": "RPAR", "]": "RSQB", "}": "RBRACE", "(": "LPAR", "[": "LSQB", "{": "LBRACE"}


@cache
def _scanner() -> re.Pattern[str]:
    return re.compile(LEXER)


def lex(text: str) -> list[Token]:
    """Cut a text into tokens, the last of which is `$END`; every text has them."""
    tokens: list[Token] = []
    end = 0
    # Every character is part of a match, for the last terminal takes what is left.
    for match in _scanner().finditer(text):
        kind, written = match.lastgroup or "", match.group()
        start, end = end, end + len(written)
        if kind == "NAME":
            kind = WORDS.get(written, "NAME")
        elif kind == IGNORED:
            continue
        token = Token(kind, written, start, end)
        if kind == "OPEN_TEXT":
            tokens.extend(_split_open_text(token))
        else:
            tokens.append(token)
    tokens.append(Token("$END", "", len(text), len(text)))
    return tokens


def _split_open_text(token: Token) -> Iterator[Token]:
    """Give back the brackets that a text without closing quotes has swallowed.

    In `model("name, top_p: 1)` the bracket is surely meant to close the call; taken as
    text, it would make a second mistake of one.
    """
    text, start = token.text, token.start
    closers: list[int] = []
    tail = len(text)
    while tail and (text[tail - 1] in ")]}" or text[tail - 1].isspace()):
        tail -= 1
    depth = 0
    for offset, char in enumerate(text):
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if depth < 0:
                depth = 0
                if offset >= tail:
                    closers.append(offset)
    end = closers[0] if closers else len(text)
    yield Token(token.type, text[:end], start, start + end)
    for offset in closers:
        place = start + offset
        yield Token(_TYPES[text[offset]], text[offset], place, place + 1)
