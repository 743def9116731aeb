"""Read the name of a lint from the command line."""

from __future__ import annotations

from archonc.diagnostic.codes_lint import LINT_CODES
from archonc.diagnostic.suggest import suggest

__all__ = ["lint_code"]


def lint_code(text: str) -> str:
    """Give the code of a lint, by its code or its name."""
    names = {name: each.code for each in LINT_CODES for name in (each.code, each.name)}
    if text in names:
        return names[text]
    # Imported here: a command without options does without it.
    import argparse

    near = suggest(text, names)
    hint = f"; did you mean {near}?" if near else ""
    raise argparse.ArgumentTypeError(f"there is no lint {text}{hint}")
