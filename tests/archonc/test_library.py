"""Each architecture of the library is right, says of itself what is so, and answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archon_runtime import Plan, Result, Runtime
from archon_runtime.plan import PlanSpec, ProviderSpec
from archon_runtime.providers.base import Provider
from archon_runtime.providers.simulated import Simulated
from archon_runtime.providers.simulated_roles import SimulatedModels
from archonc.check.body import check_body
from archonc.check.prices import find_listed_price
from archonc.check.scope import Scope, no_file
from archonc.check.typed import Assumptions
from archonc.compiler import Compiler, check_file
from archonc.diagnostic import DiagnosticSink, Severity
from archonc.expand import Space, count_points, enumerate_points, find_sites
from archonc.format import format_source
from archonc.library import STARTER, list_library
from archonc.load import load
from archonc.resolve import resolve
from archonc.resolve.values import ValueReader
from archonc.source import Source
from archonc.syntax.read import read_source
from tests.runtime.scripted import Said, Scripted

FOLDER = Path(__file__).resolve().parents[2] / "specs" / "library"
LIBRARY = list_library()
SPACE = "paper_space"
PLAIN = [name for name in LIBRARY if name != SPACE]
POINTS = {
    "smallest": "draft.models=1 draft.samples=1 repeat=1 fuser.models=2 either=3",
    "verified": "draft.models=3 draft.samples=2 repeat=2 fuser.models=4 either=1",
    "tested": "draft.models=10 draft.samples=2 repeat=3 fuser.models=8 either=2",
}
"""Points of the paper's space, as `--set` takes them."""


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.archon"


def compiled(name: str, settings: str = "") -> PlanSpec:
    compilation = Compiler(settings=settings.split()).compile_file(path_of(name))
    # At a point of a space a lint may be right: its ranker keeps five, and only four flow in.
    found = compilation.diagnostics
    assert not any(each.severity is Severity.ERROR or not settings for each in found)
    assert compilation.plan is not None
    return compilation.plan


def calls(least: int, most: int | None) -> str:
    return f"{least}" if least == most else f"{least} to {most}"


def test_library_is_large_enough_and_has_the_starter() -> None:
    assert len(LIBRARY) >= 12
    assert STARTER in LIBRARY
    assert set(LIBRARY) == {path.stem for path in FOLDER.glob("*.archon")}


@pytest.mark.parametrize("name", LIBRARY)
def test_it_is_checked_without_a_word_and_formatted(name: str) -> None:
    assert check_file(path_of(name)) == ()
    source = read_source(path_of(name))
    assert isinstance(source, Source)
    sink = DiagnosticSink(source)
    assert format_source(source, sink) == source.text


@pytest.mark.parametrize("name", LIBRARY)
def test_its_comment_says_what_it_is(name: str) -> None:
    entry = LIBRARY[name]
    assert entry.title.endswith(".")
    assert list(entry.fields) == ["Use", "Calls", "Published"]
    published = entry.fields["Published"]
    # A number stands there only with the paper's version and the table that it is from.
    if re.search(
        r"\d\.\d", re.sub(r"arXiv \S+|AlpacaEval 2\.0|Llama 3\.1|Claude 3\.5", "", published)
    ):
        assert re.search(r"arXiv 2409\.15254 v6,\s+table \d+", published)


@pytest.mark.parametrize("name", PLAIN)
def test_its_calls_are_those_that_the_compiler_proves(name: str) -> None:
    bounds = compiled(name).bounds.calls
    assert LIBRARY[name].fields["Calls"] == calls(bounds.least, bounds.most)


def test_readme_lists_all_as_they_are() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = [row.strip("| ").split(" | ") for row in text.split("\n") if row.startswith("| [`")]
    assert [row[0] for row in rows] == [f"[`{name}`]({name}.archon)" for name in LIBRARY]
    for entry, (_, use, proved, source) in zip(LIBRARY.values(), rows, strict=True):
        assert use == entry.fields["Use"].rstrip(".")
        assert proved == entry.fields["Calls"]
        published = entry.fields["Published"]
        assert source in published if source != "none" else published.startswith("none.")


def simulated(name: str, spec: ProviderSpec) -> Provider:
    def write(question: str, quality: float, sample: int) -> str:
        return f'{{"answer": {round(quality)}}}'

    return Simulated(SimulatedModels(seed=11, writer=write), name=name)


async def answer(spec: PlanSpec) -> Result:
    plan = Plan.from_spec(spec)
    # What is checked is the library's own command, which only parses the answer.
    async with Runtime(providers=simulated, unsafe_checks=True) as runtime:
        return await runtime.run(plan, "Which is the right answer?")


def sizes(result: Result) -> list[tuple[int, int]]:
    return [(len(layer.inflow), len(layer.outflow)) for layer in result.trace.layers]


def assert_inside_bounds(spec: PlanSpec, result: Result) -> None:
    assert result.answer
    assert result.degraded == ()
    assert spec.bounds.calls.most is not None
    assert spec.bounds.calls.least <= result.usage.calls <= spec.bounds.calls.most
    for used, bound in (
        (result.usage.prompt_tokens, spec.bounds.prompt_tokens),
        (result.usage.completion_tokens, spec.bounds.completion_tokens),
    ):
        assert bound.most is not None
        assert bound.least <= used <= bound.most


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)
@pytest.mark.parametrize("name", PLAIN)
async def test_it_answers_inside_its_bounds(name: str) -> None:
    spec = compiled(name)
    assert_inside_bounds(spec, await answer(spec))


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)
@pytest.mark.parametrize("point", POINTS)
async def test_points_of_the_papers_space_answer_inside_their_bounds(point: str) -> None:
    spec = compiled(SPACE, POINTS[point])
    assert_inside_bounds(spec, await answer(spec))


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)
async def test_funnel_narrows_from_ten_to_one() -> None:
    result = await answer(compiled("funnel_8_6_4"))
    made = [10, 10, 8, 8, 8, 6, 6, 6, 4, 4, 4, 3, 1]
    assert sizes(result) == list(zip([0, *made], made, strict=False))


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)
async def test_first_answer_that_is_json_is_chosen() -> None:
    replies = iter(['{"n": 1', "Sure! {}", '{"n": 3}', "[4]", *"abcd"])
    scripted = Scripted(lambda _: Said(next(replies)))
    plan = Plan.from_spec(compiled("best_of_n_checked"))
    async with Runtime(providers=lambda *_: scripted, unsafe_checks=True) as runtime:
        result = await runtime.run(plan, "Which is the third number, as an object?")
    assert result.answer == '{"n": 3}'


@pytest.mark.slow
def test_papers_space_has_the_papers_number_of_points() -> None:
    source = read_source(path_of(SPACE))
    assert isinstance(source, Source)
    sink = DiagnosticSink(source)
    resolved = resolve(load(source, sink, folder=FOLDER), sink)
    (symbol,) = resolved.architectures
    space = Space(symbol.declaration, {}, find_sites(symbol.declaration))
    bounds = []
    tried = 0
    for point in enumerate_points(space):
        tried += 1
        own = ValueReader(sink.fork(), resolved.silent)
        scope = Scope(resolved, own, Assumptions(), find_listed_price, no_file)
        body = check_body(symbol, point.declaration, scope)
        if body is not None and body.sound:
            bounds.append(body.bounds.calls)
    assert tried == count_points(symbol.declaration, {}) == 12_600
    assert len(bounds) == 9_576
    least, most = min(each.least for each in bounds), max(each.most or 0 for each in bounds)
    assert LIBRARY[SPACE].fields["Calls"] == calls(least, most)
