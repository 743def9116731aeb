"""From changes to text: layer by layer, then models, prompts and files, then the whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import unified_diff

from archonc.report.changes import Change, Kind

__all__ = ["render_changes"]

_SHARED = (Kind.MODEL, Kind.PROMPT, Kind.FILE)
"""What several layers can have in common: told once, with the layers."""


def render_changes(changes: Sequence[Change]) -> str:
    """Write changes for people; nothing if there is none."""
    return "".join(f"{line}\n" for line in _lines(changes))


def _lines(changes: Sequence[Change]) -> Iterator[str]:
    own = [each for each in changes if each.kind not in _SHARED]
    for layer in dict.fromkeys(each.layer for each in own if each.layer):
        yield from _layer(layer, [each for each in own if each.layer == layer])
    shared = [each for each in changes if each.kind in _SHARED]
    shared.sort(key=lambda each: _SHARED.index(each.kind))
    for change, layers in _together(shared):
        yield from _common(change, ", ".join(f"`{layer}`" for layer in layers))
    whole = [each for each in own if not each.layer]
    if whole:
        yield "architecture:"
        yield from map(_line, whole)


def _layer(name: str, changes: Sequence[Change]) -> Iterator[str]:
    for each in (each for each in changes if each.kind is Kind.LAYER):
        if each.before is None:
            yield f"layer `{name}` added: {each.after}"
        else:
            yield f"layer `{name}` removed: {each.before}"
    rest = [each for each in changes if each.kind is not Kind.LAYER]
    if rest:
        yield f"layer `{name}`:"
        yield from map(_line, rest)


def _line(change: Change) -> str:
    match change:
        case Change(kind=Kind.STEP, before=None):
            return f"  step added: {change.after}"
        case Change(kind=Kind.STEP):
            return f"  step removed: {change.before}"
        case _:
            head = " ".join(word for word in (change.kind.value, change.what) if word)
            return f"  {head}: {_arrow(change)}"


def _arrow(change: Change) -> str:
    return f"{_or_none(change.before)} → {_or_none(change.after)}"


def _or_none(text: str | None) -> str:
    return text or "none"


def _together(changes: Iterable[Change]) -> Iterator[tuple[Change, list[str]]]:
    found: dict[tuple[Kind, str, str | None, str | None], list[str]] = {}
    first: dict[tuple[Kind, str, str | None, str | None], Change] = {}
    for each in changes:
        key = (each.kind, each.what, each.before, each.after)
        first.setdefault(key, each)
        found.setdefault(key, []).append(each.layer)
    for key, layers in found.items():
        yield first[key], layers


def _common(change: Change, layers: str) -> Iterator[str]:
    if change.kind is Kind.MODEL:
        what = f" ({change.what})" if change.what else ""
        yield f"model of {layers}{what}: {_arrow(change)}"
        return
    what = f" ({change.what})" if change.what else ""
    yield f"{change.kind.value} of {layers}{what}:"
    before, after = (change.before or "").splitlines(), (change.after or "").splitlines()
    # Without the two lines that name files: there are none.
    for line in list(unified_diff(before, after, lineterm=""))[2:]:
        yield f"  {line}".rstrip()
