"""Changes to a JSON text that leave it JSON, or almost."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

__all__ = ["ODD", "mutate_json", "mutate_tree", "parts"]

ODD: tuple[object, ...] = (
    *(None, True, False, 0, 1, -1, 2, 5, 100, 2**31, 2**63, -(10**30), 10**400),
    *(0.5, -0.0, 1e-300, 1e300, "", "x", " ", "é", "\0", "\n", "\ud800", "\u202e", "a" * 300),
    *(
        "1",
        "0.5",
        "-1",
        "1e3",
        "1E+999999",
        "1e-999999",
        "NaN",
        "-Infinity",
        "{{query}}",
        "{query}",
    ),
    *(
        [],
        {},
        [[]],
        [{}],
        {"": None},
        [1, "a"],
        "../x",
        "/etc/passwd",
        "http://a:b@c/v1",
        "()",
        "[a",
    ),
)
MOST_COPIED = 500
"""Longest text of a value that is put in many times: what doubles itself outgrows any memory."""

_SIGNS = ("{", "}", "[", "]", ",", ":", '"', "'", "\\", "\n", "\\ud800", "\\u0000", "NaN", "1e999")
_NUMBERS = ("1e999", "-1e999", "0.0000000000000001", "9" * 30, "NaN", "Infinity", "1E400", "-0")


def parts(tree: Any) -> Iterator[tuple[Any, Any]]:
    """List every place in a JSON value: what holds it, and its key there."""
    left = [tree]
    while left:
        holder = left.pop()
        keys = holder if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            yield holder, key
            if isinstance(holder[key], dict | list):
                left.append(holder[key])


def mutate_tree(tree: Any, chance: random.Random) -> None:
    """Replace, move, rename, take out, double or nest something in *tree*."""
    places = list(parts(tree)) if isinstance(tree, dict | list) else []
    if not places:
        return
    holder, key = chance.choice(places)
    alike = [(o, k) for o, k in places if type(o[k]) is type(holder[key])]
    # A value of the same type is more likely to mean something.
    other, other_key = chance.choice(alike if chance.random() < 0.7 else places)
    written = json.dumps(other[other_key])
    copied = json.loads(written)
    many = 50 if len(written) < MOST_COPIED else 1
    match chance.randrange(9):
        case 0 | 1:
            # A copy: later changes would change the one in the table, until it holds itself.
            holder[key] = deepcopy(chance.choice(ODD))
        case 2 | 7 | 8:
            holder[key] = copied
        case 3:
            del holder[key]
        case 4 if isinstance(holder, list):
            # Each a copy of its own: a change to one would be a change to all, and multiply.
            copies = chance.choice((1, 1, 3, many))
            holder[key:key] = [json.loads(written) for _ in range(copies)]
        case 4 | 5 if isinstance(holder, dict):
            name = (
                other_key if isinstance(other_key, str) else chance.choice(("", "x", "é", "\ud800"))
            )
            holder[name] = holder.pop(key)
        case _:
            for _ in range(chance.choice((1, 2, 150))):
                holder[key] = [holder[key]] if chance.random() < 0.5 else {"layers": holder[key]}


def mutate_json(text: str, chance: random.Random) -> str:
    """Change some values of a JSON text; now and then, its characters."""
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        return _change_characters(text, chance)
    try:
        for _ in range(chance.choice((1, 1, 2, 4))):
            mutate_tree(tree, chance)
        written = json.dumps(
            tree, indent=chance.choice((None, 1)), ensure_ascii=chance.random() < 0.5
        )
    except (ValueError, RecursionError):
        return text
    return _change_characters(written, chance) if chance.random() < 0.15 else written


def _change_characters(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    piece = chance.choice((*_SIGNS, *_NUMBERS))
    return text[:at] + piece + text[at + chance.choice((0, 0, 1, 4)) :]
