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

# A text is matched as a whole, so that no `#` in one is taken for a comment. Compiled when
# a file has such a comment: that takes longer than all rules on an ordinary file.
_LEXEME = r'"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*'
_ALLOW = r"#\s*allow:([^(\n]*)"


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
    below = 0
    for match in re.finditer(_LEXEME, source.text):
        allow = re.match(_ALLOW, match.group())
        if allow is None:
            continue
        line, column = source.line_column(match.start())
        target = line
        if not source.line_text(line)[: column - 1].strip():
            # Comments of one block have the same line below it: it is looked for once.
            below = below if line < below else _next_code_line(source, line)
            target = below
        found += _names(allow, Span(*match.span()), target)
    return tuple(found)


def _names(allow: re.Match[str], comment: Span, line: int) -> Iterator[Allow]:
    written = allow.group(1).split(",")
    start = comment.start + allow.start(1)
    whole = comment if len(written) == 1 else None
    for each in written:
        word = each.strip()
        begin = start + each.index(word)
        span = Span(begin, begin + len(word)) if word else comment
        # What is found in comments cannot be silenced by one.
        code = None if word in {IDLE_ALLOW, "idle-allow"} else RULE_NAMES.get(word)
        yield Allow(word, code, line, span, whole)
        start += len(each) + 1


def _next_code_line(source: Source, line: int) -> int:
    # Below a comment more comment lines may stand, but no blank line.
    following, last = line + 1, source.line_column(len(source.text))[0]
    while following <= last and source.line_text(following).lstrip().startswith("#"):
        following += 1
    return following
