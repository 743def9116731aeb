"""From the grammar's terminals to a user's words: what was expected, what was found."""

from __future__ import annotations

from collections.abc import Iterable

from archonc.syntax.grammar import KEYWORDS
from archonc.syntax.tree import Token

__all__ = ["describe_expected", "describe_found", "join_words"]

MAX_ALTERNATIVES = 5

_VALUE = frozenset({"NAME", "NUMBER", "TEXT", "LSQB", "LBRACE"})
_OPERATORS = frozenset({"PLUS", "MINUS", "STAR", "SLASH"})

# After a value it is hardly ever the one that is missing if one of the other may follow.
_UNLIKELY = frozenset({"DOT", "LPAR", "_DOTS", "COLON", "$END"}) | _OPERATORS
_LIKELY = frozenset({"_SEP", "RPAR", "RSQB", "RBRACE", "COMPARE"})

_SIGNS = (
    ("LPAR", "`(`"),
    ("LSQB", "`[`"),
    ("LBRACE", "`{`"),
    ("EQUAL", "`=`"),
    ("COLON", "`:`"),
    ("DOT", "`.`"),
    ("_DOTS", "`..`"),
    ("COMPARE", "a comparison such as `<=`"),
)


def describe_expected(accepted: Iterable[str], bracket: str | None) -> str:
    """Say what may stand at a place, at most five alternatives, the likeliest ones.

    *bracket* is the type of the innermost open one: a separator is a comma in `(` and
    `[`, and the end of the line elsewhere.
    """
    left = set(accepted)
    words: list[str] = []
    if left >= _VALUE:
        words.append("a value")
        left -= _VALUE | KEYWORDS | {"RAW_TEXT", "TRUE", "FALSE", "MINUS"}
    if "NAME" in left:
        words.append("a name")
        left -= KEYWORDS | {"NAME", "TRUE", "FALSE"}
    if "MODEL" in left:
        words.append("a statement")
        left -= KEYWORDS
    if "LAYER" in left and "BUDGET" in left:
        words.append("a member of the architecture")
        left -= KEYWORDS
    if "TEXT" in left:
        words.append("a text")
        left -= {"TEXT", "RAW_TEXT"}
    if "NUMBER" in left:
        words.append("a number")
        left -= {"NUMBER", "MINUS"}
    words.extend(f"`{name.lower()}`" for name in sorted(left & KEYWORDS))
    if left & _LIKELY:
        left -= _UNLIKELY
    elif len(left) > 1:
        left.discard("DOT")
    words.extend(_signs(left, bracket))
    return join_words(words[:MAX_ALTERNATIVES])


def _signs(left: set[str], bracket: str | None) -> list[str]:
    words = [word for name, word in _SIGNS if name in left]
    if "_SEP" in left:
        words.append("`,`" if bracket in ("LPAR", "LSQB") else "the end of the line")
    closers = (("RPAR", "`)`"), ("RSQB", "`]`"), ("RBRACE", "`}`"))
    words.extend(word for name, word in closers if name in left)
    if left & _OPERATORS:
        words.append("an operator")
    if "$END" in left:
        words.append("the end of the file")
    return words


def describe_found(token: Token) -> str:
    """Name a token as a user sees it."""
    if token.type == "$END":
        return "end of file"
    if token.type == "_SEP":
        return "`,`" if token.text.startswith(",") else "end of line"
    line = token.text.partition("\n")[0]
    return f"`{line if len(line) <= 30 else line[:29] + '…'}`"


def join_words(words: list[str]) -> str:
    """Join alternatives: `a, b or c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} or {words[-1]}"
