"""Read what models say: the one place. Strict; what cannot be read is refused in words."""

from __future__ import annotations

import re

from archon_runtime.classes import dataclass

__all__ = ["REASON_CHARS", "Refusal", "read_critiques", "read_ranking"]

REASON_CHARS = 200
"""No reason is longer, so that the prompt of a repair has a bound."""

_RANKING = re.compile(r"\[[0-9]{1,6}\](?:[ \t]*>[ \t]*\[[0-9]{1,6}\])*")
_EMPHASIS = " \t*_`"
_HEADING = re.compile(
    r"[#*_ \t]*critique[ \t]+([0-9]{1,6})(?:[ \t]+([0-9a-f]{8}))?[:*_ \t]*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a reply was not accepted, so that the model can mend it."""

    reason: str


def read_ranking(text: str, count: int) -> tuple[int, ...] | Refusal:
    """Read the last line as `[2] > [1] > [3]`: indexes from 0, best first, all of *count*.

    Emphasis and backticks around the line are taken off; nothing else is forgiven.
    """
    lines = [line.strip(_EMPHASIS) for line in text.splitlines()]
    last = next((line for line in reversed(lines) if line), "")
    if not _RANKING.fullmatch(last):
        return Refusal("the last line must hold only the ranking, such as [2] > [1]")
    numbers = [int(number) for number in re.findall(r"[0-9]+", last)]
    return _permutation(numbers, count) or tuple(number - 1 for number in numbers)


def read_critiques(text: str, count: int, marker: str) -> tuple[str, ...] | Refusal:
    """Read one critique a candidate, each under a line `### Critique 2 <marker>`.

    What comes before the first heading is dropped. Headings with the marker win: where
    there is one, a line without it is text, so a critique may quote such a line.
    Where the model left the marker out everywhere, bare heading lines count.
    """
    lines = text.strip().splitlines()
    found = [(at, match) for at, line in enumerate(lines) if (match := _HEADING.fullmatch(line))]
    marked = [(at, match) for at, match in found if match.group(2) == marker]
    headings = marked or [(at, match) for at, match in found if match.group(2) is None]
    if not headings:
        return Refusal("there is no heading line such as ### Critique 1")
    numbers = [int(match.group(1)) for _, match in headings]
    wrong = _permutation(numbers, count)
    if wrong:
        return wrong
    ends = [*(at for at, _ in headings[1:]), len(lines)]
    texts = {}
    for number, (at, _), end in zip(numbers, headings, ends, strict=True):
        texts[number] = "\n".join(lines[at + 1 : end]).strip()
        if not texts[number]:
            return Refusal(f"the critique of candidate {number} is empty")
    return tuple(texts[number] for number in range(1, count + 1))


def _permutation(numbers: list[int], count: int) -> Refusal | None:
    """Refuse *numbers* unless they are 1 to *count*, each once."""
    there: set[int] = set()
    for number in numbers:
        if not 1 <= number <= count:
            return Refusal(f"there is no candidate {number}, they are numbered 1 to {count}")
        if number in there:
            return Refusal(f"candidate {number} is there twice")
        there.add(number)
    missing = next((number for number in range(1, count + 1) if number not in there), None)
    return None if missing is None else Refusal(f"candidate {missing} is missing")
