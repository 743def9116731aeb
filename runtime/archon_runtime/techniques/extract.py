"""Extract the answer of a candidate, in a form in which equal answers are equal texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from archon_runtime.techniques.pattern import Pattern

__all__ = ["EXTRACTS", "extract_answer"]

_NUMBER = re.compile(
    r"(?<![\w.])[-+\u2212]?(?:"
    r"\d{1,300}/0*[1-9]\d{0,300}(?![\d/])"
    r"|(?:\d{1,3}(?:,\d{3})+|\d{1,300})(?:\.\d{1,300})?(?:[eE][-+]?\d{1,3})?(?!\d)"
    r"|\.\d{1,300}(?!\d))",
    re.ASCII,
)
_SAID = re.compile(
    r"(?:answer|option|choice|boxed)(?:\s+is)?[\s:*_`$({\[\\]{0,12}(?:text\{)?([A-J])(?![\w'])",
    re.IGNORECASE,
)
_ALONE = re.compile(r"[\s(\[*_`$]*([A-Ja-j])[\s)\].:*_`$]*")
_LEADING = re.compile(r"[\s(\[*_`]*([A-J])[)\].:]")
_BRACKETED = re.compile(r"\(([A-J])\)")
_STANDING = re.compile(r"(?<![\w'])([B-HJ])(?![\w'])")
_DECORATION = " \t\r\n*_`.\"'"


def extract_answer(text: str, extract: str, pattern: Pattern | None = None) -> str | None:
    """Find the answer in *text*; None if there is none.

    With a pattern, only what it captures is looked at; *extract* is a key of `EXTRACTS`.
    """
    if pattern is not None:
        captured = pattern.capture(text)
        if captured is None:
            return None
        text = captured
    return EXTRACTS[extract](text)


def _number(text: str) -> str | None:
    """Last number, exactly: `1,234.50` and `1234.5` are equal, and so are `1/2` and `0.5`."""
    from fractions import Fraction  # here: a check needs the names of extracts only

    found = _NUMBER.findall(text.replace("{,}", ","))
    if not found:
        return None
    return str(Fraction(found[-1].replace(",", "").replace("\u2212", "-")))


def _letter(text: str) -> str | None:
    """Letter A to J that is chosen; the surest sign in the text decides.

    In this order: the last line is a letter, the last `answer is C`, the text begins
    with `C)`, the last `(C)`, the last capital that stands alone and is no word.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return None
    alone = _ALONE.fullmatch(lines[-1])
    if alone:
        return alone.group(1).upper()
    said = [letter for letter in _SAID.findall(text) if letter.isupper()]
    if said:
        return str(said[-1])
    leading = _LEADING.match(text)
    if leading:
        return leading.group(1)
    standing = _BRACKETED.findall(text) or _STANDING.findall(text)
    return str(standing[-1]) if standing else None


def _last_line(text: str) -> str | None:
    """Last line that is not empty, as `_whole` compares it."""
    answers = (_whole(line) for line in reversed(text.splitlines()))
    return next((answer for answer in answers if answer), None)


def _whole(text: str) -> str | None:
    """All of it; case, spacing, quotes, emphasis and a full stop at the ends don't count."""
    return " ".join(text.split()).strip(_DECORATION).casefold() or None


EXTRACTS: Mapping[str, Callable[[str], str | None]] = {
    "number": _number,
    "letter": _letter,
    "last_line": _last_line,
    "text": _whole,
}
