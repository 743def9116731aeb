"""How far a request came, and how long each part of it may still take."""

from __future__ import annotations

from enum import Enum

import anyio

from archon_runtime.errors import ProviderTimeout
from archon_runtime.providers.http_settings import Timeouts

__all__ = ["Progress", "Stage"]


class Stage(Enum):
    """What a request waits for: a connection, the reply's head, or more of its body."""

    CONNECT = "connect"
    FIRST_BYTE = "first byte"
    IDLE = "idle"


class Progress:
    """Moves the deadline of *scope* along with a request, and tells which one was missed."""

    def __init__(self, timeouts: Timeouts, scope: anyio.CancelScope) -> None:
        self._timeouts = timeouts
        self._scope = scope
        self._end_s = anyio.current_time() + timeouts.total_s
        self._stage = Stage.CONNECT
        scope.deadline = min(self._end_s, self._end_s - timeouts.total_s + timeouts.connect_s)

    @property
    def sent(self) -> bool:
        """Tell whether bytes of the request went out: from then on it may be billed."""
        return self._stage is not Stage.CONNECT

    def reach(self, stage: Stage) -> None:
        """Begin *stage*, or begin it anew: more has come."""
        self._stage = stage
        timeouts = self._timeouts
        limit_s = timeouts.idle_s if stage is Stage.IDLE else timeouts.first_byte_s
        self._scope.deadline = min(self._end_s, anyio.current_time() + limit_s)

    def timed_out(self, host: str) -> ProviderTimeout:
        """Make the error for the deadline that was missed."""
        timeouts, where = self._timeouts, f"`{host}`"
        if self._scope.deadline >= self._end_s:
            return ProviderTimeout(
                f"the call to {where} took longer than {timeouts.total_s:g} s in all",
                help="raise the provider's `timeout` if its answers take longer",
                billed=self.sent,
            )
        match self._stage:
            case Stage.CONNECT:
                message = f"{where} was not reached within {timeouts.connect_s:g} s"
                help = "check `base_url` and the network, or raise `connect_timeout`"
            case Stage.FIRST_BYTE:
                message = f"{where} sent no reply within {timeouts.first_byte_s:g} s"
                help = "raise the provider's `first_byte_timeout` if its answers take longer"
            case _:
                idle_s = timeouts.idle_s
                message = f"the reply of {where} stopped half-way, with nothing for {idle_s:g} s"
                help = "raise the provider's `idle_timeout` if it sends its answers slowly"
        return ProviderTimeout(message, help=help, billed=self.sent)
