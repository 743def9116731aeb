"""What a simulation is asked: how many questions, and how the models behave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from archon_runtime.capacity.distribution import Constant, Distribution

__all__ = ["Load", "ModelLoad"]


@dataclass(frozen=True, slots=True)
class ModelLoad:
    """How one model behaves; None is as for all models.

    `errors` is a share of its calls. `limit_per_s` is the model's own limit, kept by its
    server: requests above it wait there.
    """

    latency_s: Distribution | None = None
    errors: float | None = None
    limit_per_s: float | None = None
    tokens: Distribution | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """Questions at `rate_per_s`, on average, during `duration_s`; then those open are answered.

    `limit_per_s` and `concurrency` are each provider's, for all its models together; None
    is what the plan says. `tokens` is how long completions are; None is what the made-up
    replies come to. Per model, by the plan's names: `models`. At most `most_questions` are
    asked, and with `most_open` unanswered ones at once the load is more than can be carried;
    None is 2,000, or four times what there would be without any waiting.
    """

    rate_per_s: float
    duration_s: float
    latency_s: Distribution = field(default_factory=lambda: Constant(1.0))
    errors: float = 0.0
    limit_per_s: float | None = None
    concurrency: int | None = None
    tokens: Distribution | None = None
    models: Mapping[str, ModelLoad] = field(default_factory=dict)
    seed: int = 0
    question: str = "What is asked?"
    data: Mapping[str, object] = field(default_factory=dict)
    most_questions: int = 10_000
    most_open: int | None = None
