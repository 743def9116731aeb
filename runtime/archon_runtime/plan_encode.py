"""Frozen plan -> plain JSON values, described by specs/plan.schema.json."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from archon_runtime.bounds import Bounds, Range
from archon_runtime.flow import Flow
from archon_runtime.plan import (
    PLAN_VERSION,
    Answer,
    BudgetSpec,
    LayerSpec,
    ModelSpec,
    NestedSpec,
    PlanSpec,
    StepSpec,
)
from archon_runtime.prompt import Prompt

__all__ = ["encode_plan"]

Json = dict[str, object]


def encode_plan(spec: PlanSpec) -> Json:
    """Write every field out, also those with their default. Dollars become texts."""
    return {
        "archon_plan": PLAN_VERSION,
        "name": spec.name,
        "source_sha256": spec.source_sha256,
        "providers": {
            name: {"kind": each.kind, "options": plain(each.options)}
            for name, each in spec.providers.items()
        },
        "models": {name: _model(each) for name, each in spec.models.items()},
        "prompts": {name: _prompt(each) for name, each in spec.prompts.items()},
        "files": {
            name: {"text": each.text, "sha256": each.sha256} for name, each in spec.files.items()
        },
        "layers": [_layer(each) for each in spec.layers],
        "answer": _answer(spec.answer),
        "budget": _budget(spec.budget),
        "bounds": _bounds(spec.bounds),
        "cost_usd": {"least": _dollars(spec.cost_least_usd), "most": _dollars(spec.cost_most_usd)},
        "assumed": dict(spec.assumed),
    }


def plain(value: object) -> object:
    """Turn mappings and tuples into dictionaries and lists, all the way down."""
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def _dollars(value: Decimal | None) -> str | None:
    if value is None:
        return None
    # Not `normalize`, which rounds to the digits of the context.
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _model(model: ModelSpec) -> Json:
    price = model.price
    return {
        "provider": model.provider,
        "model": model.model,
        "temperature": model.temperature,
        "top_p": model.top_p,
        "max_tokens": model.max_tokens,
        "stop": list(model.stop),
        "seed": model.seed,
        "logprobs": model.logprobs,
        "window": model.window,
        "price": None
        if price is None
        else {
            "prompt_usd": _dollars(price.prompt_usd),
            "completion_usd": _dollars(price.completion_usd),
        },
        "extra": plain(model.extra),
        # Left out where there are none: plans of before have the same hash.
        **({"fallback": list(model.fallback)} if model.fallback else {}),
    }


def _prompt(prompt: Prompt) -> Json:
    return {
        "system": prompt.system,
        "examples": [{"user": user, "assistant": assistant} for user, assistant in prompt.examples],
        "user": prompt.user,
    }


def _layer(layer: LayerSpec) -> Json:
    return {
        "name": layer.name,
        "budget": _budget(layer.budget),
        # Only where they are given: plans without them stay what they were, hash and all.
        **({} if layer.quorum is None else {"quorum": layer.quorum}),
        **({} if layer.timeout_s is None else {"timeout_s": layer.timeout_s}),
        "steps": [_step(each) for each in layer.steps],
        "outflow": _flow(layer.outflow),
        "bounds": _bounds(layer.bounds),
    }


def _step(step: StepSpec | NestedSpec) -> Json:
    if isinstance(step, NestedSpec):
        return _nested(step)
    return {
        "id": step.id,
        "technique": step.technique,
        "model": step.model,
        "options": plain(step.options),
        "prompt": step.prompt,
        "inflow": _flow(step.inflow),
        "outflow": _flow(step.outflow),
        "bounds": _bounds(step.bounds),
    }


def _nested(step: NestedSpec) -> Json:
    return {
        "id": step.id,
        "architecture": step.architecture,
        "layers": [_layer(each) for each in step.layers],
        "answer": _answer(step.answer),
        "budget": _budget(step.budget),
        "inflow": _flow(step.inflow),
        "outflow": _flow(step.outflow),
        "bounds": _bounds(step.bounds),
    }


def _flow(flow: Flow) -> Json:
    return {
        "low": flow.arity.low,
        "high": flow.arity.high,
        "attachments": sorted(each.value for each in flow.attachments),
        "tests": flow.tests,
    }


def _bounds(bounds: Bounds) -> Json:
    return {
        "calls": _range(bounds.calls),
        "prompt_tokens": _range(bounds.prompt_tokens),
        "completion_tokens": _range(bounds.completion_tokens),
        "depth": bounds.depth,
    }


def _range(value: Range) -> Json:
    return {"least": value.least, "most": value.most}


def _budget(budget: BudgetSpec | None) -> Json | None:
    if budget is None:
        return None
    return {
        "calls": budget.calls,
        "tokens": budget.tokens,
        "prompt_tokens": budget.prompt_tokens,
        "completion_tokens": budget.completion_tokens,
        "cost_usd": _dollars(budget.cost_usd),
        "time_s": budget.time_s,
        "on_exhausted": budget.on_exhausted.value,
    }


def _answer(answer: Answer) -> Json:
    return {"choose": answer.choose.value, "seed": answer.seed}
