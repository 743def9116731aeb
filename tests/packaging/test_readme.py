"""What README shows is true: its program compiles, and its mistakes look as they are shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archonc.compiler import Compiler, check_source
from archonc.diagnostic import render_text
from archonc.report.explain import explain
from archonc.source import Source

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS: list[tuple[str, str]] = re.findall(r"```(\w*)\n(.*?)```", README, flags=re.DOTALL)


def program() -> str:
    return next(block for _, block in BLOCKS if "\narchon 1\n" in block)


def test_program_of_readme_is_right() -> None:
    assert check_source(Source("panel.archon", program())) == ()


def test_mistakes_of_readme_look_as_they_are_shown() -> None:
    shown = next(block for _, block in BLOCKS if block.startswith("error["))
    wrong = program().replace("keep: 5", "keep: 12").replace("critic(judge)", "critic(juge)")
    found = check_source(Source("panel.archon", wrong))
    assert "\n\n".join(render_text(diagnostic) for diagnostic in found) == shown.rstrip()


def test_table_of_readme_is_what_explain_prints() -> None:
    shown = next(block for _, block in BLOCKS if block.startswith("$ archonc explain"))
    command, table = shown.split("\n", 1)
    (plan,) = Compiler().compile_each(ROOT / command.split()[-1]).plans
    assert table == explain(plan)


def test_readme_names_every_command_that_there_is() -> None:
    from archonc.cli.main import COMMANDS

    assert all(f"archonc {name}" in README for name in COMMANDS)


def test_links_of_readme_lead_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link.partition("#")[0]).exists()] == []


@pytest.mark.parametrize(
    ("start", "example"),
    [
        ("architecture best_of_eight", "02_best_of_eight.archon"),
        ("architecture space", "08_space.archon"),
    ],
)
def test_excerpts_of_readme_are_lines_of_the_examples(start: str, example: str) -> None:
    shown = next(block for _, block in BLOCKS if block.startswith(start))
    text = (ROOT / "examples" / example).read_text(encoding="utf-8")
    assert set(shown.splitlines()) <= set(text.splitlines())
