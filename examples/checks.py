"""Checks for the examples. A check gets (candidate, question, data) and says yes or no, and why."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any


def constrained_sentence(candidate: str, question: str, data: dict[str, Any]) -> tuple[bool, str]:
    """Hold one sentence to its rule: length, one end mark, each word once, none doubled.

    `data` has `words` (each must occur once, as it is), `max_words` and, at will, `min_words`.
    """
    text = candidate.strip()
    tokens = [token.lower() for token in re.findall(r"[A-Za-z']+", text)]
    low, high = data.get("min_words", 1), data["max_words"]
    if not low <= len(tokens) <= high:
        return False, f"{len(tokens)} words, wanted {low} to {high}"
    if text[-1:] not in {".", "!", "?"} or len(re.findall(r"[.!?]", text)) != 1:
        return False, "not exactly one end mark, at the end"
    for word in data["words"]:
        if tokens.count(word) != 1:
            return False, f"`{word}` occurs {tokens.count(word)} times"
    if any(a == b for a, b in pairwise(tokens)):
        return False, "a word is repeated at once"
    return True, "keeps the rule"
