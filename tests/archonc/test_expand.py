"""Search spaces: their points are programs, counted, named, and reached by `--set`."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from archonc.compiler import check_source, compile_source
from archonc.diagnostic import Diagnostic, DiagnosticSink
from archonc.diagnostic.codes_lint import LINT_CODES
from archonc.expand import (
    Point,
    Space,
    count_points,
    enumerate_points,
    find_sites,
    sample_points,
)
from archonc.format import print_expr, print_program
from archonc.source import Source
from archonc.syntax.nodes import ArchitectureDecl, Program
from archonc.syntax.parse import parse_program

LINTS = {each.code for each in LINT_CODES}
GOLDEN = Path(__file__).parents[1] / "golden"
HEAD = """archon 1

model a = simulated("a", max_tokens: 100)
model b = simulated("b", max_tokens: 100)
model c = simulated("c", max_tokens: 100)

"""
SPACES = {
    "samples": "layer generator(a, samples: 1..4)\n  layer fuser(b)",
    "models": "layer generator(subset_of([a, b, c], 1..2))\n  layer fuser(one_of(a, b))",
    "top": "layer generator(top(1..3, of: [a, b, c]), samples: one_of(1, 4))\n  layer fuser(a)",
    "maybe": "layer generator(a, samples: 2)\n  maybe layer fuser(b)\n  answer: first",
    "rounds": """layer generator(a, samples: 3)
  repeat 0..2 {
    maybe layer ranker(b, keep: up_to(2))
    layer fuser(top(one_of(2, 3), of: [a, b, c]))
  }
  answer: first""",
    "branches": """layer generator(a, samples: 1..2)
  either { layer ranker(b, keep: 1) } or { layer fuser(one_of(b, c)) } or { }
  answer: first""",
}
COUNTS = {
    "samples": 4,
    "models": 6 * 2,
    "top": 3 * 2,
    "maybe": 2,
    "rounds": 1 + 4 + 16,
    "branches": 2 * (1 + 2 + 1),
}


def read(body: str, parameters: str = "") -> tuple[Program, ArchitectureDecl]:
    source = Source("space.archon", f"{HEAD}architecture one{parameters} {{\n  {body}\n}}\n")
    sink = DiagnosticSink(source)
    program = parse_program(source, sink)
    assert sink.diagnostics == ()
    (declaration,) = (each for each in program.statements if isinstance(each, ArchitectureDecl))
    return program, declaration


def space_of(declaration: ArchitectureDecl) -> Space:
    return Space(declaration, {}, find_sites(declaration))


def render(program: Program, point: Point) -> str:
    """Write a point as a program of its own."""
    statements = tuple(
        point.declaration if isinstance(each, ArchitectureDecl) else each
        for each in program.statements
    )
    return print_program(replace(program, statements=statements))


def faults(found: tuple[Diagnostic, ...]) -> list[str]:
    """List the codes, lints left out: of a point, a model may be unused."""
    return [each.code for each in found if each.code not in LINTS]


def setting(point: Point) -> list[str]:
    return [f"{each.hole.id}={print_expr(each.hole.choices[each.index])}" for each in point.choices]


@pytest.mark.parametrize("name", SPACES)
def test_points_are_counted_as_they_are_enumerated(name: str) -> None:
    program, declaration = read(SPACES[name])
    points = list(enumerate_points(space_of(declaration)))
    assert len(points) == count_points(declaration, {}) == COUNTS[name]
    assert len({render(program, each) for each in points}) == len(points)


@pytest.mark.parametrize("name", SPACES)
def test_every_point_is_a_program_that_compiles_as_what_was_set(name: str) -> None:
    program, declaration = read(SPACES[name])
    text = f"{HEAD}architecture one {{\n  {SPACES[name]}\n}}\n"
    for point in enumerate_points(space_of(declaration)):
        written = compile_source(Source("point.archon", render(program, point)))
        chosen = compile_source(Source("space.archon", text), settings=setting(point))
        assert faults(written.diagnostics) == faults(chosen.diagnostics)
        assert (written.plan is None) == (chosen.plan is None)
        if written.plan is not None and chosen.plan is not None:
            sha256 = chosen.plan.source_sha256
            assert replace(written.plan, source_sha256=sha256) == chosen.plan


@pytest.mark.parametrize("name", SPACES)
def test_spaces_are_right(name: str) -> None:
    text = f"{HEAD}architecture one {{\n  {SPACES[name]}\n}}\n"
    assert faults(check_source(Source("space.archon", text))) == []


def test_sample_meets_every_choice_of_every_hole() -> None:
    body = (
        "layer generator(subset_of([a, b, c], 1..3), samples: 1..9)\n"
        "  repeat 1..3 { layer fuser(one_of(a, b, c), samples: 1..5) }\n  answer: first"
    )
    _, declaration = read(body)
    assert count_points(declaration, {}) > 10_000
    points = sample_points(space_of(declaration), 64)
    assert len(points) == 64
    met = {(each.hole.id, each.index) for point in points for each in point.choices}
    assert {("generator.models", n) for n in range(7)} <= met
    assert {("generator.samples", n) for n in range(9)} <= met
    assert {("fuser.samples@3", n) for n in range(5)} <= met
    assert points == sample_points(space_of(declaration), 64)


def test_hole_of_a_parameter_is_one_choice() -> None:
    _, declaration = read(
        "layer generator(m, samples: 2)\n  layer fuser(m)", parameters="(m: model = one_of(a, b))"
    )
    points = list(enumerate_points(space_of(declaration)))
    assert count_points(declaration, {}) == len(points) == 2
    assert [setting(each) for each in points] == [["m=a"], ["m=b"]]


def test_names_of_holes() -> None:
    body = """layer draft {
    x: generator(one_of(a, b), samples: 1..2)
    generator([one_of(a, b), one_of(b, c)])
  }
  maybe layer notes = critic(a)
  repeat 1..2 { layer fuser(a, samples: 1..2) }
  layer fuser(a, samples: 1..2)
  either { } or { maybe layer fuser(b) }
  answer: first"""
    _, declaration = read(body)
    assert list(find_sites(declaration).values()) == [
        "draft.x.models",
        "draft.x.samples",
        "draft.models",
        "draft.models_2",
        "notes",
        "repeat",
        "fuser.samples",
        "fuser_2.samples",
        "either",
        "fuser_3",
    ]


def compile_space(name: str, *settings: str, parameters: str = "") -> list[str]:
    text = f"{HEAD}architecture one{parameters} {{\n  {SPACES[name]}\n}}\n"
    found = compile_source(Source("space.archon", text), settings=settings).diagnostics
    found = tuple(each for each in found if each.code not in LINTS)
    return [f"{each.code} {each.message} | {' '.join(each.helps)}" for each in found]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (["repeat=2"], "A0217 .*`ranker`, `fuser.models`"),
        (["repeet=2"], "A0008 .*no hole `repeet`.*did you mean `repeat`"),
        (["repeat=7"], "A0008 `7` is none of the choices for `repeat`.*`0`, `1`, `2`"),
        (["repeat"], "A0008 `repeat` sets nothing"),
        (["repeat=("], "A0008 `\\(` is no value"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings: list[str], said: str) -> None:
    found = compile_space("rounds", *settings)
    assert any(re.match(said, each) for each in found), found


def test_setting_without_a_round_holds_for_all_of_them() -> None:
    common = ["repeat=2", "ranker=true", "fuser.models=2"]
    assert compile_space("rounds", *common) == []
    assert compile_space("rounds", *common, "fuser.models@2=3") == []
    assert compile_space("rounds", "repeat=2", "ranker@1=true", "fuser.models=2") != []


def test_parameter_is_set_to_a_model_by_its_name() -> None:
    text = f"{HEAD}architecture one(m: model, n: int = 2) {{\n  layer generator(m, samples: n)\n"
    source = Source("one.archon", f"{text}  answer: first\n}}\n")
    plan = compile_source(source, settings=["m=b", "n=3"]).plan
    assert plan is not None
    assert list(plan.models) == ["b"]
    assert plan.bounds.calls.most == 3
    for wrong, code in ((["m=bb"], "A0201"), (["m=b", "n=x"], "A0311")):
        compilation = compile_source(source, settings=wrong)
        assert [each.code for each in compilation.diagnostics] == [code]
        assert compilation.plan is None


def test_order_of_a_file_says_which_are_the_first(tmp_path: Path) -> None:
    (tmp_path / "order.json").write_text('{"order": ["c", "a", "b"]}', encoding="utf-8")
    text = (
        f"{HEAD}architecture one {{\n"
        '  layer generator(top(2, of: [a, b, c], order: "order.json"))\n  answer: first\n}\n'
    )
    plan = compile_source(Source("one.archon", text), folder=tmp_path).plan
    assert plan is not None
    assert list(plan.models) == ["c", "a"]


def test_space_in_which_one_choice_is_wrong_is_still_one() -> None:
    text = f"{HEAD}architecture one {{\n  layer generator(a, samples: 1..4)\n"
    text += "  layer ranker(b, keep: 2)\n  answer: first\n}\n"
    assert faults(check_source(Source("space.archon", text))) == []
    assert (
        compile_source(Source("space.archon", text), settings=["generator.samples=1"]).plan is None
    )
    assert compile_source(Source("space.archon", text), settings=["generator.samples=2"]).plan
