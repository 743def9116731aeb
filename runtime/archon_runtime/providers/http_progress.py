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
    """Moves the deadline of a scope along with a request, and tells which one was missed."""

    __slots__ = ("_end_s", "_scope", "_stage", "_timeouts")

    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        now = anyio.current_time()
        self._end_s = now + timeouts.total_s
        self._stage = Stage.CONNECT
        # Not the time for connecting: aiohttp keeps that, and only where it has to connect.
        self._scope = anyio.CancelScope(deadline=min(self._end_s, now + timeouts.first_byte_s))

    @property
    def scope(self) -> anyio.CancelScope:
        """What is cancelled at the deadline; to be entered once."""
        return self._scope

    @property
    def sent(self) -> bool:
        """Tell whether bytes of the request went out: from then on it may be billed."""
        return self._stage is not Stage.CONNECT

    def connected(self) -> None:
        """Note that the request goes out."""
        self._stage = Stage.FIRST_BYTE

    def received(self, *, all_is_here: bool) -> None:
        """Note that some of the reply came; set the clock anew if the rest is waited for."""
        self._stage = Stage.IDLE
        if not all_is_here:
            idle_s = anyio.current_time() + self._timeouts.idle_s
            self._scope.deadline = min(self._end_s, idle_s)

    def not_connected(self, host: str) -> ProviderTimeout:
        """Make the error for a connection that took too long."""
        limit_s = min(self._timeouts.connect_s, self._timeouts.first_byte_s)
        return ProviderTimeout(
            f"`{host}` was not reached within {limit_s:g} s",
            help="check `base_url` and the network, or raise `connect_timeout`",
        )

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
                return self.not_connected(host)
            case Stage.FIRST_BYTE:
                message = f"{where} sent no reply within {timeouts.first_byte_s:g} s"
                help = "raise the provider's `first_byte_timeout` if its answers take longer"
            case _:
                idle_s = timeouts.idle_s
                message = f"the reply of {where} stopped half-way, with nothing for {idle_s:g} s"
                help = "raise the provider's `idle_timeout` if it sends its answers slowly"
        return ProviderTimeout(message, help=help, billed=self.sent)
