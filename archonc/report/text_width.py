"""How wide a text can be, whatever sans-serif font a viewer has: bounds, not measures."""

from __future__ import annotations

import unicodedata

__all__ = ["fit", "text_width"]

# In ems, by Verdana and DejaVu Sans, the widest of the common ones.
_WIDTHS = {
    **dict.fromkeys("ijl'|!.,:;`", 0.40),
    **dict.fromkeys('frtI()[]{}/\\-" ', 0.46),
    **dict.fromkeys("mMWw@%…→≤≥∞", 1.0),
    **dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZ&#+=<>~_^", 0.84),
}
_OTHER = 0.65
_WIDE = 1.05
_BOLD = 1.15


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Bound the width of a line of text set in *size*, in the same unit."""
    ems = sum(_WIDTHS.get(char, _OTHER if char.isascii() else _em(char)) for char in text)
    return ems * size * (_BOLD if bold else 1.0)


def _em(char: str) -> float:
    return 0.0 if unicodedata.combining(char) else _WIDE


def fit(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """Cut a text that is too wide, with `…` at its end."""
    if text_width(text, size, bold=bold) <= room:
        return text
    kept = text
    while kept and text_width(kept + "…", size, bold=bold) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"
