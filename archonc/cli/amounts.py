"""Read amounts on the command line; what is wrong with one becomes argparse's message."""

from __future__ import annotations

import argparse
from decimal import Decimal, InvalidOperation

__all__ = ["read_count", "read_dollars"]


def read_dollars(word: str) -> Decimal:
    """Read an amount of US dollars, with its sign or without."""
    try:
        value = Decimal(word.removeprefix("$"))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value < 0:
        raise argparse.ArgumentTypeError(f"{word!r} is no amount, such as $0.05")
    return value


def read_count(word: str) -> int:
    """Read a whole number."""
    if not word.isascii() or not word.isdigit():
        raise argparse.ArgumentTypeError(f"{word!r} is no whole number")
    return int(word)
