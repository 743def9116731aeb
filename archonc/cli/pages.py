"""The page of a diagnostic's code, as plain text for a terminal."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from archon_runtime.data import specs_folder
from archonc.cli.exit_codes import EXIT_ERROR
from archonc.diagnostic.codes import CODES
from archonc.diagnostic.suggest import suggest

__all__ = ["plain_page", "print_page"]

_RUN_TIME = re.compile(r"R\d{4}")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")


def print_page(word: str) -> int:
    """Print the page of a code, which may also be named by its name; or guess another."""
    folder = specs_folder() / "diagnostics"
    codes = sorted(path.stem for path in folder.glob("*.md"))
    by_name = {CODES[code].name: code for code in codes if code in CODES}
    code = by_name.get(word, word.upper())
    if code in codes:
        print(plain_page((folder / f"{code}.md").read_text(encoding="utf-8")), end="")
        return 0
    if _RUN_TIME.fullmatch(code):
        hint = "; codes that begin with R are of runs, and their messages say what to do"
    else:
        near = suggest(word, by_name) if "-" in word else suggest(code, codes)
        hint = f"; did you mean `{near}`?" if near else f"; there are {codes[0]} to {codes[-1]}"
    print(f"archonc explain: there is no page of `{word}`{hint}", file=sys.stderr)
    return EXIT_ERROR


def plain_page(page: str) -> str:
    """Turn a page's Markdown into text: headings underlined, programs indented, no marks."""
    return "\n".join(_lines(page.rstrip("\n").split("\n"))) + "\n"


def _lines(lines: list[str]) -> Iterator[str]:
    in_program = False
    for line in lines:
        if line.startswith("```"):
            in_program = not in_program
        elif in_program:
            yield f"    {line}".rstrip()
        elif line.startswith("#"):
            marks, _, title = line.partition(" ")
            yield title
            yield ("=" if len(marks) == 1 else "-") * len(title)
        else:
            yield _LINK.sub(_link, line)


def _link(found: re.Match[str]) -> str:
    text, target = found.groups()
    page = Path(target)
    if page.suffix == ".md" and page.parent == Path():
        return f"archonc explain {text}"
    return f"{text} ({target})" if "://" in target else f"{text} (specs/{target.lstrip('./')})"
