"""Programs to begin with, and changes that leave most of a program a program."""

from __future__ import annotations

import functools
import random
import re
from itertools import pairwise
from pathlib import Path

from archonc.syntax.grammar import CLOSERS, lex
from tests.fuzz.target import Mutate
from tests.golden.test_golden import all_cases
from tests.properties.relaid import relaid

__all__ = ["PIECES", "ROOT", "mutate_program", "programs"]

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"```archon\n(.*?)```", re.DOTALL)
MOST_CHARS = 10_000

PIECES = (
    *(
        "archon 1",
        "layer ",
        "maybe layer ",
        "either { ",
        " } or { ",
        "repeat 2 { ",
        "repeat 0..3 {",
    ),
    *("one_of(", "subset_of([a, b], 1..2)", "top(1..2, of: [a, b])", "up_to(3)", 'env("K")'),
    *("generator(", "fuser(", "critic(", "ranker(", "verifier(", "voter(", "checker("),
    *(
        "unit_test_generator(",
        "unit_test_evaluator(",
        "keep: ",
        "first: ",
        "samples: ",
        "all: true",
    ),
    *("on_none: pass", "max_tokens: ", "temperature: ", "price: ", "window: ", "extra: { "),
    *("budget { calls: 3 }", "cost: $0.01", "time: 5s", "answer: first", "answer: random(seed: 7)"),
    *("require samples(x) <= 4", 'import "a.archon" as lib', "lib.", "search s over one { "),
    *("{{query}}", "{{candidates}}", "{{data.x}}", "{{", "}}", "{query}", "{", "}", "[", "]"),
    *("(", ")", ",", "\n", ":", "=", "..", "-", "*", "/", "+", "<=", ".", "#", "# x\n", '"', '"""'),
    *("'", "\\", "\\u{0}", "\\u0000", "\\ud800", "\\n", "0", "1", "-1", "2k", "1.5M", "$0.25"),
    *(
        "20%",
        "90s",
        "600/min",
        "2m",
        "1,000",
        "0.1",
        "9" * 20,
        "9" * 400,
        "1" + "0" * 60,
        "0.0000001",
    ),
    *("true", "false", "a", "\t", "\r", "\r\n", "\0", "\x1b[31m", "\u202e", "\u2066", "\ufeff"),
    *(
        "\ud800",
        "\udfff",
        "\u2028",
        "\x85",
        "\xa0",
        "ü",
        "e\u0301",
        "漢字",
        "𝒳",
        "👩\u200d👧",
        "٣",
        "²",
    ),
)


@functools.cache
def programs() -> tuple[str, ...]:
    """Programs of the golden tests, of the specifications and of the examples."""
    found = [case.text for case in all_cases()]
    for path in sorted((ROOT / "specs").rglob("*.md")):
        found += _BLOCK.findall(path.read_text(encoding="utf-8"))
    for folder in ("examples", "specs", "tests/archonc"):
        found += [
            path.read_text(encoding="utf-8") for path in sorted((ROOT / folder).rglob("*.archon"))
        ]
    return tuple(dict.fromkeys(each for each in found if len(each) < MOST_CHARS))


def mutate_program(text: str, chance: random.Random) -> str:
    """Change a program in one to four places: its characters, tokens, lines or brackets."""
    for _ in range(chance.choice((1, 1, 2, 4))):
        text = chance.choice(_CHANGES)(text, chance)[:MOST_CHARS]
    return text


def _tokens(text: str) -> list[str]:
    """Cut a text into its tokens, each with the blanks before it."""
    ends = [0, *(token.end for token in lex(text)), len(text)]
    return [text[start:end] for start, end in pairwise(ends) if start < end]


def _change_token(text: str, chance: random.Random) -> str:
    tokens = _tokens(text)
    if not tokens:
        return chance.choice(PIECES)
    at = chance.randrange(len(tokens))
    match chance.randrange(5):
        case 0:
            del tokens[at : at + chance.choice((1, 1, 2, 5))]
        case 1:
            tokens.insert(at, chance.choice(PIECES))
        case 2:
            tokens[at] = " " + chance.choice(PIECES)
        case 3:
            tokens[at] = chance.choice(tokens)
        case _:
            tokens.insert(at, chance.choice(tokens))
    return "".join(tokens)


