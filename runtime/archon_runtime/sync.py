"""The runtime for code without an event loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypedDict, Unpack

import anyio

from archon_runtime.event import Event
from archon_runtime.plan_file import Plan
from archon_runtime.provider_pool import MakeProvider
from archon_runtime.providers.base import Provider
from archon_runtime.result import Result
from archon_runtime.retry import RetryPolicy
from archon_runtime.runtime import Runtime
from archon_runtime.sandbox.base import Sandbox
from archon_runtime.sitting import Asked
from archon_runtime.techniques.base import Technique

__all__ = ["RuntimeOptions", "run_sync"]


class RuntimeOptions(TypedDict, total=False):
    """What `Runtime` takes."""

    journal: Path | None
    providers: Mapping[str, Provider] | MakeProvider | None
    sandbox: Sandbox | None
    unsafe_checks: bool
    environ: Mapping[str, str] | None
    seed: int
    on_event: Callable[[Event], None] | None
    techniques: Mapping[str, type[Technique[Any]]] | None
    retry: RetryPolicy | None
    cache: bool
    log_contents: bool


def run_sync(
    plan: Plan | None = None,
    question: Asked | None = None,
    data: Mapping[str, object] | None = None,
    resume: str | None = None,
    replay: str | None = None,
    **options: Unpack[RuntimeOptions],
) -> Result:
    """Run one plan and wait for its result: `Runtime.run` for code without an event loop."""

    async def run() -> Result:
        async with Runtime(**options) as runtime:
            return await runtime.run(plan, question, data, resume, replay)

    return anyio.run(run)
