"""Compile a regular expression to a program for the machine in `pattern.py`.

Python's own parser reads the syntax; what the machine cannot do in bounded time (looking
around, back references, atomic groups) is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

from archon_runtime.techniques.pattern import (
    Instruction,
    Pattern,
    Save,
    Split,
    Stand,
    Take,
    Test,
)

__all__ = ["PatternInvalid", "compile_pattern"]

_PROGRAM = 1_000
_parser: Any = import_module("re._parser")  # its tree is the syntax; it has no public name


class PatternInvalid(ValueError):
    """A pattern that is no regular expression, or needs what cannot be bounded."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.message = message
        self.help = help


def compile_pattern(source: str) -> Pattern:
    """Compile *source*.

    Raises:
        PatternInvalid: it is no regular expression, is too large, or looks around,
            refers back, or forbids backtracking.
    """
    try:
        tree = _parser.parse(source)
        builder = _Builder()
        builder.add_all(tree, tree.state.flags)
    except (re.error, OverflowError, RecursionError) as problem:
        raise PatternInvalid(
            f"`{source}` is no regular expression: {problem}",
            "write it as for Python's `re`, with a raw text of three quotes for backslashes",
        ) from problem
    return Pattern(source, tuple(builder.program), tree.state.groups > 1)


class _Builder:
    """Turns the parser's tree into a program."""

    def __init__(self) -> None:
        self.program: list[Instruction] = []

    def add_all(self, tree: Any, flags: int) -> None:
        """Add a sequence."""
        for op, argument in tree:
            self._add(str(op), argument, flags)

    def _add(self, op: str, argument: Any, flags: int) -> None:
        match op:
            case "LITERAL" | "NOT_LITERAL" | "IN" | "ANY":
                self._emit(Take(_test_of(op, argument, flags)))
            case "SUBPATTERN":
                group, more, less, tree = argument
                if group == 1:
                    self._emit(Save(0))
                self.add_all(tree, (flags | more) & ~less)
                if group == 1:
                    self._emit(Save(1))
            case "BRANCH":
                self._branch(argument[1], flags)
            case "MAX_REPEAT" | "MIN_REPEAT":
                least, most, tree = argument
                self._repeat(tree, flags, least, most, greedy=op == "MAX_REPEAT")
            case "AT":
                self._emit(Stand(_place_of(str(argument), flags)))
            case _:
                raise PatternInvalid(
                    f"the pattern uses `{op.lower()}`, whose time on a text has no bound",
                    "use only characters, classes, groups, `|`, repeats, `^`, `$` and `\\b`",
                )

    def _emit(self, instruction: Instruction) -> int:
        if len(self.program) >= _PROGRAM:
            raise PatternInvalid(
                f"the pattern is too large: it has more than {_PROGRAM} steps",
                "use smaller counts in `{…}`, or `*`",
            )
        self.program.append(instruction)
        return len(self.program) - 1

    def _branch(self, branches: list[Any], flags: int) -> None:
        ends = []
        for branch in branches[:-1]:
            split = self._emit(Split(0, 0))
            self.add_all(branch, flags)
            ends.append(self._emit(Split(0, 0)))
            self.program[split] = Split(split + 1, len(self.program))
        self.add_all(branches[-1], flags)
        for end in ends:
            self.program[end] = Split(len(self.program), len(self.program))

    def _repeat(self, tree: Any, flags: int, least: int, most: Any, *, greedy: bool) -> None:
        for _ in range(least):
            self.add_all(tree, flags)
        if str(most) == "MAXREPEAT":
            start = self._emit(Split(0, 0))
            self.add_all(tree, flags)
            self._emit(Split(start, start))
            self._aim(start, greedy=greedy)
            return
        splits = []
        for _ in range(int(most) - least):
            splits.append(self._emit(Split(0, 0)))
            self.add_all(tree, flags)
        for split in splits:
            self._aim(split, greedy=greedy)

    def _aim(self, split: int, *, greedy: bool) -> None:
        """Let *split* choose between what follows it and the end of the program so far."""
        inside, after = split + 1, len(self.program)
        self.program[split] = Split(inside, after) if greedy else Split(after, inside)


def _test_of(op: str, argument: Any, flags: int) -> Test:
    """Make the test of one character."""
    if op == "ANY":
        return (lambda char: True) if flags & re.DOTALL else (lambda char: char != "\n")
    parts = argument if op == "IN" else [("LITERAL", argument)]
    negated = op == "NOT_LITERAL" or str(parts[0][0]) == "NEGATE"
    tests = [_part_of(str(kind), value, flags) for kind, value in parts if str(kind) != "NEGATE"]
    if not flags & re.IGNORECASE:
        return lambda char: any(test(char) for test in tests) != negated

    def cased(char: str) -> bool:
        forms = {char, char.lower(), char.upper()}
        return any(test(form) for test in tests for form in forms) != negated

    return cased


def _part_of(kind: str, value: Any, flags: int) -> Test:
    if kind == "LITERAL":
        return chr(value).__eq__
    if kind == "RANGE":
        low, high = chr(value[0]), chr(value[1])
        return lambda char: low <= char <= high
    name = str(value).removeprefix("CATEGORY_")
    return _category(
        name.removeprefix("NOT_"), ascii_only=bool(flags & re.ASCII), negated="NOT_" in name
    )


def _category(name: str, *, ascii_only: bool, negated: bool) -> Test:
    """Make the test of a category such as a digit, or of what is none."""
    tests: dict[str, Test] = {"DIGIT": str.isdecimal, "SPACE": str.isspace, "WORD": _is_word}
    test = tests[name]
    return lambda char: (test(char) and (char.isascii() or not ascii_only)) != negated


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _place_of(name: str, flags: int) -> Callable[[str, int], bool]:
    """Make the test of a position."""
    lines = bool(flags & re.MULTILINE)
    places: dict[str, Callable[[str, int], bool]] = {
        "AT_BEGINNING_STRING": lambda text, at: at == 0,
        "AT_BEGINNING": lambda text, at: at == 0 or (lines and text[at - 1] == "\n"),
        "AT_END_STRING": lambda text, at: at == len(text),
        "AT_END": lambda text, at: (
            at == len(text) or (text[at] == "\n" and (lines or at == len(text) - 1))
        ),
        "AT_BOUNDARY": lambda text, at: _edge(text, at),
        "AT_NON_BOUNDARY": lambda text, at: not _edge(text, at),
    }
    return places[name]


def _edge(text: str, at: int) -> bool:
    before = at > 0 and _is_word(text[at - 1])
    after = at < len(text) and _is_word(text[at])
    return before != after