def _swap_alike(text: str, chance: random.Random) -> str:
    """Put another token of the same type in the place of one: a name, a number, a text."""
    tokens = [each for each in lex(text) if each.type in _SWAPPED]
    others = [*tokens, *(each for each in lex(chance.choice(programs())) if each.type in _SWAPPED)]
    if not tokens:
        return text
    old = chance.choice(tokens)
    new = chance.choice([each for each in others if each.type == old.type])
    return text[: old.start] + new.text + text[old.end :]


def _change_line(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(4):
        case 0:
            del lines[at]
        case 1:
            lines.insert(other, lines[at])
        case 2:
            lines[at], lines[other] = lines[other], lines[at]
        case _:
            lines[at:at] = [lines[at]] * chance.choice((3, 30, 100))
    return "\n".join(lines)


def _splice(text: str, chance: random.Random) -> str:
    """Put some lines of another program in."""
    lines, others = text.split("\n"), chance.choice(programs()).split("\n")
    at, start = chance.randrange(len(lines) + 1), chance.randrange(len(others))
    lines[at:at] = others[start : start + chance.choice((1, 1, 3, 8))]
    return "\n".join(lines)


def _change_characters(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice(PIECES) + text[at + chance.choice((0, 0, 1, 4)) :]


def _nest(text: str, chance: random.Random) -> str:
    """Repeat what is between a pair of brackets, or the brackets alone."""
    opened = [found.start() for found in re.finditer(r"[(\[{]", text)]
    if not opened:
        return text
    start = chance.choice(opened)
    closer = next(c for c, o in CLOSERS.items() if _SIGNS[o] == text[start])
    end = text.find(_SIGNS[closer], start)
    if end < 0:
        return text
    count, inner = chance.choice((1, 5, 60, 120)), text[start + 1 : end]
    match chance.randrange(3):
        case 0:
            middle = text[start] * count + inner + text[end] * count
        case 1:
            middle = text[start] + f"{inner}, " * count + text[end]
        case _:
            before = re.search(r"[\w. ]*$", text[:start])
            head = before.group() if before else ""
            middle = (text[start] + head) * count + text[start] + inner + text[end] * (count + 1)
    return text[:start] + middle + text[end + 1 :]


def _change_number(text: str, chance: random.Random) -> str:
    numbers = list(re.finditer(r"\d+", text))
    if not numbers:
        return text
    found = chance.choice(numbers)
    value = chance.choice((*range(6), 9, 64, 99, 100, 101, 999, 10_000, 10**9, 10**18, 10**30))
    wide = "" if chance.random() < 0.8 else f"{chance.choice((0, 1))}.."
    return f"{text[: found.start()]}{wide}{value}{text[found.end() :]}"


def _relay(text: str, chance: random.Random) -> str:
    """Set the same tokens in another layout, with comments."""
    tokens = lex(text)
    balanced = [0]
    for token in tokens:
        balanced.append(balanced[-1] + (token.type in CLOSERS.values()) - (token.type in CLOSERS))
    if min(balanced) < 0 or balanced[-1]:
        return text
    return relaid(text, chance.getrandbits(32))


_SWAPPED = frozenset({"NAME", "NUMBER", "TEXT", "RAW_TEXT"})
_SIGNS = {"LPAR": "(", "RPAR": ")", "LSQB": "[", "RSQB": "]", "LBRACE": "{", "RBRACE": "}"}
_CHANGES: tuple[Mutate, ...] = (
    *(_swap_alike, _swap_alike, _swap_alike, _swap_alike, _swap_alike, _change_number),
    *(_change_token, _change_token, _change_line, _splice, _splice),
    *(_change_characters, _nest, _change_number, _relay),
)
