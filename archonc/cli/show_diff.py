"""Print how a file would change, as a unified diff that `patch` reads."""

from __future__ import annotations

import difflib
import sys
from io import StringIO

__all__ = ["print_diff"]


def print_diff(name: str, old: str, new: str) -> None:
    """Print on stdout; nothing if nothing would change."""
    # By line feeds alone: `splitlines` knows more line ends than `patch` does.
    before, after = list(StringIO(old, newline="\n")), list(StringIO(new, newline="\n"))
    for line in difflib.unified_diff(before, after, name, name):
        sys.stdout.write(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
