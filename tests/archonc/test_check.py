"""Typed architectures: steps, flow, bounds, costs, budgets."""

from __future__ import annotations

import pytest

from archon_runtime.bounds import Bounds, Range
from archon_runtime.flow import Arity, Attachment, FlowRule
from archon_runtime.plan import Answer, Choose
from archon_runtime.prompt import Prompt
from archonc.check import Assumptions, CheckedArchitecture
from archonc.check.bounds import template_tokens
from archonc.check.flow import CODE_OF_RULE
from archonc.check.typed import most_with_retries
from tests.archonc.check_text import check_text, codes, sound


def step_ids(architecture: CheckedArchitecture) -> list[str]:
    return [step.id for layer in architecture.layers for step in layer.steps]


def test_steps_are_called_by_layer_and_number_or_label() -> None:
    architecture = sound(
        "layer draft {\n generator(a)\n two: generator([a, b])\n last: generator(b)\n}\n"
        "layer fuser(a, samples: 2)\nlayer fuser(a)"
    )
    assert step_ids(architecture) == [
        "draft.1",
        "draft.two.1",
        "draft.two.2",
        "draft.last",
        "fuser",
        "fuser_2",
    ]


def test_repeated_layers_have_names_of_their_own() -> None:
    architecture = sound(
        "layer generator(a, samples: 2)\n"
        "repeat 2 { layer mix = fuser([a, b]), layer critic(a) }\nlayer mix_2 = fuser(a)"
    )
    names = [layer.name for layer in architecture.layers]
    assert names == ["generator", "mix", "critic", "mix_3", "critic_2", "mix_2"]


def test_a_layer_repeated_no_times_is_not_there() -> None:
    assert step_ids(sound("layer generator(a)\nrepeat 0 { layer fuser(a) }")) == ["generator"]


def test_nested_repetitions_multiply_up_to_a_limit() -> None:
    body = "layer generator(a)\nrepeat {} {{ repeat 10 {{ layer fuser(a) }} }}"
    assert len(sound(body.format(3)).layers) == 31
    assert codes(body.format(10001)) == ["A0312"]


def test_flow_joins_components_and_carries_attachments() -> None:
    architecture = sound(
        "layer generator([a, b], samples: 3)\nlayer critic(a)\n"
        "layer ranker(b, keep: up_to(9))\nlayer fuser(a)"
    )
    flows = [layer.outflow for layer in architecture.layers]
    assert [flow.arity for flow in flows] == [Arity(6, 6), Arity(6, 6), Arity(6, 6), Arity(1, 1)]
    assert flows[2].attachments == {Attachment.CRITIQUE, Attachment.RANK}
    assert flows[3].attachments == frozenset()


def test_unit_tests_are_part_of_the_flow_and_of_the_bounds() -> None:
    body = (
        "layer unit_test_generator(b, tests: 3)\nlayer generator(a, samples: 2, show_tests: {})\n"
        "layer verifier(b, first: 1)\nlayer fuser(b)\nlayer unit_test_evaluator(a)"
    )
    shown, plain = sound(body.format("true")), sound(body.format("false"))
    assert [layer.outflow.tests for layer in shown.layers] == [True] * 5
    assert [layer.outflow.arity for layer in shown.layers][:2] == [Arity(0, 0), Arity(2, 2)]
    assert shown.layers[2].outflow.attachments == {Attachment.VERDICT}
    assert shown.layers[4].outflow.attachments == {Attachment.TEST_RESULTS}
    assert [layer.bounds.calls for layer in shown.layers[2:]] == [
        Range(2, 6),
        Range(1, 1),
        Range(1, 2),
    ]
    assert [layer.bounds.depth for layer in shown.layers] == [1, 1, 2, 1, 1]
    most = [each.layers[1].bounds.prompt_tokens.most for each in (plain, shown)]
    assert most[0] is not None
    assert most[1] is not None
    # Twice the tests: the 500 tokens of their writer, as another model counts them.
    assert most[1] - most[0] > 2 * 650


