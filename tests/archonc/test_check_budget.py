"""Costs, budgets and context windows."""

from __future__ import annotations

from decimal import Decimal

from archon_runtime.bounds import Range
from archon_runtime.plan import BudgetSpec, OnExhausted
from archonc.check import Assumptions
from tests.archonc.check_text import MODELS, check_text, codes, sound


def test_budget_is_typed() -> None:
    architecture = sound(
        "budget { calls: 20, tokens: 120k, prompt_tokens: 90k, completion_tokens: 30k, "
        "cost: $0.25, time: 90s, on_exhausted: fail }\nlayer generator(a)"
    )
    expected = BudgetSpec(20, 120_000, 90_000, 30_000, Decimal("0.25"), 90.0, OnExhausted.FAIL)
    assert architecture.budget == expected


def test_layer_has_a_budget_of_its_own() -> None:
    architecture = sound(
        "layer draft { budget { calls: 9 }, generator(a, samples: 2) }\nanswer: all"
    )
    assert architecture.layers[0].budget == BudgetSpec(calls=9)
    assert architecture.budget is None


def test_an_exact_budget_is_enough() -> None:
    body = "budget {{ calls: {} }}\nlayer generator(a, samples: 4)\nlayer fuser(a)"
    assert codes(body.format(5)) == []
    assert codes(body.format(4)) == ["A0401"]


def test_a_cost_below_the_least_is_reported() -> None:
    body = "budget {{ cost: ${} }}\nlayer generator(a)"
    assert codes(body.format("0.000001")) == []
    assert codes(body.format("0.0000009")) == ["A0401"]


def test_window_counts_what_one_call_is_shown() -> None:
    models = MODELS + 'model small = openai("s", max_tokens: 500, window: {})\n'
    body = "layer generator(a, samples: 4)\nlayer critic(a)\nlayer ranker(small, keep: 1)"
    assert codes(body, models=models.format(8500)) == []
    assert codes(body, models=models.format(8499)) == ["A0403"]


def test_window_of_a_fuser_with_samples_counts_one_call() -> None:
    models = MODELS + 'model small = openai("s", max_tokens: 500, window: 2500)\n'
    body = "layer generator(a, samples: 2)\nlayer fuser(small, samples: 8)\nanswer: first"
    assert codes(body, models=models) == []


def test_cost_comes_from_prices_and_bounds() -> None:
    architecture = sound(
        "layer generator(a, samples: 2)\nanswer: all", assumed=Assumptions(question_tokens=0)
    )
    prompt = architecture.bounds.prompt_tokens
    assert prompt.most is not None
    assert architecture.cost.least_usd == Decimal(prompt.least) / 1_000_000
    assert architecture.cost.most_usd == Decimal(prompt.most + 2 * 2000) / 1_000_000


def test_cost_is_unknown_without_a_price_and_unbounded_without_max_tokens() -> None:
    checked, _ = check_text("layer generator(a)", priced=False)
    assert checked.architectures[0].cost.most_usd is None
    checked, _ = check_text("layer generator(c)", models='archon 1\nmodel c = openai("c")\n')
    architecture = checked.architectures[0]
    assert architecture.bounds.completion_tokens == Range(0, None)
    assert architecture.cost.least_usd is not None
    assert architecture.cost.most_usd is None


def test_free_models_cost_nothing_even_without_max_tokens() -> None:
    checked, _ = check_text("layer generator(c)", models='archon 1\nmodel c = ollama("c")\n')
    assert checked.architectures[0].cost.most_usd == 0
