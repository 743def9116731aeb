"""Import a whole folder of configurations and say what came of each; nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from archon_runtime.bounds import Range
from archonc.diagnostic.codes import CODES
from archonc.diagnostic.diagnostic import Diagnostic
from archonc.importer.import_config import import_file

__all__ = ["Outcome", "SurveyRow", "survey_folder", "survey_json", "survey_lines", "totals_json"]


class Outcome(StrEnum):
    """What came of a file."""

    IMPORTED = "imported"
    CHANGED = "imported with changes"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class SurveyRow:
    """One file. `layers`, `calls` and `left` (candidates at the end) are None if refused."""

    file: str
    outcome: Outcome
    layers: int | None
    calls: Range | None
    left: str | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes that were given, each once, in order."""
        return tuple(sorted({each.code for each in self.diagnostics}))


def survey_folder(folder: Path) -> Iterator[SurveyRow]:
    """Import every `.json` file below *folder*, by path."""
    for path in sorted(each for each in folder.rglob("*.json") if each.is_file()):
        name = path.relative_to(folder).as_posix()
        imported = import_file(path)
        if imported.plan is None:
            yield SurveyRow(name, Outcome.REFUSED, None, None, None, imported.diagnostics)
            continue
        outcome = Outcome.CHANGED if imported.diagnostics else Outcome.IMPORTED
        calls = imported.plan.bounds.calls
        yield SurveyRow(name, outcome, imported.layers, calls, imported.left, imported.diagnostics)


def survey_lines(rows: Sequence[SurveyRow]) -> Iterator[str]:
    """Write the table, file names last since they are long, and the totals."""
    table = [("outcome", "layers", "calls", "left", "codes", "file")]
    table += [
        (
            _outcome(row),
            "-" if row.layers is None else str(row.layers),
            "-" if row.calls is None else _range(row.calls),
            row.left or "-",
            " ".join(row.codes),
            row.file,
        )
        for row in rows
    ]
    widths = [max(len(line[column]) for line in table) for column in range(5)]
    for outcome, layers, calls, left, codes, file in table:
        cells = (
            outcome.ljust(widths[0]),
            layers.rjust(widths[1]),
            calls.rjust(widths[2]),
            left.rjust(widths[3]),
            codes.ljust(widths[4]),
            file,
        )
        yield "  ".join(cells).rstrip()
    yield ""
    yield _total(rows)
    yield ""
    for code, (files, findings) in _counts(rows).items():
        known = CODES[code]
        where = f"{files} file{'' if files == 1 else 's'}"
        yield f"{code}  {where:>9}, {findings:>3} found  {known.name}: {known.summary}"


def survey_json(row: SurveyRow) -> Mapping[str, object]:
    """Give a row as JSON; lines and columns count from 1."""
    return {
        "file": row.file,
        "outcome": row.outcome.value,
        "layers": row.layers,
        "calls": None if row.calls is None else {"least": row.calls.least, "most": row.calls.most},
        "left": row.left,
        "diagnostics": [_diagnostic_json(each) for each in row.diagnostics],
    }


def totals_json(rows: Sequence[SurveyRow]) -> Mapping[str, object]:
    """Give the totals as JSON."""
    outcomes = Counter(row.outcome.value for row in rows)
    return {
        "files": len(rows),
        "outcomes": {each.value: outcomes[each.value] for each in Outcome},
        "codes": {
            code: {"name": CODES[code].name, "files": files, "findings": findings}
            for code, (files, findings) in _counts(rows).items()
        },
    }


def _outcome(row: SurveyRow) -> str:
    changes = len(row.diagnostics)
    if row.outcome is not Outcome.CHANGED:
        return row.outcome.value
    return f"imported, {changes} change{'' if changes == 1 else 's'}"


def _range(calls: Range) -> str:
    most = "" if calls.most is None else str(calls.most)
    return most if most == str(calls.least) else f"{calls.least}..{most}"


def _total(rows: Sequence[SurveyRow]) -> str:
    outcomes = Counter(row.outcome for row in rows)
    parts = ", ".join(f"{outcomes[each]} {each.value}" for each in Outcome)
    return f"{len(rows)} files: {parts}"


def _counts(rows: Sequence[SurveyRow]) -> dict[str, tuple[int, int]]:
    """For each code that was given: in how many files, and how many findings."""
    files = Counter(code for row in rows for code in row.codes)
    findings = Counter(each.code for row in rows for each in row.diagnostics)
    return {code: (files[code], findings[code]) for code in sorted(files)}


def _diagnostic_json(found: Diagnostic) -> Mapping[str, object]:
    # A file that could not be read has no text, and so no place in it.
    line, column = found.source.line_column(found.primary.span.start)
    return {
        "code": found.code,
        "severity": found.severity.value,
        "message": found.message,
        "line": line,
        "column": column,
        "notes": list(found.notes),
        "helps": list(found.helps),
    }
