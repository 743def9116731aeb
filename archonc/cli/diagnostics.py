"""Show diagnostics on a stream."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TextIO

from archonc.diagnostic import Diagnostic, Severity, render_text

__all__ = ["show"]


def show(diagnostics: Iterable[Diagnostic], stream: TextIO) -> bool:
    """Print diagnostics, a blank line between them; tell whether one is an error."""
    colour = stream.isatty() and not os.environ.get("NO_COLOR")
    failed = False
    for diagnostic in diagnostics:
        print(render_text(diagnostic, colour=colour), end="\n\n", file=stream)
        failed = failed or diagnostic.severity is Severity.ERROR
    return failed
