"""When the next request may go to a server, and with which key: keys and limits together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

from archon_runtime.errors import ProviderError
from archon_runtime.providers.key_ring import KeyRing, TakenKey
from archon_runtime.providers.server_limits import ServerLimits
from archon_runtime.usage import NOTHING, Usage

__all__ = ["Pace"]


class Pace:
    """Keeps the pace that a server asks for: by refusing keys, and by its replies' headers.

    Source: specs/runtime.md, rules C13 and C15.
    """

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self._limits = ServerLimits()

    def admit(self, model: str, estimate: Usage) -> float:
        """Count a request as about to be sent and return 0, or tell how long to wait.

        Raises:
            KeyRefused: every key was refused not long ago.
        """
        wait_s = 0.0
        if self._keys.some_rest or self._limits.some_known:
            limit_s = partial(self._limits.wait_s, model=model, estimate=estimate)
            wait_s = self._keys.ready_in_s(model, limit_s)
        if wait_s <= 0.0:
            self._limits.admit(model, estimate)
        return wait_s

    def withdraw(self, model: str, estimate: Usage) -> None:
        """Take back what was admitted and not sent."""
        self._limits.withdraw(model, estimate)

    def take(self, model: str) -> TakenKey:
        """Choose the key for a request that is sent now.

        Raises:
            KeyRefused: every key was refused not long ago.
        """
        key = self._keys.take(model, partial(self._limits.wait_s, model=model, estimate=NOTHING))
        self._limits.send(key.index, model, key.turn)
        return key

    def heard(
        self,
        key: TakenKey,
        model: str,
        headers: Mapping[str, str],
        error: ProviderError | None = None,
    ) -> None:
        """Learn from how a request ended; a request that has no reply has no headers."""
        self._limits.answer(key.index, model, key.turn, headers, datetime.now(UTC))
        if error is not None:
            self._keys.judge(error, key, model)
        elif headers:
            self._keys.worked(key, model)
