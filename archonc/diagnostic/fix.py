"""Apply the edits that diagnostics carry, until nothing is left to do or it gets no better."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from archonc.diagnostic.diagnostic import Diagnostic, Edit, Severity
from archonc.source import Source, Span

__all__ = ["MOST_ROUNDS", "CheckSource", "Fix", "Fixed", "apply_fixes", "fix_source", "fixes_for"]

MOST_ROUNDS = 10
"""Fixes may bring new ones; two that undo each other must not go on for ever."""

CheckSource = Callable[[Source], tuple[Diagnostic, ...]]
"""Finds what is wrong with a text."""

Fix = tuple[Edit, ...]
"""The edits of one diagnostic; they are applied together or not at all."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A text with its fixes made, what is still found in it, and how many were refused."""

    source: Source
    diagnostics: tuple[Diagnostic, ...]
    made: int = 0
    refused: int = 0


def fix_source(source: Source, check: CheckSource) -> Fixed:
    """Apply fixes round by round, at most `MOST_ROUNDS`.

    The text never has more errors than before: a fix after which it would (a syntax
    error that hid two others) is refused. Edits of other texts are left alone.
    """
    now = Fixed(source, check(source))
    for _ in range(MOST_ROUNDS):
        fixes = fixes_for(now.diagnostics, now.source)
        kept = _keep((), fixes, now, check) if fixes else ()
        now = Fixed(now.source, now.diagnostics, now.made, len(fixes) - len(kept))
        if not kept:
            break
        text = apply_fixes(now.source.text, kept)
        after = Source(source.name, text)
        now = Fixed(after, check(after), now.made + len(kept), now.refused)
    return now


def fixes_for(diagnostics: Iterable[Diagnostic], source: Source) -> tuple[Fix, ...]:
    """List the fixes in *source* by place; of two that overlap, the first."""
    found = [
        tuple(sorted(each.edits, key=lambda edit: edit.span))
        for each in diagnostics
        if each.edits and each.source.name == source.name
    ]
    chosen: list[Fix] = []
    last: Span | None = None
    free = 0
    for fix in sorted(found, key=lambda edits: edits[0].span):
        # Two insertions at one place would be in an order that nobody chose.
        if fix[0].span.start >= free and fix[0].span != last and _changes(fix, source.text):
            chosen.append(fix)
            last, free = fix[-1].span, fix[-1].span.end
    return tuple(chosen)


def _changes(fix: Fix, text: str) -> bool:
    return any(text[each.span.start : each.span.end] != each.replacement for each in fix)


def apply_fixes(text: str, fixes: Iterable[Fix]) -> str:
    """Give the text with the fixes made; none of them overlap."""
    parts: list[str] = []
    at = 0
    for edit in sorted((edit for fix in fixes for edit in fix), key=lambda edit: edit.span):
        parts += [text[at : edit.span.start], edit.replacement]
        at = edit.span.end
    return "".join([*parts, text[at:]])


def _keep(
    kept: tuple[Fix, ...], more: Sequence[Fix], now: Fixed, check: CheckSource
) -> tuple[Fix, ...]:
    """Take those of *more* that can be made besides *kept*; halves, if not all can."""
    both = (*kept, *more)
    text = apply_fixes(now.source.text, both)
    if _errors(check(Source(now.source.name, text))) <= _errors(now.diagnostics):
        return both
    if len(more) == 1:
        return kept
    middle = len(more) // 2
    kept = _keep(kept, more[:middle], now, check)
    return _keep(kept, more[middle:], now, check)


def _errors(diagnostics: Iterable[Diagnostic]) -> int:
    return sum(each.severity is Severity.ERROR for each in diagnostics)
