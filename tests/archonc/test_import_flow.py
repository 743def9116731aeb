"""How candidates, critiques and tests flow through an imported configuration.

The numbers of defects are those of the notes on the authors' repository: each that
concerns configurations is a test here.
"""

from __future__ import annotations

import pytest

from archonc.diagnostic.codes_import import (
    CONFIG_RANGE,
    CRITIC_DROPPED,
    CROWDED_LAYER,
    KEEPS_ALL,
    LATE_GENERATOR,
    MISPAIRED_CRITIQUES,
    MIXED_LAYER,
    NO_COUNTERPART,
    NO_CRITIQUES,
    NO_TESTS_WRITTEN,
    NOTHING_FLOWS_IN,
    OTHER_EFFECT,
    SEVERAL_AT_END,
    TESTS_DROPPED,
    TESTS_HIDDEN,
    TESTS_NOT_EVALUATED,
)
from tests.archonc.import_configs import (
    codes,
    component,
    critic,
    evaluator,
    fuser,
    generator,
    layers_of,
    messages,
    ranker,
    read,
    unit_tests,
)


def test_critiques_behind_a_fuser_are_gone() -> None:
    """Defect 1: fusers never cleared critiques, so that old ones were shown with new texts."""
    imported = read(generator(3), critic(), fuser(3), ranker(2), fuser())
    assert codes(imported) == [MISPAIRED_CRITIQUES, MISPAIRED_CRITIQUES]
    ranked, fused = imported.diagnostics
    assert "`ranker` of layer 4" in ranked.message
    assert "`fuser` of layer 5" in fused.message
    assert "layer 3 made new candidates" in ranked.notes[0]
    assert imported.plan is not None
    flows = [step.inflow.attachments for layer in imported.plan.layers for step in layer.steps]
    assert [sorted(flow) for flow in flows] == [[], [], ["critique"], [], ["rank"]]


def test_a_new_critic_makes_the_critiques_fresh_again() -> None:
    assert codes(read(generator(3), critic(), fuser(3), critic(), ranker(1))) == []


def test_an_evaluator_mispaired_critiques() -> None:
    """Defect 2: it put the candidates in order, and left the critiques as they were."""
    imported = read(unit_tests(), generator(3), critic(), evaluator(top_k=2), ranker(1))
    assert MISPAIRED_CRITIQUES in codes(imported)
    assert "with each candidate's own" in messages(imported)


@pytest.mark.parametrize("use", [True, None])
def test_a_ranker_uses_critiques_that_are_there(use: bool | None) -> None:
    imported = read(generator(3), critic(), ranker(1, use_critiques=use))
    assert codes(imported) == []
    assert layers_of(imported)[2] == "layer ranker(gpt_4o, keep: 1)"


def test_use_critiques_false_was_ignored_and_is_not() -> None:
    """Defect 3: a ranker was shown the critiques whatever the key said."""
    imported = read(generator(3), critic(), ranker(2, use_critiques=False), fuser())
    assert codes(imported) == [OTHER_EFFECT]
    assert layers_of(imported)[2] == "layer ranker(gpt_4o, keep: 2, use_critiques: false)"


def test_a_fuser_does_what_its_use_critiques_says() -> None:
    imported = read(generator(3), critic(), ranker(2), fuser(use_critiques=False))
    assert codes(imported) == [OTHER_EFFECT]
    assert layers_of(imported)[3] == "layer fuser(gpt_4o, use_critiques: false)"


def test_critiques_that_are_not_there_cannot_be_used() -> None:
    assert codes(read(generator(3), ranker(1, use_critiques=True))) == [NO_CRITIQUES]
    assert codes(read(generator(3), ranker(1, use_critiques=False))) == []


def test_the_first_of_several_is_the_answer() -> None:
    """Defect 4: of several candidates at the end a random one was returned."""
    imported = read(generator(3), ranker(2))
    assert codes(imported) == [SEVERAL_AT_END]
    assert layers_of(imported)[-1] == "answer: first"
    assert imported.left == "2"
    assert "answer:" not in "".join(layers_of(read(generator(3), ranker(1))))


def test_length_control_needed_critiques_and_does_not() -> None:
    """Defect 6: it had no effect on candidates without critiques."""
    imported = read(generator(3), fuser(length_control=True))
    assert codes(imported) == [OTHER_EFFECT]
    assert layers_of(imported)[1] == "layer fuser(gpt_4o, length_control: true)"
    assert codes(read(generator(3), critic(), fuser(length_control=True))) == []


@pytest.mark.parametrize("kind", ["critic", "verifier", "unit_test_generator"])
def test_samples_of_what_is_asked_once_were_paid_and_ignored(kind: str) -> None:
    """Defect 8: further replies of a critic were thrown away."""
    first = [generator(3)]
    imported = read(*first, component(kind, samples=3), evaluator(top_k=1), fuser())
    found = [each for each in imported.diagnostics if each.code == OTHER_EFFECT]
    assert [f"`samples` of a `{kind}` is 3" in each.message for each in found] == [True]


def test_two_critics_in_a_layer_are_refused() -> None:
    """Defect 8: they made twice as many critiques as candidates, and the next layer failed."""
    imported = read(generator(3), [critic(), critic()], fuser())
    assert codes(imported) == [CROWDED_LAYER]


