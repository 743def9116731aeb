"""Plan files: what is written comes back, and what was tampered with is refused with a place."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from archon_runtime.bounds import Bounds, Range
from archon_runtime.errors import PlanInvalid
from archon_runtime.flow import NO_FLOW, Arity, Attachment, Flow
from archon_runtime.plan import (
    Answer,
    BudgetSpec,
    FileSpec,
    LayerSpec,
    ModelSpec,
    PlanSpec,
    ProviderSpec,
    StepSpec,
)
from archon_runtime.plan_file import Plan
from archon_runtime.prompt import Prompt
from archon_runtime.usage import Price

FLOW = Flow(Arity(2, 2), frozenset(Attachment), tests=True)
BOUNDS = Bounds(Range(2, 2), Range(2, 2000), Range(0, 200), depth=1)


def make_spec() -> PlanSpec:
    step = StepSpec(
        "draft", "generator", "small", {"samples": 2}, "generator", NO_FLOW, FLOW, BOUNDS
    )
    price = Price(Decimal("0.15"), Decimal("0.6"))
    return PlanSpec(
        name="two",
        source_sha256="0" * 64,
        providers={"sim": ProviderSpec("simulated", {"seed": 1, "skills": {"a": {"ranker": 0.5}}})},
        models={"small": ModelSpec("sim", "small", temperature=0.7, max_tokens=100, price=price)},
        prompts={"generator": Prompt("{{query}}", "Be brief — ‘so’.", (("a", "b"),))},
        files={},
        layers=(LayerSpec("draft", (step,), FLOW, BOUNDS),),
        answer=Answer(),
        budget=BudgetSpec(calls=4, cost_usd=Decimal("0.250"), time_s=1.5),
        bounds=BOUNDS,
        cost_least_usd=Decimal("0"),
        cost_most_usd=Decimal("1E+2"),
        assumed={"retokenise": 1.3},
    )


def tampered(change: Any) -> str:
    raw = json.loads(Plan.from_spec(make_spec()).to_json())
    change(raw)
    return json.dumps(raw)


def test_what_is_written_is_read_again() -> None:
    plan = Plan.from_spec(make_spec())
    again = Plan.from_json(plan.to_json())
    assert again == plan
    assert again.to_json() == plan.to_json()


def test_hash_depends_on_the_content_alone() -> None:
    assert Plan.from_spec(make_spec()).hash == Plan.from_spec(make_spec()).hash
    other = replace(make_spec(), name="three")
    assert Plan.from_spec(other).hash != Plan.from_spec(make_spec()).hash


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        pytest.param(lambda r: r.pop("archon_plan"), "", "no Archon plan", id="no version"),
        pytest.param(lambda r: r.update(archon_plan=2), "#/archon_plan", "version 2", id="version"),
        pytest.param(lambda r: r.pop("layers"), "#", "'layers' is a required", id="field"),
        pytest.param(
            lambda r: r["models"]["small"].pop("seed"), "#/models/small", "'seed'", id="deep field"
        ),
        pytest.param(lambda r: r.update(name="x"), "#/hash", "was changed", id="changed"),
        pytest.param(lambda r: r.update(surprise=1), "#", "surprise", id="unknown field"),
        pytest.param(
            lambda r: r["layers"][0]["steps"][0].update(model=7),
            "#/layers/0/steps/0/model",
            "7 is not of type",
            id="wrong type",
        ),
    ],
)
def test_damaged_plan_is_refused_with_its_place(change: Any, place: str, words: str) -> None:
    with pytest.raises(PlanInvalid) as caught:
        Plan.from_json(tampered(change))
    assert caught.value.place == place
    assert words in caught.value.message


@pytest.mark.parametrize("text", ["", "[]", "{", "NaN", "[" * 100_000, '"\ud800"'])
def test_text_that_is_no_plan_is_refused(text: str) -> None:
    with pytest.raises(PlanInvalid):
        Plan.from_json(text)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        pytest.param({"providers": {}}, "#/models/small", id="provider"),
        pytest.param({"models": {}}, "#/layers/0/steps/0/model", id="model"),
        pytest.param({"prompts": {}}, "#/layers/0/steps/0/prompt", id="prompt"),
        pytest.param({"files": {"a.py": FileSpec("x", "0" * 64)}}, "#/files/a.py", id="file"),
        pytest.param(
            {"providers": {"sim": ProviderSpec("nosuch")}}, "#/providers/sim", id="provider kind"
        ),
    ],
)
def test_name_that_is_not_there_is_refused(change: dict[str, Any], place: str) -> None:
    text = Plan.from_spec(replace(make_spec(), **change)).to_json()
    with pytest.raises(PlanInvalid) as caught:
        Plan.from_json(text)
    assert caught.value.place == place


def test_unreadable_file_is_refused_with_its_path(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(PlanInvalid) as caught:
            Plan.load(path)
        assert caught.value.place == str(path)
    binary = tmp_path / "binary.json"
    binary.write_bytes(b"\xff\xfe")
    with pytest.raises(PlanInvalid, match="UTF-8"):
        Plan.load(binary)
