"""Architectures as components: their plan, their bounds, what holds inside them."""

from __future__ import annotations

import pytest

from archon_runtime import Plan, run_sync
from archon_runtime.plan import Choose, NestedSpec, PlanSpec, walk_layers, walk_steps
from archonc import Source, compile_source
from archonc.diagnostic import Severity

HEAD = """archon 1
model a = simulated("a", max_tokens: 100)
model b = simulated("b", max_tokens: 100)
"""
BEST = """architecture best_of(m: model, n: int = 3) {
  budget { calls: 8 }
  layer generator(m, samples: n)
  layer ranker(a, keep: 1)
}
"""
ALL = """architecture drafts(n: int) {
  layer generator(b, samples: n)
  answer: all
}
"""


def plan_of(text: str, name: str | None = None) -> PlanSpec:
    compilation = compile_source(Source("test.archon", HEAD + text), architecture=name)
    errors = [each for each in compilation.diagnostics if each.severity is Severity.ERROR]
    assert [each.message for each in errors] == []
    assert compilation.plan is not None
    return compilation.plan


def codes(text: str) -> list[str]:
    found = compile_source(Source("test.archon", HEAD + text)).diagnostics
    return [each.code for each in found]


DUEL = (
    BEST
    + ALL
    + """architecture duel {
  layer both {
    x: best_of(a)
    best_of(b, n: 4)
    generator(b)
    drafts(2)
  }
  layer fuser(a)
}
"""
)


def test_layers_inside_are_named_after_their_place() -> None:
    plan = plan_of(DUEL)
    assert plan.name == "duel"
    assert [layer.name for layer in walk_layers(plan.layers)] == [
        "both.x.generator",
        "both.x.ranker",
        "both.2.generator",
        "both.2.ranker",
        "both.4.generator",
        "both",
        "fuser",
    ]
    assert [step.id for step in walk_steps(plan.layers)][-2:] == ["both.3", "fuser"]


def test_component_gives_its_answer_or_all() -> None:
    steps = plan_of(DUEL).layers[0].steps
    nested = [each for each in steps if isinstance(each, NestedSpec)]
    assert [each.outflow.arity.high for each in nested] == [1, 1, 2]
    assert [each.answer.choose for each in nested] == [Choose.FIRST, Choose.FIRST, Choose.ALL]
    assert nested[0].budget is not None
    assert nested[0].budget.calls == 8
    assert not nested[0].outflow.attachments


def test_bounds_hold_what_is_spent_inside() -> None:
    plan = plan_of(DUEL)
    # 3 + 4 drafts, 1 to 2 calls of each ranker, 1 + 2 drafts, 1 fuser.
    assert (plan.bounds.calls.least, plan.bounds.calls.most) == (13, 15)
    assert plan.bounds.depth == 3


def test_plan_runs_and_survives_its_file() -> None:
    plan = Plan.from_spec(plan_of(DUEL))
    again = Plan.from_json(plan.to_json())
    assert again == plan
    result = run_sync(again, "What is two and two?")
    assert result.answer
    assert 13 <= result.usage.calls <= 15


def test_architecture_that_is_a_component_is_not_the_one_that_is_meant() -> None:
    assert plan_of(BEST.replace("m: model", "m: model = b") + DUEL[len(BEST) :]).name == "duel"
    assert plan_of(ALL.replace("n: int", "n: int = 2"), "drafts").name == "drafts"


def test_tests_pass_by_a_component() -> None:
    text = (
        ALL
        + """architecture one {
  layer unit_test_generator(a, tests: 3)
  layer drafts(3)
  layer unit_test_evaluator(a, keep: 1)
}
"""
    )
    assert plan_of(text).layers[1].outflow.tests


def test_tests_do_not_enter_a_component() -> None:
    text = """architecture inner {
  layer generator(a, show_tests: true)
}
architecture one {
  layer unit_test_generator(a, tests: 3)
  layer inner()
}
"""
    assert codes(text) == ["A0321"]


def test_outer_budget_counts_what_is_inside() -> None:
    text = DUEL.replace("architecture duel {", "architecture duel {\n  budget { calls: 12 }")
    assert codes(text) == ["A0401"]


def test_parameter_is_handed_on() -> None:
    text = (
        BEST
        + """architecture outer(who: model, many: int = 5) {
  layer best_of(who, n: many)
}
architecture outmost { layer outer(b) }
"""
    )
    plan = plan_of(text)
    generator = next(walk_steps(plan.layers))
    assert (generator.id, generator.model) == ("outer.best_of.generator", "b")
    assert generator.options["samples"] == 5


def test_hundred_deep_is_compiled_and_more_refused() -> None:
    def chain(depth: int) -> str:
        inner = "architecture a0 { layer generator(a) }\n"
        return inner + "".join(
            f"architecture a{n} {{ layer a{n - 1}() }}\n" for n in range(1, depth)
        )

    plan = Plan.from_spec(plan_of(chain(100)))
    assert Plan.from_json(plan.to_json()) == plan
    assert codes(chain(101)) == ["A0211", "A0111"]


@pytest.mark.slow
def test_doubling_ends_in_one_message() -> None:
    text = "architecture a0 { layer generator(a) }\n" + "".join(
        f"architecture a{n} {{\n  layer x {{ a{n - 1}(), a{n - 1}() }}\n  layer fuser(a)\n}}\n"
        for n in range(1, 25)
    )
    assert codes(text) == ["A0312"]
