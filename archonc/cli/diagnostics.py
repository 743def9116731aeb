"""Show diagnostics on a stream, as people, programs or GitHub read them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from enum import StrEnum
from typing import TextIO

from archonc.diagnostic import Diagnostic, Severity

__all__ = ["Format", "show"]


class Format(StrEnum):
    """How diagnostics are written."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def show(
    diagnostics: Iterable[Diagnostic],
    stream: TextIO,
    *,
    style: Format = Format.TEXT,
    strict: bool = False,
) -> bool:
    """Print diagnostics; tell whether one is an error, or (`strict`) whether there is any."""
    failed = False
    for diagnostic in diagnostics:
        print(_render(diagnostic, style, stream), file=stream)
        failed = failed or strict or diagnostic.severity is Severity.ERROR
    return failed


def _render(diagnostic: Diagnostic, style: Format, stream: TextIO) -> str:
    # Imported here: most files are right, and need no renderer at all.
    match style:
        case Format.TEXT:
            from archonc.diagnostic.render_text import render_text

            colour = stream.isatty() and not os.environ.get("NO_COLOR")
            return render_text(diagnostic, colour=colour) + "\n"
        case Format.JSON:
            from archonc.diagnostic.render_json import render_json

            return render_json(diagnostic)
        case Format.GITHUB:
            from archonc.diagnostic.render_github import render_github

            return render_github(diagnostic)