def test_bounds_of_layers_add_up_to_the_whole() -> None:
    architecture = sound("layer generator(a, samples: 4)\nlayer ranker(b, keep: 1)")
    draft, rank = architecture.layers
    assert draft.bounds.calls == Range(4, 4)
    assert rank.bounds.calls == Range(1, 2)
    assert architecture.bounds == draft.bounds.then(rank.bounds)
    assert architecture.bounds.depth == draft.bounds.depth + rank.bounds.depth
    assert most_with_retries(architecture.bounds) == 18


def test_another_model_counts_a_candidate_with_the_retokenise_factor() -> None:
    def most_prompt(reader: str, factor: float) -> int:
        assumed = Assumptions(question_tokens=0, retokenise=factor)
        architecture = sound(f"layer generator(a)\nlayer fuser({reader})", assumed=assumed)
        most = architecture.layers[1].bounds.prompt_tokens.most
        assert most is not None
        return most

    assert most_prompt("b", 1.3) - most_prompt("b", 1.0) == 300
    assert most_prompt("a", 1.3) == most_prompt("a", 1.0)


def test_question_is_taken_to_have_the_assumed_tokens() -> None:
    few, many = (
        sound("layer generator(a)", assumed=Assumptions(question_tokens=count)).bounds
        for count in (0, 1000)
    )
    assert few.prompt_tokens.most is not None
    assert many.prompt_tokens.most == few.prompt_tokens.most + 1000


def test_template_is_bounded_by_its_bytes_and_the_overhead() -> None:
    assert template_tokens(Prompt("é" * 10)) >= 20
    assert template_tokens(Prompt("x", examples=(("y", "z"),))) > template_tokens(Prompt("xyz"))


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ("first", Answer()),
        ("all", Answer(Choose.ALL)),
        ("random(seed: 7)", Answer(Choose.RANDOM, 7)),
    ],
)
def test_answer_is_chosen_as_written(written: str, answer: Answer) -> None:
    assert sound(f"layer generator(a, samples: 2)\nanswer: {written}").answer == answer


def test_every_flow_rule_has_a_code() -> None:
    assert set(CODE_OF_RULE) == set(FlowRule)


@pytest.mark.parametrize(
    "first",
    [
        "layer gennerator(a)",
        "layer generator(x)",
        "layer generator(a, samples: many)",
        "layer generator(a, prompt: nothing)",
    ],
)
def test_one_mistake_gives_one_diagnostic(first: str) -> None:
    rest = "\nlayer critic(a)\nlayer ranker(a, keep: 1)\nlayer fuser(b)"
    assert len(codes(first + rest)) == 1


def test_all_independent_mistakes_are_reported() -> None:
    body = (
        "budget { cals: 5 }\nlayer generator(a, samples: 2)\nlayer ranker(x, keep: 0)\n"
        "layer fuser(a, colour: 1)\nlayer critic(b)\n"
    )
    assert codes(body) == ["A0206", "A0201", "A0312", "A0206", "A0305"]


def test_replacement_of_a_flow_problem_is_an_edit() -> None:
    _, sink = check_text("layer generator(a, samples: 4)\nlayer ranker(a, keep: 8)\nlayer fuser(a)")
    (diagnostic,) = sink.diagnostics
    text = sink.source.text
    (edit,) = diagnostic.edits
    assert text[edit.span.start : edit.span.end] == "8"
    (secondary,) = diagnostic.secondary
    assert secondary.text == "this makes exactly 4"
    assert text[secondary.span.start : secondary.span.end] == "generator(a, samples: 4)"


def test_an_architecture_with_an_error_is_left_out() -> None:
    checked, sink = check_text("layer ranker(a)")
    assert sink.has_errors
    assert checked.architectures == ()


def test_bounds_without_layers_are_nothing() -> None:
    assert most_with_retries(Bounds()) == 0
    assert most_with_retries(Bounds(Range(0, None))) is None
