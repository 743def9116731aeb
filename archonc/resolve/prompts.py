"""Bind prompt declarations: their texts, and where their placeholders stand."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archon_runtime.prompt import PLACEHOLDER, Prompt
from archon_runtime.techniques import TECHNIQUES
from archonc.diagnostic.codes_check import (
    GIVEN_TWICE,
    MISSING_OPTION,
    SINGLE_BRACES,
    UNKNOWN_OPTION,
    UNKNOWN_PLACEHOLDER,
)
from archonc.diagnostic.diagnostic import Edit, Label
from archonc.diagnostic.suggest import suggest
from archonc.resolve.symbols import PromptSymbol
from archonc.resolve.values import ValueReader
from archonc.source import Span
from archonc.syntax.nodes import ExampleMember, Name, PromptDecl, PromptText, Text

__all__ = ["resolve_prompt"]


def resolve_prompt(declaration: PromptDecl, values: ValueReader) -> PromptSymbol:
    """Bind one prompt. Whether its placeholders suit a technique is checked where it is used."""
    name = declaration.name
    owner = f"the prompt `{name.text}`"
    texts = [each for each in declaration.members if isinstance(each, PromptText)]
    examples = [each for each in declaration.members if isinstance(each, ExampleMember)]
    read = _read_texts(texts, ("system", "user"), ("user",), name.span, owner, values)
    turns = []
    for example in examples:
        both = ("user", "assistant")
        turn = _read_texts(example.texts, both, both, example.span, "`example`", values)
        turns.append((turn.get("user", ""), turn.get("assistant", "")))
    written = [*texts, *(text for example in examples for text in example.texts)]
    spans = [each.value.span for each in written if isinstance(each.value, Text)]
    placeholders = tuple(found for span in spans for found in _find(span, values))
    known = _all_placeholders()
    unknown = [found for found in placeholders if not _is_known(found[0], known)]
    for found, span in unknown:
        _report_unknown(found, span, known, values)
    for span in spans:
        _warn_single_braces(span, known, values)
    prompt = Prompt(read.get("user", ""), read.get("system", ""), tuple(turns))
    sound = not unknown and "user" in read and len(read) == len(texts)
    return PromptSymbol(name.text, prompt, name.span, placeholders, sound)


def _read_texts(
    texts: Sequence[PromptText],
    known: tuple[str, ...],
    required: tuple[str, ...],
    span: Span,
    owner: str,
    values: ValueReader,
) -> dict[str, str]:
    given: dict[str, PromptText] = {}
    read: dict[str, str] = {}
    for each in texts:
        name = each.name.text
        if name not in known:
            _report_unknown_part(each.name, known, owner, values)
        elif name in given:
            first = (Label(given[name].span, "first given here"),)
            values.sink.error(
                GIVEN_TWICE, f"`{name}` is given twice", each.span, "given again", secondary=first
            )
        else:
            given[name] = each
            text = values.text(name, each.value)
            if text is not None:
                read[name] = text
    for name in required:
        if name not in given and len(given) == len(texts):
            values.sink.error(
                MISSING_OPTION,
                f"{owner} needs `{name}`",
                span,
                f"`{name}` is missing",
                helps=(f'write `{name}: "…"`',),
            )
    return read


def _report_unknown_part(
    name: Name, known: tuple[str, ...], owner: str, values: ValueReader
) -> None:
    near = suggest(name.text, known)
    listed = ", ".join(f"`{word}`" for word in known)
    values.sink.error(
        UNKNOWN_OPTION,
        f"{owner} has no part `{name.text}`",
        name.span,
        "unknown part",
        helps=(f"did you mean `{near}`?" if near else f"{owner} has {listed}",),
        edits=(Edit(name.span, near),) if near else (),
    )


def _all_placeholders() -> frozenset[str]:
    return frozenset({"query"}).union(*(each.placeholders for each in TECHNIQUES.values()))


def _is_known(name: str, known: frozenset[str]) -> bool:
    return name in known or (name.startswith("data.") and len(name) > len("data."))


def _find(span: Span, values: ValueReader) -> list[tuple[str, Span]]:
    # In the source, not in the value: indentation and escapes move the offsets.
    text = values.sink.text(span)
    return [
        (match.group(1), Span(span.start + match.start(), span.start + match.end()))
        for match in PLACEHOLDER.finditer(text)
    ]


def _report_unknown(name: str, span: Span, known: frozenset[str], values: ValueReader) -> None:
    near = suggest(name, sorted(known))
    listed = ", ".join(f"`{{{{{each}}}}}`" for each in sorted(known))
    helps = (
        f"did you mean `{{{{{near}}}}}`?"
        if near
        else f"there are {listed} and `{{{{data.NAME}}}}`",
    )
    edits = (Edit(span, f"{{{{{near}}}}}"),) if near else ()
    message = f"there is no placeholder `{{{{{name}}}}}`"
    values.sink.error(
        UNKNOWN_PLACEHOLDER, message, span, "unknown placeholder", helps=helps, edits=edits
    )


def _warn_single_braces(span: Span, known: frozenset[str], values: ValueReader) -> None:
    words = "|".join(sorted(known))
    lone = re.compile(r"(?<!\{)\{\s*(" + words + r"|data\.\w+)\s*\}(?!\})")
    for match in lone.finditer(values.sink.text(span)):
        name = match.group(1)
        place = Span(match.start(), match.end()).shift(span.start)
        values.sink.warn(
            SINGLE_BRACES,
            f"`{{{name}}}` in single braces stays as it is written",
            place,
            "not a placeholder",
            helps=(f"write `{{{{{name}}}}}` to put the value in",),
            edits=(Edit(place, f"{{{{{name}}}}}"),),
        )
