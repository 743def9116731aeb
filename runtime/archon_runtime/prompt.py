"""Prompts: their parts, their placeholders, and fences around untrusted text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from archon_runtime.candidate import Candidate
from archon_runtime.chat import Message, Role
from archon_runtime.classes import dataclass
from archon_runtime.question import Question

__all__ = [
    "PLACEHOLDER",
    "Prompt",
    "Shown",
    "fence",
    "placeholders_of",
    "read_candidates",
    "read_tests",
    "render_messages",
    "show_candidates",
    "show_tests",
]

PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z_][\w.]*)\s*\}\}")
"""`{{query}}`, `{{candidates}}`, `{{data.NAME}}`; every other brace is literal."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A system text, example turns (user, assistant) and the user's text."""

    user: str
    system: str = ""
    examples: tuple[tuple[str, str], ...] = ()


def placeholders_of(text: str) -> tuple[str, ...]:
    """Name the placeholders of *text*, in order, repeats included."""
    return tuple(PLACEHOLDER.findall(text))


def render_messages(
    prompt: Prompt, question: Question, values: Mapping[str, str]
) -> tuple[Message, ...]:
    """Make the conversation that is sent.

    Order: one system message (the caller's text, then the prompt's), the examples,
    the caller's earlier turns, the prompt's user text with its placeholders filled.
    Values are put in once: a placeholder inside a value stays as it is.
    """
    known = {"query": question.text, **values}
    known |= {f"data.{name}": _show(value) for name, value in question.data.items()}
    messages: list[Message] = []
    system = "\n\n".join(part for part in (question.system, _fill(prompt.system, known)) if part)
    if system:
        messages.append(Message(Role.SYSTEM, system))
    for user, assistant in prompt.examples:
        messages.append(Message(Role.USER, _fill(user, known)))
        messages.append(Message(Role.ASSISTANT, _fill(assistant, known)))
    messages.extend(question.earlier)
    messages.append(Message(Role.USER, _fill(prompt.user, known)))
    return tuple(messages)


def _fill(text: str, known: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda m: known.get(m.group(1), m.group(0)), text)


def _show(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value)
    return str(value)


def fence(texts: Sequence[str]) -> str:
    """Choose a marker that occurs in none of *texts*: eight hex digits.

    It is a digest of the texts, so the same texts are always fenced alike (and a
    resumed run asks the same thing), and a text that contains it moves it on.
    """
    import hashlib  # here: checking a program fences nothing, and it is slow to load

    digest = hashlib.sha256("\x00".join(texts).encode("utf-8", "surrogatepass"))
    while True:
        marker = digest.hexdigest()[:8]
        if not any(marker in text for text in texts):
            return marker
        digest.update(b"again")


def show_candidates(
    candidates: Sequence[Candidate], *, critiques: bool = False, marker: str = ""
) -> str:
    """Write candidates for a prompt, numbered from 1, each between fences it can't close.

    A *marker* is given only where the result is measured, not shown.
    """
    shown = [c.critique or "" for c in candidates] if critiques else []
    marker = marker or fence([*(c.text for c in candidates), *shown])
    parts = []
    for number, candidate in enumerate(candidates, start=1):
        parts.append(_block(f"candidate {number} {marker}", candidate.text))
        if critiques and candidate.critique is not None:
            parts.append(_block(f"critique of {number} {marker}", candidate.critique))
    return "\n\n".join(parts)


def show_tests(tests: Sequence[str], *, marker: str = "") -> str:
    """Write unit tests for a prompt, numbered from 1, between fences that they can't close.

    A *marker* is given only where the result is measured, not shown.
    """
    lines = [f"Test {number}: {test}" for number, test in enumerate(tests, start=1)]
    return _block(f"tests {marker or fence(tests)}", "\n".join(lines))


def read_tests(text: str) -> tuple[str, ...]:
    """Read back what `show_tests` wrote last somewhere in *text*; empty if nothing."""
    found: tuple[str, ...] = ()
    for match in re.finditer(r"<tests ([0-9a-f]{8})>\n(.*?)\n</tests \1>", text, re.DOTALL):
        lines = match[2].split("\n")
        tests = tuple(re.sub(r"^Test \d+: ", "", line) for line in lines)
        if show_tests(tests) == match[0]:
            found = tests
    return found


def _block(name: str, text: str) -> str:
    return f"<{name}>\n{text}\n</{name}>"


@dataclass(frozen=True, slots=True)
class Shown:
    """A candidate as a prompt shows it."""

    text: str
    critique: str | None = None


def read_candidates(text: str) -> tuple[Shown, ...]:
    """Read back what `show_candidates` wrote somewhere in *text*, in order; empty if nothing.

    Fences that a candidate or a question imitates don't count: a marker must be the
    digest of what it fences, and of fences inside fences the outer ones are meant.
    Where a prompt shows two such lists, the last is read.
    """
    markers = dict.fromkeys(re.findall(r"<candidate 1 ([0-9a-f]{8})>\n", text))
    found = [each for marker in markers if (each := _read_block(text, marker))]
    outer = [
        (start, shown)
        for start, end, shown in found
        if not any(left < start and end < right for left, right, _ in found)
    ]
    return max(outer, key=lambda each: each[0])[1] if outer else ()


def _read_block(text: str, marker: str) -> tuple[int, int, tuple[Shown, ...]] | None:
    """Where the candidates that *marker* fences begin and end, and what they are."""
    block = r"<{} (\d+) {}>\n(.*?)\n</{} \1 {}>"
    names = ("candidate", marker), ("critique of", marker)
    candidates, critiques = (
        list(re.finditer(block.format(*name, *name), text, re.DOTALL)) for name in names
    )
    if [match[1] for match in candidates] != [str(n + 1) for n in range(len(candidates))]:
        return None
    texts = [match[2] for match in candidates]
    of = {match[1]: match[2] for match in critiques}
    shown = tuple(Shown(each, of.get(str(n))) for n, each in enumerate(texts, start=1))
    fenced = [*texts, *(each.critique or "" for each in shown)]
    if not texts or marker not in (fence(fenced), fence(texts)):
        return None
    return candidates[0].start(), max(m.end() for m in (*candidates, *critiques)), shown
