"""Plain JSON values -> frozen plan. The values have passed the schema already."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from archon_runtime.bounds import Bounds, Range
from archon_runtime.flow import Arity, Attachment, Flow
from archon_runtime.plan import (
    Answer,
    BudgetSpec,
    Choose,
    FileSpec,
    LayerSpec,
    ModelSpec,
    NestedSpec,
    OnExhausted,
    PlanSpec,
    ProviderSpec,
    StepSpec,
)
from archon_runtime.prompt import Prompt
from archon_runtime.usage import Price

__all__ = ["decode_plan"]

# The schema has vouched for every shape, so that values can be taken as they are.
Json = Mapping[str, Any]


def decode_plan(raw: Json) -> PlanSpec:
    """Read a plan's content; what it refers to is checked by `check_references`."""
    return PlanSpec(
        name=raw["name"],
        source_sha256=raw["source_sha256"],
        providers={n: ProviderSpec(v["kind"], v["options"]) for n, v in raw["providers"].items()},
        models={n: _model(v) for n, v in raw["models"].items()},
        prompts={n: _prompt(v) for n, v in raw["prompts"].items()},
        files={n: FileSpec(v["text"], v["sha256"]) for n, v in raw["files"].items()},
        layers=tuple(_layer(each) for each in raw["layers"]),
        answer=_answer(raw["answer"]),
        budget=_budget(raw["budget"]),
        bounds=_bounds(raw["bounds"]),
        cost_least_usd=_dollars(raw["cost_usd"]["least"]),
        cost_most_usd=_dollars(raw["cost_usd"]["most"]),
        assumed=raw["assumed"],
    )


def _dollars(raw: str | None) -> Decimal | None:
    return None if raw is None else Decimal(raw)


def _model(raw: Json) -> ModelSpec:
    price = raw["price"]
    return ModelSpec(
        provider=raw["provider"],
        model=raw["model"],
        temperature=raw["temperature"],
        top_p=raw["top_p"],
        max_tokens=raw["max_tokens"],
        stop=tuple(raw["stop"]),
        seed=raw["seed"],
        logprobs=raw["logprobs"],
        window=raw["window"],
        price=None
        if price is None
        else Price(Decimal(price["prompt_usd"]), Decimal(price["completion_usd"])),
        extra=raw["extra"],
        fallback=tuple(raw.get("fallback", ())),
    )


def _prompt(raw: Json) -> Prompt:
    return Prompt(
        user=raw["user"],
        system=raw["system"],
        examples=tuple((turn["user"], turn["assistant"]) for turn in raw["examples"]),
    )


def _layer(raw: Json) -> LayerSpec:
    return LayerSpec(
        name=raw["name"],
        steps=tuple(_step(each) for each in raw["steps"]),
        outflow=_flow(raw["outflow"]),
        bounds=_bounds(raw["bounds"]),
        budget=_budget(raw["budget"]),
        quorum=raw.get("quorum"),
        timeout_s=raw.get("timeout_s"),
    )


def _step(raw: Json) -> StepSpec | NestedSpec:
    if "architecture" in raw:
        return _nested(raw)
    return StepSpec(
        id=raw["id"],
        technique=raw["technique"],
        model=raw["model"],
        options=raw["options"],
        prompt=raw["prompt"],
        inflow=_flow(raw["inflow"]),
        outflow=_flow(raw["outflow"]),
        bounds=_bounds(raw["bounds"]),
    )


def _nested(raw: Json) -> NestedSpec:
    return NestedSpec(
        id=raw["id"],
        architecture=raw["architecture"],
        layers=tuple(_layer(each) for each in raw["layers"]),
        answer=_answer(raw["answer"]),
        budget=_budget(raw["budget"]),
        inflow=_flow(raw["inflow"]),
        outflow=_flow(raw["outflow"]),
        bounds=_bounds(raw["bounds"]),
    )


def _answer(raw: Json) -> Answer:
    return Answer(Choose(raw["choose"]), raw["seed"])


def _flow(raw: Json) -> Flow:
    return Flow(
        Arity(raw["low"], raw["high"]),
        frozenset(Attachment(each) for each in raw["attachments"]),
        raw["tests"],
    )


def _bounds(raw: Json) -> Bounds:
    return Bounds(
        _range(raw["calls"]),
        _range(raw["prompt_tokens"]),
        _range(raw["completion_tokens"]),
        raw["depth"],
    )


def _range(raw: Json) -> Range:
    return Range(raw["least"], raw["most"])


def _budget(raw: Json | None) -> BudgetSpec | None:
    if raw is None:
        return None
    return BudgetSpec(
        calls=raw["calls"],
        tokens=raw["tokens"],
        prompt_tokens=raw["prompt_tokens"],
        completion_tokens=raw["completion_tokens"],
        cost_usd=_dollars(raw["cost_usd"]),
        time_s=raw["time_s"],
        on_exhausted=OnExhausted(raw["on_exhausted"]),
    )
