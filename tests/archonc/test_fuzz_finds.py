"""Inputs that once made the compiler raise or run for minutes, as small as they could be made.

`make fuzz` found them, or a look at what it could not reach in its time.
"""

from __future__ import annotations

import json
import time
from decimal import Decimal
from pathlib import Path

import pytest

from archon_runtime import Plan
from archon_runtime.errors import PlanInvalid
from archonc.compiler import check_source, compile_source
from archonc.diagnostic import DiagnosticSink, Severity
from archonc.expand import MOST_COUNTED, count_points
from archonc.format import format_source
from archonc.source import Source
from archonc.syntax.nodes import ArchitectureDecl, PromptDecl, PromptText, Text
from archonc.syntax.parse import parse_program
from tests.archonc.import_configs import component, fuser, read
from tests.fuzz.loading import hashed
from tests.runtime.test_plan_file import make_spec

# Several times what it takes; before, it was minutes, or the whole memory.
MOST_SECONDS = 8.0
MODELS = """archon 1
model a = simulated("a", max_tokens: 1k)
model b = simulated("b", max_tokens: 1k)
"""


def codes(text: str, folder: Path | None = None) -> list[str]:
    found = check_source(Source("found.archon", text), folder=folder)
    return [each.code for each in found if each.code.startswith("A")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param('archon 1\nimport "a\\u0000b" as x\n', "A0213", id="NUL in an import"),
        pytest.param(
            f'archon 1\nimport "{"a" * 300}/b" as x\n', "A0213", id="import from a long name"
        ),
        pytest.param(
            MODELS + "architecture one {\n  layer generator(a)\n"
            '  layer checker(python("a\\u0000.py:good"))\n}\n',
            "A0315",
            id="NUL in a check",
        ),
    ],
)
def test_path_that_is_none_is_reported(text: str, code: str, tmp_path: Path) -> None:
    assert code in codes(text, tmp_path)


def test_import_through_links_in_a_circle_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert codes('archon 1\nimport "a/x.archon" as x\n', tmp_path) == ["A0213"]


def chain(count: int, each: str, last: str) -> str:
    """Write architectures of which each uses the next, whose number stands for `NEXT`."""
    heads = [f"architecture a{n}{each.replace('NEXT', str(n + 1))}" for n in range(count)]
    return "\n".join([*heads, f"architecture a{count}{last}\n"])


