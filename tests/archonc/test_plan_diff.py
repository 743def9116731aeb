"""`archonc diff`: what is a change in meaning, and what is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archon_runtime.plan import FileSpec, PlanSpec, StepSpec
from archonc.compiler import compile_source
from archonc.report.changes import Change, Kind, compare
from archonc.report.changes_text import render_changes
from archonc.source import Source

PROGRAM = """\
archon 1
provider sim = simulated(seed: 3)
model small = sim("small", max_tokens: 60)
model judge = openai("gpt-4o-mini", temperature: 0, max_tokens: 100)
prompt brief { user: "{{query}} Be brief." }
architecture best {
  budget { calls: 9 }
  layer draft = generator(small, samples: 3, prompt: brief)
  layer critic(judge)
  layer ranker(judge, keep: 2)
  layer fuser(judge)
}
"""


def plan_of(text: str) -> PlanSpec:
    compilation = compile_source(Source("best.archon", text))
    assert compilation.plan is not None, compilation.diagnostics
    return compilation.plan


def changed(old: str, new: str) -> tuple[Change, ...]:
    assert old in PROGRAM
    return compare(plan_of(PROGRAM), plan_of(PROGRAM.replace(old, new)))


def told(changes: tuple[Change, ...]) -> list[tuple[Kind, str, str, str | None, str | None]]:
    return [
        (each.kind, each.layer, each.what, each.before, each.after)
        for each in changes
        if each.kind is not Kind.BOUNDS
    ]


@pytest.mark.parametrize(
    "replacements",
    [
        pytest.param((("\n  layer", "\n\n  # why\n    layer"),), id="space and comments"),
        pytest.param((("small", "tiny"), ('"tiny"', '"small"')), id="name of a model"),
        pytest.param((("t brief", "t short"), (": brief", ": short")), id="name of a prompt"),
        pytest.param((("sim ", "lab "), ("= sim(", "= lab(")), id="name of a provider"),
        pytest.param((("best {", "other {"),), id="name of the architecture"),
        pytest.param((("layer draft", "layer drafts"),), id="name of a layer"),
        pytest.param((("layer critic(", "layer notes = critic("),), id="name for a layer"),
        pytest.param((("archon 1", 'archon 1\nmodel n = openai("n")'),), id="unused model"),
        pytest.param((("60", "0.06k"),), id="number written otherwise"),
    ],
)
def test_what_is_no_meaning_is_no_change(replacements: tuple[tuple[str, str], ...]) -> None:
    other = PROGRAM
    for old, new in replacements:
        assert old in other
        other = other.replace(old, new)
    assert compare(plan_of(PROGRAM), plan_of(other)) == ()


def test_order_of_declarations_is_no_meaning() -> None:
    edition, *lines = PROGRAM.splitlines(keepends=True)
    declared, architecture = lines[:4], lines[4:]
    other = "".join([edition, *architecture, *reversed(declared)])
    assert compare(plan_of(PROGRAM), plan_of(other)) == ()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            "samples: 3",
            "samples: 4",
            [
                (Kind.OPTION, "draft", "samples", "3", "4"),
                (Kind.FLOW, "draft", "candidates", "3", "4"),
                (Kind.FLOW, "critic", "candidates", "3", "4"),
            ],
            id="option",
        ),
        pytest.param(
            "temperature: 0,",
            "temperature: 0.5,",
            [
                (Kind.MODEL, layer, "openai gpt-4o-mini: temperature", "0", "0.5")
                for layer in ("critic", "ranker", "fuser")
            ],
            id="model setting",
        ),
        pytest.param(
            "fuser(judge)",
            "fuser(small)",
            [
                (
                    Kind.MODEL,
                    "fuser",
                    "",
                    "openai gpt-4o-mini, temperature 0, max_tokens 100, "
                    "price $0.15 and $0.60 a million tokens",
                    "simulated small, max_tokens 60, free, provider's seed 3",
                )
            ],
            id="model",
        ),
        pytest.param(
            "  layer critic(judge)\n",
            "",
            [
                (Kind.LAYER, "critic", "", "critic(judge)", None),
                (Kind.FLOW, "ranker", "carried", "critique, rank", "rank"),
            ],
            id="layer",
        ),
        pytest.param(
            "Be brief.",
            "Be short.",
            [
                (
                    Kind.PROMPT,
                    "draft",
                    "",
                    "user:\n{{query}} Be brief.\n",
                    "user:\n{{query}} Be short.\n",
                )
            ],
            id="prompt",
        ),
        pytest.param(
            "calls: 9 }",
            "calls: 8, on_exhausted: fail }",
            [
                (Kind.BUDGET, "", "calls", "9", "8"),
                (Kind.BUDGET, "", "on_exhausted", "degrade", "fail"),
            ],
            id="budget",
        ),
        pytest.param(
            "  layer fuser(judge)\n",
            "  layer fuser(judge)\n  answer: random(seed: 7)\n",
            [(Kind.ANSWER, "", "", "first", "random(seed: 7)")],
            id="answer",
        ),
        pytest.param(
            "  layer fuser(judge)\n",
            "  layer fuser { fuser(judge), fuser(small) }\n  answer: first\n",
            [
                (Kind.STEP, "fuser", "", None, "fuser(small)"),
                (Kind.FLOW, "fuser", "candidates", "1", "2"),
            ],
            id="step",
        ),
        pytest.param(
            "seed: 3",
            "seed: 4",
            [(Kind.MODEL, "draft", "simulated small: provider's seed", "3", "4")],
            id="provider",
        ),
    ],
)
def test_change_in_meaning_is_told(
    old: str, new: str, expected: list[tuple[Kind, str, str, str | None, str | None]]
) -> None:
    changes = changed(old, new)
    assert told(changes) == expected
    assert render_changes(changes)


def test_bounds_follow_with_all_their_digits() -> None:
    changes = changed("samples: 3", "samples: 4")
    whole = {each.what: (each.before, each.after) for each in changes if not each.layer}
    assert whole["calls"] == ("6..8", "7..9")
    assert set(whole) == {"calls", "prompt tokens", "completion tokens", "cost"}


def checked(name: str, content: str) -> PlanSpec:
    """Build a plan that checks with a function of a file."""
    plan = plan_of(PROGRAM.replace("fuser(judge)", 'checker(command("true"), first: 1)'))
    *layers, last = plan.layers
    (step,) = last.steps
    assert isinstance(step, StepSpec)
    options = {**step.options, "check": {"file": name, "function": "good"}}
    last = replace(last, steps=(replace(step, options=options),))
    return replace(plan, layers=(*layers, last), files={name: FileSpec(content, "0" * 64)})


def test_file_of_a_check_is_compared_by_its_text() -> None:
    assert compare(checked("a.py", "x = 1\n"), checked("b.py", "x = 1\n")) == ()
    (change,) = compare(checked("a.py", "x = 1\n"), checked("a.py", "x = 2\n"))
    assert (change.kind, change.layer, change.what) == (Kind.FILE, "checker", "check")
    assert render_changes([change]).splitlines()[-2:] == ["  -x = 1", "  +x = 2"]


def test_layers_with_names_of_their_technique_stay_paired() -> None:
    old = plan_of(PROGRAM)
    new = plan_of(
        PROGRAM.replace("  layer critic", "  layer fuser(small, samples: 3)\n  layer critic")
    )
    changes = [each for each in compare(old, new) if each.kind in {Kind.LAYER, Kind.STEP}]
    assert changes == [Change(Kind.LAYER, "fuser", "", None, "fuser(small, samples: 3)")]
