"""Read what models say: the one place. Strict; what cannot be read is refused in words."""

from __future__ import annotations

import re

from archon_runtime.classes import dataclass

__all__ = [
    "REASON_CHARS",
    "Refusal",
    "read_critiques",
    "read_ranking",
    "read_test_results",
    "read_tests",
    "read_verdict",
]

REASON_CHARS = 200
"""No reason is longer, so that the prompt of a repair has a bound."""

_RANKING = re.compile(r"\[[0-9]{1,6}\](?:[ \t]*>[ \t]*\[[0-9]{1,6}\])*")
_EMPHASIS = " \t*_`"
_TEST = re.compile(
    r"[#*_ \t]*test[ \t]+([0-9]{1,6})[*_]{0,3}:(?:[*_]{1,3}(?=[ \t]))?[ \t]*(.*)", re.IGNORECASE
)
_WORD_OF_VERDICT = {"right": True, "wrong": False}
_WORD_OF_RESULT = {"passed": True, "failed": False}
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
    last = "".join(_lines(text)[-1:])
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


def read_verdict(text: str) -> bool | Refusal:
    """Read the last line as one word, `RIGHT` or `WRONG`: whether the answer is right.

    Emphasis and backticks around the word are taken off; nothing else is forgiven.
    """
    lines = _lines(text)
    verdict = _WORD_OF_VERDICT.get(lines[-1].lower()) if lines else None
    if verdict is None:
        return Refusal("the last line must hold only one word, RIGHT or WRONG")
    return verdict


def read_tests(text: str, most: int) -> tuple[str, ...] | Refusal:
    """Read 1 to *most* lines `Test 1: …`, numbered from 1 in order, each a test.

    What comes before the first is dropped. After it nothing but tests and empty lines
    may come: a line that is none could be the rest of one.
    """
    lines = _lines(text, bare=True)
    start = next((at for at, line in enumerate(lines) if _TEST.fullmatch(line)), None)
    if start is None:
        return Refusal("there is no line such as Test 1: ...")
    tests: list[str] = []
    for line in lines[start:]:
        found = _TEST.fullmatch(line)
        if found is None:
            return Refusal(f"a line after Test {len(tests)} is no test")
        if int(found[1]) != len(tests) + 1:
            return Refusal(f"Test {len(tests) + 1} should come where Test {found[1]} is")
        if not found[2].strip(_EMPHASIS):
            return Refusal(f"Test {found[1]} is empty")
        tests.append(found[2].strip())
    if len(tests) > most:
        return Refusal(f"there are {len(tests)} tests, and at most {most} are wanted")
    return tuple(tests)


def read_test_results(text: str, count: int) -> tuple[bool, ...] | Refusal:
    """Read the last *count* lines as `Test 1: passed` or `Test 1: failed`, each test once."""
    last = _lines(text)[-count:]
    results: dict[int, bool] = {}
    numbers: list[int] = []
    for line in last:
        found = _TEST.fullmatch(line)
        word = None if found is None else found[2].strip(_EMPHASIS).lower()
        if found is None or word not in _WORD_OF_RESULT:
            lines = "line" if count == 1 else f"{count} lines, one for each test,"
            return Refusal(f"the last {lines} must be like Test 1: passed")
        numbers.append(int(found[1]))
        results[int(found[1])] = _WORD_OF_RESULT[word]
    wrong = _permutation(numbers, count, "test")
    return wrong or tuple(results[number] for number in range(1, count + 1))


def _lines(text: str, *, bare: bool = False) -> list[str]:
    """Split into the lines that are not empty, without emphasis around them (or as they are)."""
    lines = [line.strip() if bare else line.strip(_EMPHASIS) for line in text.splitlines()]
    return [line for line in lines if line]


def _permutation(numbers: list[int], count: int, what: str = "candidate") -> Refusal | None:
    """Refuse *numbers* unless they are 1 to *count*, each once."""
    there: set[int] = set()
    for number in numbers:
        if not 1 <= number <= count:
            return Refusal(f"there is no {what} {number}, they are numbered 1 to {count}")
        if number in there:
            return Refusal(f"{what} {number} is there twice")
        there.add(number)
    missing = next((number for number in range(1, count + 1) if number not in there), None)
    return None if missing is None else Refusal(f"{what} {missing} is missing")
