"""Fallbacks of models: what goes into the plan, and what counts into the worst case."""

from __future__ import annotations

from decimal import Decimal

from archon_runtime.plan import PlanSpec
from archonc.compiler import Compiler, check_source
from archonc.source import Source

PROGRAM = """archon 1
provider other = openai_compatible(base_url: "http://127.0.0.1:8000/v1")
model small = openai("s", max_tokens: 100, price: {{ prompt: $1, completion: $1 }}{more})
model large = openai("l", max_tokens: 300, price: {{ prompt: $9, completion: $9 }}, fallback: spare)
model spare = other("s", max_tokens: 200, price: {{ prompt: $2, completion: $2 }}{window})
architecture one {{
  layer generator(small, samples: 4)
  layer fuser(small)
}}
"""


def text(more: str = ", fallback: [large]", window: str = "") -> str:
    return PROGRAM.format(more=more, window=window)


def plan_of(program: str) -> PlanSpec:
    compilation = Compiler(lints=False).compile(Source("one.archon", program))
    assert not compilation.diagnostics
    assert compilation.plan is not None
    return compilation.plan


def test_plan_holds_all_models_that_may_answer_and_their_providers() -> None:
    plan = plan_of(text())
    assert set(plan.models) == {"small", "large", "spare"}
    assert set(plan.providers) == {"openai", "other"}
    assert plan.models["small"].fallback == ("large",)
    assert plan.models["large"].fallback == ("spare",)


def test_model_without_fallback_brings_no_other() -> None:
    assert set(plan_of(text("")).models) == {"small"}


def test_bounds_hold_for_whoever_answers() -> None:
    alone, plan = plan_of(text("")), plan_of(text())
    assert plan.bounds.calls == alone.bounds.calls
    assert alone.bounds.completion_tokens.most == 5 * 100
    assert plan.bounds.completion_tokens.most == 5 * 300
    prompt, completion = plan.bounds.prompt_tokens, plan.bounds.completion_tokens
    assert prompt.most is not None
    assert prompt.most > (alone.bounds.prompt_tokens.most or 0)
    most = prompt.most + (completion.most or 0)
    assert plan.cost_most_usd == Decimal(9 * most) / 1_000_000
    assert plan.cost_least_usd == alone.cost_least_usd


def test_window_of_a_fallback_must_hold_what_is_shown() -> None:
    found = check_source(Source("p.archon", text(window=", window: 1000")))
    assert [each.code for each in found] == ["A0403"]
    assert "the window of `spare`" in found[0].message


def test_price_of_a_fallback_is_needed_under_a_limit_of_cost() -> None:
    program = text().replace(", price: { prompt: $2, completion: $2 }", "")
    program = program.replace("{\n  layer gen", "{\n  budget { cost: $1 }\n  layer gen")
    found = check_source(Source("p.archon", program))
    assert ("A0402", "`spare`") in {
        (each.code, each.message.split(" of ")[1].split()[0]) for each in found
    }


def test_row_of_fallbacks_has_an_end() -> None:
    rows = [f'model m{i} = openai("m", max_tokens: 9, fallback: m{i + 1})' for i in range(40)] + [
        'model m40 = openai("m", max_tokens: 9)'
    ]
    program = "\n".join(["archon 1", *rows, "architecture one { layer generator(m0) }"])
    found = check_source(Source("p.archon", program))
    assert {each.code for each in found} == {"A0312"}
