"""Golden configurations: what the import says of each, and the program that it writes.

Beside `import/NAME.json` stands `import/NAME.expected`: the diagnostics as they are
shown, and after `---` the program, if there is one. `ARCHON_UPDATE_GOLDEN=1` (`make
golden`) writes it anew.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from archonc.diagnostic.render_text import render_text
from archonc.importer import import_source
from archonc.source import Source

FOLDER = Path(__file__).parent / "import"
UPDATE = bool(os.environ.get("ARCHON_UPDATE_GOLDEN"))


@dataclass(frozen=True, slots=True)
class ImportCase:
    """A golden configuration and what is expected of it."""

    path: Path
    snapshot: str

    @property
    def name(self) -> str:
        return self.path.stem


def all_imports() -> list[ImportCase]:
    return [ImportCase(path, read_expected(path)) for path in sorted(FOLDER.glob("*.json"))]


def read_expected(path: Path) -> str:
    expected = path.with_suffix(".expected")
    return expected.read_text(encoding="utf-8") if expected.exists() else ""


def shown(case: ImportCase) -> str:
    text = case.path.read_text(encoding="utf-8")
    imported = import_source(Source(case.path.name, text))
    said = "\n\n".join(render_text(each) for each in imported.diagnostics)
    program = "" if imported.text is None else f"---\n{imported.text}"
    return "".join(f"{part}\n" for part in (said, program.rstrip("\n")) if part)


@pytest.mark.skipif(UPDATE, reason="the snapshots are being rewritten")
@pytest.mark.parametrize("case", all_imports(), ids=lambda case: case.name)
def test_golden_config_gives_what_stands_beside_it(case: ImportCase) -> None:
    assert shown(case) == case.snapshot


@pytest.mark.skipif(not UPDATE, reason="only on ARCHON_UPDATE_GOLDEN=1")
def test_import_snapshots_are_rewritten() -> None:
    assert not os.environ.get("CI"), "snapshots are rewritten by hand and reviewed, never in CI"
    for case in all_imports():
        case.path.with_suffix(".expected").write_text(shown(case), encoding="utf-8")


def test_every_snapshot_has_its_config() -> None:
    assert {path.stem for path in FOLDER.glob("*.expected")} == {
        case.name for case in all_imports()
    }
