"""What `explain`, `graph` and `diff` make of the funnel; `make golden` writes the snapshots."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from archon_runtime.plan import PlanSpec
from archonc.compiler import compile_source
from archonc.report.changes import compare
from archonc.report.changes_text import render_changes
from archonc.report.explain import explain
from archonc.report.figure import make_figure
from archonc.report.mermaid import render_mermaid
from archonc.report.svg import render_svg
from archonc.source import Source

FOLDER = Path(__file__).parent / "reports"
FUNNEL = Path(__file__).parents[2] / "examples" / "06_funnel.archon"
SHOWN = {"funnel.svg": FUNNEL.with_suffix(".svg")}
"""Reports that README shows stand beside their program."""
UPDATE = bool(os.environ.get("ARCHON_UPDATE_GOLDEN"))
CHANGES = (
    ("samples: 2)\n  layer critic(judge)\n  layer ranker(judge, keep: 8)", "samples: 3)"),
    ('judge = openai("gpt-4.1-mini", temperature: 0', 'judge = openai("gpt-4.1-mini", top_p: 0.9'),
    ("layer fuser(large)", "layer fuser(large, prompt: short)"),
    ("architecture funnel", 'prompt short { user: "{{query}} {{candidates}}" }\narchitecture f'),
    ("calls: 60", "calls: 70"),
)


NESTED = """\
archon 1
model small = openai("gpt-4o-mini", max_tokens: 500)
model large = openai("gpt-4o", max_tokens: 500)
model judge = openai("gpt-4.1-mini", temperature: 0, max_tokens: 800)
architecture best_of(n: int = 4, m: model = small) {
  budget { calls: 9 }
  layer draft = generator(m, samples: n)
  layer ranker(judge, keep: 1)
}
architecture panel {
  budget { calls: 40, cost: $0.10 }
  layer draft {
    best_of()
    best_of()
    mine: best_of(n: 2, m: large)
    generator(large)
  }
  layer critic(judge)
  layer fuser(large)
}
"""


def plan_of(text: str, architecture: str | None = None) -> PlanSpec:
    compilation = compile_source(Source("funnel.archon", text), architecture=architecture)
    assert compilation.plan is not None, compilation.diagnostics
    return compilation.plan


def changes() -> str:
    text = changed = FUNNEL.read_text(encoding="utf-8")
    for old, new in CHANGES:
        assert old in changed
        changed = changed.replace(old, new, 1)
    return render_changes(compare(plan_of(text), plan_of(changed)))


def funnel() -> PlanSpec:
    return plan_of(FUNNEL.read_text(encoding="utf-8"))


def nested(old: str = "", new: str = "") -> PlanSpec:
    return plan_of(NESTED.replace(old, new) if old else NESTED, "panel")


REPORTS: dict[str, Callable[[], str]] = {
    "funnel.explain.txt": lambda: explain(funnel()),
    "funnel.svg": lambda: render_svg(make_figure(funnel())),
    "funnel.mmd": lambda: render_mermaid(make_figure(funnel())),
    "funnel.diff.txt": changes,
    "nested.explain.txt": lambda: explain(nested()),
    "nested.svg": lambda: render_svg(make_figure(nested())),
    "nested.mmd": lambda: render_mermaid(make_figure(nested())),
    "nested.diff.txt": lambda: render_changes(compare(nested(), nested("n: 2", "n: 3"))),
}


def place(name: str) -> Path:
    return SHOWN.get(name, FOLDER / name)


@pytest.mark.skipif(UPDATE, reason="the snapshots are being rewritten")
@pytest.mark.parametrize("name", REPORTS)
def test_report_looks_as_its_snapshot(name: str) -> None:
    assert REPORTS[name]() == place(name).read_text(encoding="utf-8")


@pytest.mark.skipif(not UPDATE, reason="only on ARCHON_UPDATE_GOLDEN=1")
def test_reports_are_rewritten() -> None:
    assert not os.environ.get("CI"), "snapshots are rewritten by hand and reviewed, never in CI"
    for name, report in REPORTS.items():
        place(name).write_text(report(), encoding="utf-8")
