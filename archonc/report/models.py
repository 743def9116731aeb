"""The models of a plan in words: what makes them what they are, whatever they are called."""

from __future__ import annotations

import json

from archon_runtime.classes import fields
from archon_runtime.plan import ModelSpec, PlanSpec
from archon_runtime.usage import Price
from archonc.report.amounts import exact_dollars

__all__ = ["describe_model", "model_settings", "title_of_model"]

_APART = frozenset({"provider", "model", "fallback"})
_FREE = "free"


def title_of_model(plan: PlanSpec, name: str) -> str:
    """Write which model it is: `openai gpt-4o-mini`."""
    model = plan.models[name]
    return f"{plan.providers[model.provider].kind} {model.model}"


def describe_model(plan: PlanSpec, name: str) -> str:
    """Write a model with all settings that are set, on one line."""
    settings = model_settings(plan, name)
    facts = [title_of_model(plan, name)]
    facts += [
        value if value == _FREE else f"{key} {value}"
        for key, value in settings.items()
        if key not in ("provider", "model")
    ]
    return ", ".join(facts)


def model_settings(plan: PlanSpec, name: str) -> dict[str, str]:
    """List what makes a model what it is, as texts; the names in the program are left out."""
    model = plan.models[name]
    provider = plan.providers[model.provider]
    found = {"provider": provider.kind, "model": model.model}
    for each in fields(ModelSpec):
        value = getattr(model, each.name)
        if each.name not in _APART and value != each.default and value not in ((), {}):
            found[each.name] = _text(value)
    if model.fallback:
        found["fallback"] = ", ".join(title_of_model(plan, each) for each in model.fallback)
    for option, value in sorted(provider.options.items()):
        found[f"provider's {option}"] = _text(value)
    return found


def _text(value: object) -> str:
    match value:
        case Price(prompt_usd=prompt, completion_usd=completion):
            free = not prompt and not completion
            million = f"{exact_dollars(prompt)} and {exact_dollars(completion)} a million tokens"
            return _FREE if free else million
        case {"env": str(variable)}:
            return f"env({variable})"
        case float():
            return f"{value:g}"
        case int() | str() if not isinstance(value, bool):
            return str(value)
        case _:
            return json.dumps(value, sort_keys=True, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    return dict(value) if hasattr(value, "items") else str(value)  # type: ignore[call-overload]
