"""The size gate: files and functions that can be read in one sitting."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("archonc", "runtime", "tests", "tools", "examples")
MOST_FILE_LINES = 250
MOST_FUNCTION_LINES = 40
# path, or path:function -> why it may be longer
EXCEPTIONS = {
    "archonc/syntax/nodes.py": "the AST is looked up as one list: a few lines for each construct",
    "archonc/syntax/tables.py": "made by tools/make_parser.py: a line for each row of a table",
}

FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*.py")
)


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring."""
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    doc = (first.end_lineno or first.lineno) - first.lineno + 1 if documented else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - doc


@pytest.mark.parametrize("name", FILES)
def test_file_and_its_functions_are_short(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    lines = len(text.splitlines())
    assert lines <= MOST_FILE_LINES or name in EXCEPTIONS, f"{name} has {lines} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            here = f"{name}:{node.name}"
            found = length(node)
            assert found <= MOST_FUNCTION_LINES or here in EXCEPTIONS, f"{here} has {found} lines"


def test_grammar_and_files_were_found() -> None:
    assert len(FILES) > 40


def test_exceptions_have_a_reason_and_are_needed() -> None:
    for name, reason in EXCEPTIONS.items():
        assert reason
        path, _, function = name.partition(":")
        text = (ROOT / path).read_text(encoding="utf-8")
        if function:
            nodes = [
                node
                for node in ast.walk(ast.parse(text))
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                and node.name == function
            ]
            assert any(length(node) > MOST_FUNCTION_LINES for node in nodes), name
        else:
            assert len(text.splitlines()) > MOST_FILE_LINES, name
