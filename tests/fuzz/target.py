"""What a fuzz target is, and what every input must come through."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from archonc.diagnostic import Diagnostic, render_text

__all__ = ["Mutate", "Target", "assert_shown", "decode", "encode"]

Mutate = Callable[[str, random.Random], str]


@dataclass(frozen=True, slots=True)
class Target:
    """A function that must not raise, whatever text it gets.

    `seeds` are texts that reach deep into it; `mutate` changes one so that most of it
    still means something.
    """

    name: str
    run: Callable[[str], None]
    seeds: Callable[[], tuple[str, ...]]
    mutate: Mutate


def assert_shown(diagnostics: Iterable[Diagnostic]) -> None:
    """Every place lies inside its own text, and every diagnostic can be printed."""
    for found in diagnostics:
        places = [(found.source, found.primary.span)]
        places += [(each.source or found.source, each.span) for each in found.secondary]
        places += [(found.source, each.span) for each in found.edits]
        for source, span in places:
            assert 0 <= span.start <= span.end <= len(source.text), (found.code, span)
        # Encoded, since a terminal takes no lone surrogates.
        assert render_text(found).encode()


def decode(data: bytes) -> str:
    """Make a text of any bytes; what is no UTF-8 becomes lone surrogates."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """Make bytes of a text, so that `decode` gives it back."""
    return text.encode("utf-8", "surrogatepass")
