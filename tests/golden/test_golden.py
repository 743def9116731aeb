"""Golden programs: what the compiler says, line by line, and how it looks.

An expectation stands on the line that a diagnostic's primary label begins on:
`#! A0301 "a part of its message"`, as many as there are. Programs are separated by
`---`. The block of `#|` lines that ends a program is what the diagnostics look like;
`ARCHON_UPDATE_GOLDEN=1` (`make golden`) writes it anew. In `lints.archon`, a line
`#+ L011` enables a lint that is off by itself.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from archonc.compiler import check_source, compile_source
from archonc.diagnostic.codes_check import HOLES_LEFT
from archonc.diagnostic.diagnostic import Diagnostic
from archonc.diagnostic.render_text import render_text
from archonc.source import Source

FOLDER = Path(__file__).parent
LINTS = "lints.archon"
UPDATE = bool(os.environ.get("ARCHON_UPDATE_GOLDEN"))
_ENABLED = re.compile(r"^#\+ (L\d+)$", re.MULTILINE)
_EXPECTED = re.compile(r'#! ([AL]\d+)(?: "((?:[^"\\]|\\.)*)")?')


@dataclass(frozen=True, slots=True)
class Case:
    """A golden program; `text` is without expectations and without the snapshot."""

    file: str
    number: int
    text: str
    written: str
    expected: tuple[tuple[int, str, str], ...]
    snapshot: str

    @property
    def name(self) -> str:
        return f"{self.file.removesuffix('.archon')}-{self.number}"


def read_cases(path: Path) -> Iterator[Case]:
    for number, part in enumerate(path.read_text(encoding="utf-8").split("\n---\n"), start=1):
        written, _, block = part.rstrip("\n").partition("\n#|")
        lines, expected = [], []
        for line_number, line in enumerate(written.split("\n"), start=1):
            found = list(_EXPECTED.finditer(line))
            expected += [(line_number, each[1], each[2] or "") for each in found]
            lines.append(line[: found[0].start()].rstrip() if found else line)
        snapshot = "\n".join(
            line.removeprefix("#|").removeprefix(" ") for line in block.split("\n")
        )
        yield Case(path.name, number, "\n".join(lines) + "\n", written, tuple(expected), snapshot)


def all_cases() -> list[Case]:
    return [case for path in sorted(FOLDER.glob("*.archon")) for case in read_cases(path)]


def diagnose(case: Case) -> tuple[Diagnostic, ...]:
    source = Source(f"{case.name}.archon", case.text)
    if case.file == LINTS:
        # What is found in a whole file: none of its architectures has to be chosen.
        enabled = _ENABLED.findall(case.text)
        return check_source(source, folder=FOLDER, enabled=enabled)
    return diagnose_text(source, {code for _, code, _ in case.expected})


def diagnose_text(source: Source, expected: set[str]) -> tuple[Diagnostic, ...]:
    """Compile; a search space, which is not meant to be compiled, is checked."""
    found = compile_source(source, folder=FOLDER).diagnostics
    spaces = any(each.code == HOLES_LEFT for each in found) and HOLES_LEFT not in expected
    return check_source(source, folder=FOLDER) if spaces else found


def line_of(found: Diagnostic, case: Case) -> int:
    """Line of a diagnostic; of one in an imported file, that of the import."""
    if found.source.name == f"{case.name}.archon":
        return found.source.line_column(found.primary.span.start)[0]
    return case.text[: case.text.index("import ")].count("\n") + 1


def render(diagnostics: tuple[Diagnostic, ...]) -> str:
    return "\n\n".join(render_text(each).rstrip("\n") for each in diagnostics)


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_golden_program_gives_what_its_lines_say(case: Case) -> None:
    found = [(line_of(each, case), each.code, each.message) for each in diagnose(case)]
    left = list(found)
    for line, code, text in case.expected:
        match = next((f for f in left if f[:2] == (line, code) and text in f[2]), None)
        assert match is not None, f"line {line}: {code} {text!r} is not among {found}"
        left.remove(match)
    assert not left, "diagnostics that no line expects"


@pytest.mark.skipif(UPDATE, reason="the snapshots are being rewritten")
@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_golden_program_looks_as_its_snapshot(case: Case) -> None:
    assert render(diagnose(case)) == case.snapshot.lstrip("\n")


@pytest.mark.skipif(not UPDATE, reason="only on ARCHON_UPDATE_GOLDEN=1")
def test_snapshots_are_rewritten() -> None:
    assert not os.environ.get("CI"), "snapshots are rewritten by hand and reviewed, never in CI"
    for path in sorted(FOLDER.glob("*.archon")):
        programs = []
        for case in read_cases(path):
            shown = render(diagnose(case))
            block = [f"#| {line}".rstrip() for line in shown.split("\n")] if shown else []
            programs.append("\n".join([case.written, *block]))
        path.write_text("\n---\n".join(programs) + "\n", encoding="utf-8")
