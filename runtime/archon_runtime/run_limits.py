"""What the limits of a run's budget mean for its plan, before anything is asked."""

from __future__ import annotations

from archon_runtime.errors import PlanInvalid
from archon_runtime.plan import (
    PlanSpec,
    model_chain,
    models_asked,
    walk_layers,
    walk_nested,
    walk_steps,
)
from archon_runtime.providers.kinds import KINDS
from archon_runtime.retry import RetryPolicy

__all__ = ["cannot_exceed", "check_prices"]


def check_prices(spec: PlanSpec) -> None:
    """Refuse a limit of cost that could not be held: a model whose price is not known."""
    budgets = [spec.budget, *(layer.budget for layer in walk_layers(spec.layers))]
    budgets += (nested.budget for nested in walk_nested(spec.layers))
    if not any(budget and budget.cost_usd is not None for budget in budgets):
        return
    for name in models_asked(spec):
        model = spec.models[name]
        kind = KINDS.get(spec.providers[model.provider].kind)
        if model.price is None and not (kind and kind.free):
            raise PlanInvalid(
                f"`cost` is limited, and model `{name}` has no price",
                help="state the model's price, or limit calls and tokens instead",
            )


def _most_models(spec: PlanSpec) -> int:
    """Count the models that one call may ask, one after another, at most."""
    asked = {step.model for step in walk_steps(spec.layers) if step.model is not None}
    return max((len(model_chain(spec.models, name)) for name in asked), default=1)


def cannot_exceed(spec: PlanSpec, retry: RetryPolicy) -> bool:
    """Tell whether the plan's bounds lie within its budget, every call tried as often as may be."""
    budget, bounds = spec.budget, spec.bounds
    attempts = retry.attempts * _most_models(spec)
    if budget is None:
        return False
    prompt, completion = bounds.prompt_tokens.most, bounds.completion_tokens.most
    both = None if prompt is None or completion is None else prompt + completion
    pairs = (
        (budget.calls, bounds.calls.most),
        (budget.tokens, both),
        (budget.prompt_tokens, prompt),
        (budget.completion_tokens, completion),
        (budget.cost_usd, spec.cost_most_usd),
    )
    return all(
        limit is None or (most is not None and most * attempts <= limit) for limit, most in pairs
    )