LARGE = {
    "lists in lists": (
        "models m0 = [a, b]\n"
        + "".join(f"models m{n + 1} = [m{n}, m{n}]\n" for n in range(40))
        + "architecture one { layer generator(m40), answer: first }\n"
    ),
    "lists beside one another": (
        f"models big = [{'a, ' * 999}]\n"
        f"architecture one {{ layer generator([{'big, ' * 999}]), answer: first }}\n"
    ),
    "lists that parameters double": (
        chain(
            60,
            "(m: models) { layer aNEXT(m: [m, m]) }",
            "(m: models) { layer generator(m), layer fuser(a) }",
        )
        + "architecture one { layer a0(m: [a]) }\n"
    ),
    "components that double": chain(
        30,
        " { layer x { p: aNEXT(), q: aNEXT() }, layer fuser(a) }",
        " { layer generator(a) }",
    ),
    "many large architectures": "".join(
        f"architecture a{n} {{ layer generator(a), repeat 4999 {{ layer fuser(a) }} }}\n"
        for n in range(60)
    ),
    "many models in many layers": (
        f"models big = [{'a, ' * 999}]\n"
        "architecture one { layer generator(a), repeat 1000 { layer fuser(big) }, answer: first }\n"
    ),
    "requirements of many components": (
        "architecture one { layer generator(a), "
        + "require samples(generator) <= 2, " * 200
        + "}\narchitecture two { layer x {\n"
        + "one()\n" * 300
        + "}\nlayer fuser(a) }\n"
    ),
    "repetitions in one another": (
        "architecture one { layer generator(a)\n"
        + "repeat 9 { " * 20
        + "layer fuser(a, samples: 1..2)"
        + " }" * 20
        + " }\n"
    ),
    "repetitions of a thousand in one another": (
        "architecture one { layer generator(a)\n"
        + "repeat 1000 { " * 50
        + "maybe layer critic(a)"
        + " }" * 50
        + " }\n"
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE)
def test_what_grows_beyond_measure_is_refused_in_time(name: str) -> None:
    begun = time.process_time()
    assert "A0312" in codes(MODELS + LARGE[name])
    assert time.process_time() - begun < MOST_SECONDS


def test_requirements_of_many_layers_take_no_time() -> None:
    requires = "require tokens + tokens + tokens + tokens <= 2\n" * 150
    text = (
        f"architecture one {{\nlayer generator(a)\nrepeat 4999 {{ layer critic(a) }}\n{requires}}}"
    )
    begun = time.process_time()
    codes(MODELS + text)
    assert time.process_time() - begun < MOST_SECONDS


@pytest.mark.parametrize(
    "layers",
    [
        "repeat 10000 { " * 5 + "repeat 0..0 { layer critic(a) }" + " }" * 5,
        "repeat 10000 { " * 5 + "either { } or { }" + " }" * 5,
        "repeat 0..9 { " * 20 + "maybe layer fuser(a)" + " }" * 20,
    ],
    ids=["of nothing", "of empty branches", "of any number"],
)
def test_repetitions_in_one_another_take_no_time(layers: str) -> None:
    begun = time.process_time()
    assert codes(MODELS + f"architecture one {{\nlayer generator(a)\n{layers}\n}}") == []
    assert time.process_time() - begun < MOST_SECONDS


def test_many_holes_of_many_numbers_take_no_time() -> None:
    components = "generator(a, samples: 1..10000)\n" * 200
    text = f"architecture one(n: int = 1..10000) {{\nlayer x {{\n{components}}}\nanswer: first\n}}"
    begun = time.process_time()
    assert codes(MODELS + text) == []
    source = Source("found.archon", MODELS + text)
    compile_source(source, settings=["n=9999", "x.samples=5", "n=0"])
    assert time.process_time() - begun < MOST_SECONDS


def test_points_are_counted_to_an_end() -> None:
    layers = "repeat 0..9 { " * 20 + "maybe layer fuser(a)" + " }" * 20
    source = Source("large.archon", f"archon 1\narchitecture one {{ {layers} }}\n")
    program = parse_program(source, DiagnosticSink(source))
    declaration = program.statements[-1]
    assert isinstance(declaration, ArchitectureDecl)
    assert count_points(declaration, {}) == MOST_COUNTED


def test_plan_of_values_that_are_nested_too_deep_is_refused() -> None:
    text = Plan.from_spec(make_spec()).to_json()
    deep = text.replace('"skills": {', '"deep": ' + "[" * 900 + "]" * 900 + ', "skills": {')
    with pytest.raises(PlanInvalid):
        Plan.from_json(deep)


@pytest.mark.parametrize("dollars", ["0.10", "0.09999999999999999999999999999990000015", "000"])
def test_plan_with_odd_dollars_is_written_as_it_is_read_again(dollars: str) -> None:
    raw = json.loads(Plan.from_spec(make_spec()).to_json())
    raw["cost_usd"]["least"] = dollars
    plan = Plan.from_json(hashed(raw))
    assert plan.spec.cost_least_usd == Decimal(dollars)
    assert Plan.from_json(plan.to_json()) == plan


def test_error_of_a_configuration_is_heard_where_a_warning_stands() -> None:
    imported = read([fuser()], [component("ranker", temperature=None)])
    assert imported.text is None
    assert any(each.severity is Severity.ERROR for each in imported.diagnostics)


@pytest.mark.parametrize("first", ["first", "\n      first"])
def test_raw_text_of_several_lines_may_end_in_quotes(first: str) -> None:
    text = f'archon 1\n\nprompt p {{\n  user: """{first}\n      then\n        more""""""\n}}\n'
    source = Source("any.archon", text)
    formatted = format_source(source, DiagnosticSink(source))
    assert formatted is not None
    again = Source("any.archon", formatted)
    for each in (source, again):
        (prompt,) = parse_program(each, DiagnosticSink(each)).statements
        assert isinstance(prompt, PromptDecl)
        (user,) = prompt.members
        assert isinstance(user, PromptText)
        assert isinstance(user.value, Text)
        assert (user.value.value, user.value.raw) == ('first\nthen\n  more"""', True)
    assert format_source(again, DiagnosticSink(again)) == formatted
