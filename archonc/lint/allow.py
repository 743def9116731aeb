"""Comments that silence lints: `# allow: L004`, `# allow: L004, judges-itself (why)`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from archonc.diagnostic.codes_lint import IDLE_ALLOW, LINT_CODES
from archonc.source import Source, Span

__all__ = ["RULE_NAMES", "Allow", "read_allows"]

RULE_NAMES = {name: each.code for each in LINT_CODES for name in (each.code, each.name)}
"""The code of each rule, by what it may be called: its code or its name."""

# A text is matched as a whole, so that no `#` in one is taken for a comment.
_LEXEME = re.compile(r'"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*')
_ALLOW = re.compile(r"#\s*allow:([^(\n]*)")
_WORD = re.compile(r"[^\s,][^,]*?(?=\s*(?:,|$))")


class Allow(NamedTuple):
    """One name in such a comment. `line` is the line whose lints it silences, from 1.

    `code` is None if no rule has the name. `whole` is the comment if it names nothing
    else, so that it can be taken out, else None.
    """

    word: str
    code: str | None
    line: int
    span: Span
    whole: Span | None


def read_allows(source: Source) -> tuple[Allow, ...]:
    """Read all of a file without syntax errors."""
    if "allow:" not in source.text:
        return ()
    found: list[Allow] = []
    for match in _LEXEME.finditer(source.text):
        allow = _ALLOW.match(match.group())
        if allow is not None:
            found += _read(source, Span(*match.span()), match.start() + allow.start(1), allow)
    return tuple(found)


def _read(source: Source, comment: Span, start: int, allow: re.Match[str]) -> Iterator[Allow]:
    words = list(_WORD.finditer(allow.group(1)))
    line, column = source.line_column(comment.start)
    alone = not source.line_text(line)[: column - 1].strip()
    target = _next_code_line(source, line) if alone else line
    for word in words:
        whole = comment if len(words) == 1 else None
        span = Span(*word.span()).shift(start)
        code = RULE_NAMES.get(word.group())
        # What this rule finds is about comments, and no comment silences it.
        code = None if code == IDLE_ALLOW else code
        yield Allow(word.group(), code, target, span, whole)
    if not words:
        yield Allow("", None, target, comment, comment)


def _next_code_line(source: Source, line: int) -> int:
    # Below a comment more comment lines may stand, but no blank line.
    following = line + 1
    while source.line_text(following).lstrip().startswith("#"):
        following += 1
    return following
