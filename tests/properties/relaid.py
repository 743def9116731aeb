"""A program's tokens in another layout: odd spaces, separators and comments."""

from __future__ import annotations

import random
import re

from archonc.syntax.grammar import CLOSERS, OPENERS, lex

__all__ = ["comments_in", "relaid"]

_REMARKS = ["why", "# twice", " spaced  ", "!kept", "|", "", 'a "text', "} ] )", "1", "é", '"""']


def comments_in(text: str) -> list[str]:
    """Give the comments of a text in order, without what a formatter may change."""
    separators = [token.text for token in lex(text) if token.type == "_SEP"]
    found = [each for part in separators for each in re.findall(r"#([^\n]*)", part)]
    return [each.removeprefix(" ").rstrip(" \t") for each in found]


def relaid(text: str, seed: int) -> str:
    """Lay a formatted program's tokens out anew: the same AST, other blanks, comments."""
    chance = random.Random(seed)
    tokens = lex(text)[:-1]
    written = [_optional(chance)]
    separating: list[bool] = []
    end, before = 0, ""
    for at, token in enumerate(tokens):
        touches = end == token.start
        if token.type == "_SEP":
            written.append(_separator(chance, chance.choice(",\n")))
        elif token.type in CLOSERS:
            free = separating.pop() and before not in {*OPENERS, "_SEP"}
            written += (_optional(chance) if free else "", token.text)
        else:
            written += (chance.choice(["", " "] if touches else [" ", "\t "]), token.text)
        if token.type in OPENERS:
            # Brackets of a sum stand apart from what is before, and take no separator.
            separating.append(token.type != "LPAR" or (touches and before not in OPENERS))
            free = separating[-1] and tokens[at + 1].type != "_SEP"
            written.append(_optional(chance) if free else "")
        end, before = token.end, token.type
    return "".join(written) + chance.choice(["", "\n", " # last", "\n\n# last\n\n"])


def _optional(chance: random.Random) -> str:
    return _separator(chance, "") if chance.random() < 0.4 else chance.choice(["", " "])


def _separator(chance: random.Random, needed: str) -> str:
    parts = [needed] if needed else []
    for _ in range(chance.choice([0, 0, 1, 1, 2, 3])):
        part = chance.choice(["\n", "\n\n", " ", "\t", ",", "\n  ", "#\n"])
        parts.append(f"#{chance.choice(_REMARKS)}\n" if part == "#\n" else part)
    chance.shuffle(parts)
    return "".join(parts)
