"""Where a runtime's checks run: the sandbox and the workers, made when first needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import anyio

from archon_runtime.candidate import CheckResult
from archon_runtime.plan import FileSpec
from archon_runtime.question import Question
from archon_runtime.sandbox.base import Sandbox
from archon_runtime.techniques.base import Check

if TYPE_CHECKING:
    from archon_runtime.check_pool import TrustedWorkers

__all__ = ["CheckHost"]


class CheckHost:
    """Runs checks in the sandbox that was given, or in the best there is.

    *unsafe* lets untrusted checks run without one.
    """

    def __init__(self, sandbox: Sandbox | None, *, unsafe: bool) -> None:
        self._sandbox = sandbox
        self._unsafe = unsafe
        self._workers: TrustedWorkers | None = None

    async def run(
        self,
        question: Question,
        files: Mapping[str, FileSpec],
        check: Check,
        text: str,
        *,
        trusted: bool,
        timeout_s: float,
    ) -> CheckResult:
        """Tell whether *text* passes."""
        # Imported here: most plans check nothing.
        from archon_runtime.check_pool import TrustedWorkers
        from archon_runtime.checks import run_check
        from archon_runtime.sandbox.choose import choose_sandbox

        if self._sandbox is None:
            self._sandbox = choose_sandbox(unsafe=self._unsafe)
        if self._workers is None:
            self._workers = TrustedWorkers()
        return await run_check(
            check,
            text,
            question,
            files,
            sandbox=self._sandbox,
            trusted=trusted,
            timeout_s=timeout_s,
            workers=self._workers,
        )

    async def close(self, timeout_s: float) -> None:
        """End the workers, within some seconds."""
        workers, self._workers = self._workers, None
        if workers is not None:
            with anyio.move_on_after(timeout_s, shield=True):
                await workers.close()
