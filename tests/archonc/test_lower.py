"""Plans: what of a program goes in, and how."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from archon_runtime.plan import PlanSpec, walk_steps
from archon_runtime.techniques import TECHNIQUES
from archon_runtime.techniques.decode import decode_options
from archonc.compiler import compile_source
from archonc.source import Source

PROGRAM = """archon 1
provider lab = openai_compatible(base_url: "http://127.0.0.1:8000/v1", key: env("LAB_KEY"))
provider _unused = openai()
model a = lab("a", max_tokens: 1k)
model b = openai("gpt-4o-mini", max_tokens: 500, price: { prompt: $1, completion: $2 })
model _c = _unused("c")
prompt strict { user: "{{query}}" }
prompt _other { user: "{{query}} again" }
architecture one {
  layer draft { generator([a, b], samples: 2), named: generator(a, prompt: strict) }
  layer checker(python("./checks.py:good"), first: 3, timeout: 2s, on_none: pass)
  layer ranker(b, keep: up_to(2))
  layer fuser(a)
}
"""
CHECKS = "def good(question, candidate):\n    return True\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "checks.py").write_text(CHECKS, encoding="utf-8")
    return tmp_path


def plan_of(text: str, folder: Path) -> PlanSpec:
    compilation = compile_source(Source("one.archon", text), folder=folder)
    assert not compilation.diagnostics
    assert compilation.plan is not None
    return compilation.plan


def test_plan_holds_only_what_is_used(folder: Path) -> None:
    plan = plan_of(PROGRAM, folder)
    assert set(plan.providers) == {"lab", "openai"}
    assert set(plan.models) == {"a", "b"}
    assert set(plan.prompts) == {"strict", "generator", "ranker", "fuser"}
    assert set(plan.files) == {"checks.py"}


def test_plan_holds_the_text_and_digest_of_files(folder: Path) -> None:
    file = plan_of(PROGRAM, folder).files["checks.py"]
    assert file.text == CHECKS
    assert file.sha256 == hashlib.sha256(CHECKS.encode()).hexdigest()


def test_options_are_plain_values_that_can_be_read_back(folder: Path) -> None:
    plan = plan_of(PROGRAM, folder)
    steps = {step.id: step for step in walk_steps(plan.layers)}
    assert list(steps) == ["draft.1", "draft.2", "draft.named", "checker", "ranker", "fuser"]
    assert steps["checker"].options == {
        "check": {"file": "checks.py", "function": "good"},
        "trusted": False,
        "first": 3,
        "on_none": "pass",
        "timeout": 2.0,
    }
    assert steps["ranker"].options["keep"] == {"keep": 2, "up_to": True}
    for step in steps.values():
        decode_options(TECHNIQUES[step.technique], step.options)


def test_same_source_gives_the_same_plan(folder: Path) -> None:
    assert plan_of(PROGRAM, folder) == plan_of(PROGRAM, folder)


def test_plan_names_its_assumptions_and_its_source(folder: Path) -> None:
    plan = plan_of(PROGRAM, folder)
    assert plan.assumed == {"question_tokens": 1000, "retokenise": 1.3}
    assert plan.source_sha256 == hashlib.sha256(PROGRAM.encode()).hexdigest()


def test_no_secret_is_in_the_plan(folder: Path) -> None:
    assert plan_of(PROGRAM, folder).providers["lab"].options["key"] == {"env": "LAB_KEY"}


def test_prompt_named_as_a_technique_does_not_hide_its_default(folder: Path) -> None:
    plan = plan_of(
        'archon 1\nmodel a = openai("gpt-4o-mini", max_tokens: 9)\n'
        'prompt fuser { user: "{{candidates}}" }\n'
        "architecture one {\n layer generator(a, samples: 2)\n"
        " layer fuser(a, samples: 2, prompt: fuser)\n"
        " layer fuser(a)\n}",
        folder,
    )
    assert [step.prompt for step in walk_steps(plan.layers)] == [
        "generator",
        "fuser",
        "fuser.default",
    ]
    assert plan.prompts["fuser"].user == "{{candidates}}"
    assert plan.prompts["fuser.default"] == TECHNIQUES["fuser"].default_prompt


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"\xff", "A0315", "not UTF-8"),
        (b"def other(): pass", "A0317", "defines no function `good`"),
        (b"def good(:", "A0317", "not valid Python in line 1"),
        (b"async def good(): pass", "A0317", "defines no function"),
        (b"from helpers import good", None, ""),
        (b"good = len", None, ""),
    ],
)
def test_check_file_must_hold_the_function(
    tmp_path: Path, content: bytes, code: str | None, words: str
) -> None:
    (tmp_path / "checks.py").write_bytes(content)
    found = compile_source(Source("one.archon", PROGRAM), folder=tmp_path).diagnostics
    assert [each.code for each in found] == ([code] if code else [])
    assert all(words in each.message for each in found)


@pytest.mark.parametrize("path", ["../checks.py", "/etc/passwd", "link.py", "a/../../checks.py"])
def test_check_file_stays_in_the_folder(tmp_path: Path, path: str) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "checks.py").write_text(CHECKS, encoding="utf-8")
    (inside / "link.py").symlink_to(tmp_path / "checks.py")
    text = PROGRAM.replace("./checks.py", path)
    found = compile_source(Source("one.archon", text), folder=inside).diagnostics
    assert [each.code for each in found] == ["A0316"]


def test_check_file_that_is_a_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "checks.py").mkdir()
    found = compile_source(Source("one.archon", PROGRAM), folder=tmp_path).diagnostics
    assert [each.code for each in found] == ["A0315"]


def test_plan_holds_the_files_that_a_command_names(folder: Path) -> None:
    (folder / "tests.py").write_text("import sys\nsys.exit('good' not in sys.stdin.read())\n")
    text = PROGRAM.replace('python("./checks.py:good")', 'command("python", "tests.py", "-v")')
    assert set(plan_of(text, folder).files) == {"tests.py"}


def test_script_that_a_command_names_must_be_there(folder: Path) -> None:
    text = PROGRAM.replace('python("./checks.py:good")', 'command("python", "tests.py")')
    compilation = compile_source(Source("one.archon", text), folder=folder)
    assert [each.code for each in compilation.diagnostics] == ["A0315"]
