"""The entry points: all passes with one sink, and which architecture is compiled."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import archonc
from archonc.compiler import check_source, compile_source
from archonc.source import Source

MODEL = 'archon 1\nmodel a = openai("gpt-4o-mini", max_tokens: 1k)\n'
TWO = MODEL + "architecture one { layer generator(a) }\narchitecture two { layer generator(a) }\n"


def codes(text: str, architecture: str | None = None) -> list[str]:
    found = compile_source(Source("t.archon", text), architecture=architecture).diagnostics
    return [each.code for each in found]


def test_the_only_architecture_is_compiled() -> None:
    text = MODEL + "architecture only { layer generator(a) }"
    plan = compile_source(Source("t.archon", text)).plan
    assert plan is not None
    assert plan.name == "only"


def test_one_of_several_is_compiled_by_its_name() -> None:
    plan = compile_source(Source("t.archon", TWO), architecture="two").plan
    assert plan is not None
    assert plan.name == "two"


@pytest.mark.parametrize(
    ("text", "architecture", "expected"),
    [
        (TWO, None, ["A0211"]),
        (TWO, "three", ["A0212"]),
        (MODEL, None, ["A0212"]),
        (MODEL + "architecture one {", None, ["A0102"]),
    ],
)
def test_architecture_that_cannot_be_chosen_is_reported(
    text: str, architecture: str | None, expected: list[str]
) -> None:
    assert codes(text, architecture) == expected


def test_checking_needs_no_choice() -> None:
    assert check_source(Source("t.archon", TWO)) == ()
    assert check_source(Source("t.archon", MODEL)) == ()


def test_an_error_anywhere_in_the_file_makes_no_plan() -> None:
    text = TWO + "architecture three { layer fuser(a) }"
    compilation = compile_source(Source("t.archon", text), architecture="one")
    assert compilation.plan is None
    assert [each.code for each in compilation.diagnostics] == ["A0302"]


def test_a_warning_does_not_stop_compilation() -> None:
    text = (
        MODEL + 'prompt p { user: "{query} {{query}}" }\n'
        "architecture one { layer generator(a, prompt: p) }"
    )
    compilation = compile_source(Source("t.archon", text))
    assert [each.code for each in compilation.diagnostics] == ["A0210"]
    assert compilation.plan is not None


def test_files_of_checks_are_looked_for_only_in_a_folder(tmp_path: Path) -> None:
    text = MODEL + 'architecture one { layer generator(a), layer checker(python("c.py:f")) }'
    source = Source("t.archon", text)
    assert check_source(source) == ()
    assert [each.code for each in check_source(source, folder=tmp_path)] == ["A0315"]
    assert [each.code for each in compile_source(source).diagnostics] == ["A0315"]


def test_syntax_and_flow_errors_are_reported_in_one_run() -> None:
    text = (
        MODEL + "model b = openai(\n"
        "architecture one { layer generator(a, samples: 2) }\n"
        "architecture two { layer fuser(b) }\n"
    )
    found = [each.code for each in check_source(Source("t.archon", text))]
    assert found[0].startswith("A01")
    assert found[1:] == ["A0304", "A0302"]


def test_public_names_are_there() -> None:
    for name in archonc.__all__:
        assert getattr(archonc, name) is not None
    with pytest.raises(AttributeError, match="nothing"):
        _ = archonc.nothing


def test_checking_loads_neither_clients_nor_event_loops() -> None:
    program = (
        "import sys, archonc.compiler as c; from archonc.source import Source; "
        f"c.check_source(Source('t', {TWO!r})); "
        "print(*({'aiohttp', 'anyio', 'rich', 'asyncio', 'sqlite3'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


def test_diagnostics_are_cheap_to_import() -> None:
    program = "import sys, archonc.diagnostic.diagnostic; print(*({'lark'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


def test_a_file_is_checked_and_compiled_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "c.py").write_text("def f(question, candidate):\n    return True\n")
    path = tmp_path / "one.archon"
    path.write_text(
        MODEL + 'architecture one { layer generator(a), layer checker(python("c.py:f")) }'
    )
    assert archonc.check_file(path) == ()
    plan = archonc.compile_file(path).plan
    assert plan is not None
    assert set(plan.files) == {"c.py"}


def test_a_file_that_is_not_there_is_a_diagnostic(tmp_path: Path) -> None:
    path = tmp_path / "none.archon"
    assert [each.code for each in archonc.check_file(path)] == ["A0001"]
    assert [each.code for each in archonc.compile_file(path).diagnostics] == ["A0001"]
