"""What the bounds of a plan rest on: what is proved, what is assumed, what is not known."""

from __future__ import annotations

from archon_runtime.plan import PlanSpec, models_asked

__all__ = ["rests_on"]


def rests_on(plan: PlanSpec) -> tuple[str, ...]:
    """Write it in sentences, the certain ones first."""
    used = sorted(models_asked(plan))
    open_ended = [name for name in used if plan.models[name].max_tokens is None]
    unpriced = [name for name in used if plan.models[name].price is None]
    lines = ["proved: calls, completion tokens, chain (calls that must wait for each other)"]
    if open_ended:
        lines.append(
            f"open: tokens and cost, since no `max_tokens` is set for {_names(open_ended)}"
        )
    lines.append(f"assumed, for prompt tokens and so for cost: {'; '.join(_assumed(plan))}")
    if unpriced:
        lines.append(f"unknown: cost, since there is no price of {_names(unpriced)}")
    return tuple(lines)


def _assumed(plan: PlanSpec) -> list[str]:
    lines = []
    for name, value in sorted(plan.assumed.items()):
        match name:
            case "question_tokens":
                lines.append(f"a question has at most {value:,} tokens ({name})")
            case "retokenise":
                lines.append(
                    f"another model counts a candidate as at most {value:g} times the "
                    f"`max_tokens` of its writer ({name})"
                )
            case _:
                lines.append(f"{name}: {value:g}")
    return lines


def _names(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
