"""A provider's limits alone: an implementation of that part of the seam."""

from __future__ import annotations

from archon_runtime.providers.key_ring import KeyRing
from archon_runtime.providers.pace import Pace

__all__ = ["Paced"]


class Paced:
    """A provider that has a rate of tokens, and a `Pace` that knows its server's headers."""

    def __init__(self, token_rate: float | None = None) -> None:
        self.token_rate = token_rate
        self.pace = Pace(KeyRing())
        self.admit = self.pace.admit
        self.withdraw = self.pace.withdraw