@pytest.mark.parametrize(
    ("layers", "code"),
    [
        pytest.param([ranker(1)], NOTHING_FLOWS_IN, id="ranker first"),
        pytest.param([fuser()], NOTHING_FLOWS_IN, id="fuser first"),
        pytest.param([critic(), fuser()], NOTHING_FLOWS_IN, id="critic first"),
        pytest.param([unit_tests()], NOTHING_FLOWS_IN, id="tests only"),
        pytest.param([unit_tests(), fuser()], NOTHING_FLOWS_IN, id="tests and fuser"),
        pytest.param([generator(3), [fuser(), generator()]], MIXED_LAYER, id="mixed"),
        pytest.param([generator(3), [ranker(1), ranker(1)]], CROWDED_LAYER, id="two rankers"),
        pytest.param([generator(3), generator()], LATE_GENERATOR, id="late generator"),
        pytest.param([generator(3), evaluator(top_k=1)], NO_TESTS_WRITTEN, id="no tests"),
    ],
)
def test_stacks_that_failed_in_the_middle_are_refused(
    layers: list[dict[str, object]], code: str
) -> None:
    """Defect 15: no rule was checked; bad stacks failed while they ran, or ran happily."""
    imported = read(*layers)
    assert imported.text is None
    assert codes(imported) == [code]


def test_a_critic_that_nobody_reads_is_left_out() -> None:
    """Defect 15: a critic at the end was paid for nothing."""
    for layers in (
        [generator(), critic()],
        [generator(), critic(), critic()],
        [generator(2), critic(), fuser(use_critiques=False)],
    ):
        imported = read(*layers)
        assert CRITIC_DROPPED in codes(imported)
        assert "critic" not in " ".join(layers_of(imported))


def test_of_two_critics_in_a_row_the_second_is_read() -> None:
    imported = read(generator(3), critic(), critic(model="gpt-4o-mini"), fuser())
    assert codes(imported) == [CRITIC_DROPPED]
    assert layers_of(imported)[1] == "layer critic(gpt_4o_mini)"


def test_the_verifier_that_failed_over_old_critiques_is_named() -> None:
    """Defect 15: a published configuration fails at its verifier, after 34 paid calls."""
    verifier = component("verifier", samples=1)
    imported = read(generator(5), critic(), [fuser(), fuser(model="m")], verifier, fuser())
    found = [each for each in imported.diagnostics if each.code == MISPAIRED_CRITIQUES]
    assert ["`verifier` of layer 4" in each.message for each in found] == [True, False]
    assert "it failed" in found[0].notes[0]


@pytest.mark.parametrize(
    ("flowing", "keep", "written"), [(5, 4, "4"), (5, 5, "5"), (5, 8, "up_to(8)")]
)
def test_a_ranker_that_keeps_all_is_named(flowing: int, keep: int, written: str) -> None:
    imported = read(generator(flowing), ranker(keep), fuser())
    assert codes(imported) == ([] if keep < flowing else [KEEPS_ALL])
    assert layers_of(imported)[1] == f"layer ranker(gpt_4o, keep: {written})"


def test_behind_a_verifier_fewer_may_come() -> None:
    verifier = component("verifier", samples=1, first_k=3)
    imported = read(generator(5), verifier, ranker(2), fuser())
    assert codes(imported) == []
    assert layers_of(imported)[1:3] == [
        "layer verifier(gpt_4o, first: 3)",
        "layer ranker(gpt_4o, keep: 2)",
    ]


def test_tests_are_shown_to_generators_behind_them() -> None:
    imported = read(unit_tests(unit_test_cap=5), generator(3), evaluator(first_pass=True, top_k=1))
    assert codes(imported) == []
    assert layers_of(imported) == [
        "layer unit_test_generator(gpt_4o, tests: 5)",
        "layer generator(gpt_4o, samples: 3, show_tests: true)",
        "layer unit_test_evaluator(gpt_4o, first: 1)",
    ]


def test_tests_before_which_the_generators_stand_are_not_shown() -> None:
    imported = read(generator(3), unit_tests(), evaluator(top_k=1))
    assert codes(imported) == []
    assert layers_of(imported)[0] == "layer generator(gpt_4o, samples: 3)"


def test_tests_that_nobody_reads_are_left_out() -> None:
    assert codes(read(generator(), unit_tests())) == [TESTS_DROPPED]


def test_tests_that_are_only_shown_are_said() -> None:
    imported = read(unit_tests(), generator(3), ranker(2), fuser())
    assert codes(imported) == [TESTS_NOT_EVALUATED, TESTS_HIDDEN, TESTS_HIDDEN]


def test_tests_in_the_question_cannot_be_kept_there() -> None:
    kept = evaluator(top_k=1, remove_unit_tests_from_prompt=False)
    assert codes(read(unit_tests(), generator(3), kept)) == [NO_COUNTERPART]
    removed = evaluator(top_k=1, remove_unit_tests_from_prompt=True)
    assert codes(read(unit_tests(), generator(3), removed)) == []


def test_more_that_pass_than_flow_in_cannot_be_wanted() -> None:
    for kind in ("verifier", "unit_test_evaluator"):
        imported = read(unit_tests(), generator(3), component(kind, samples=1, first_k=9), fuser())
        assert KEEPS_ALL in codes(imported)
        assert f"layer {kind}(gpt_4o, first: 3)" in layers_of(imported)


def test_what_to_keep_where_too_few_pass_is_said() -> None:
    imported = read(unit_tests(), generator(5), evaluator(first_k=1, top_k=3))
    assert codes(imported) == [OTHER_EFFECT]
    assert layers_of(imported)[2] == "layer unit_test_evaluator(gpt_4o, first: 1)"


def test_tests_have_a_limit() -> None:
    imported = read(unit_tests(unit_test_cap=80), generator(3), evaluator(top_k=1))
    assert codes(imported) == [CONFIG_RANGE]
    assert layers_of(imported)[0] == "layer unit_test_generator(gpt_4o, tests: 50)"
