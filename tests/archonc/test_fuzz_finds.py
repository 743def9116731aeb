"""Inputs that once made the compiler raise or run for minutes, as small as they could be made.

`make fuzz` found them, or a look at what it could not reach in its time.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from archonc.compiler import check_source
from archonc.source import Source

MODELS = """archon 1
model a = simulated("a", max_tokens: 1k)
model b = simulated("b", max_tokens: 1k)
"""


def codes(text: str, folder: Path | None = None) -> list[str]:
    found = check_source(Source("found.archon", text), folder=folder)
    return [each.code for each in found if each.code.startswith("A")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param('archon 1\nimport "a\\u0000b" as x\n', "A0213", id="NUL in an import"),
        pytest.param(
            f'archon 1\nimport "{"a" * 300}/b" as x\n', "A0213", id="import from a long name"
        ),
        pytest.param(
            MODELS + "architecture one {\n  layer generator(a)\n"
            '  layer checker(python("a\\u0000.py:good"))\n}\n',
            "A0221",
            id="NUL in a check",
        ),
    ],
)
def test_path_that_is_none_is_reported(text: str, code: str, tmp_path: Path) -> None:
    assert code in codes(text, tmp_path)


def test_import_through_links_in_a_circle_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert codes('archon 1\nimport "a/x.archon" as x\n', tmp_path) == ["A0213"]
