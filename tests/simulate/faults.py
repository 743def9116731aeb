"""Five faults that a runtime like this one could have; the checks must find each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archon_runtime.budget import NO_HOLDS, Holds, Ledger, Reservation
from archon_runtime.chat import ChatRequest, ChatResponse, Message
from archon_runtime.errors import ProviderError
from archon_runtime.providers.base import Provider
from archon_runtime.tail import Tail
from archon_runtime.usage import Usage
from tests.simulate.lab import Lab
from tests.simulate.play import Parts

__all__ = ["FAULTS"]


class _KeepsReleased(Ledger):
    """Release skipped: what was set aside for a call that was never sent stays so."""

    def release(self, reservation: Reservation) -> None:
        pass


class _SettlesTwice(Ledger):
    """Settled twice: the bill of a failed call is booked again when its step ends."""

    def settle(self, reservation: Reservation, actual: Usage) -> tuple[str, ...]:
        above = super().settle(reservation, actual)
        if not actual.completion_tokens:
            self.book(actual, actual)
        return above


class _AdmitsLate(Ledger):
    """Late admission: room for a call is only looked for when its bill is there."""

    def reserve(self, estimate: Usage, holds: Holds = NO_HOLDS) -> Reservation:
        return Reservation(estimate)

    def settle(self, reservation: Reservation, actual: Usage) -> tuple[str, ...]:
        return super().settle(super().reserve(actual), actual)

    def release(self, reservation: Reservation) -> None:
        pass


class _NoTail(Tail):
    """Tail reserve off: nothing is held back for later layers."""

    def holds(self, layer: int, estimate: Usage) -> Holds:
        return NO_HOLDS


class _TriesAgain:
    """Retry unbooked: a client that asks again by itself, as vendors' clients do."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self.concurrency = lab.concurrency
        self.rate = lab.rate

    async def open(self) -> None:
        await self._lab.open()

    async def close(self) -> None:
        await self._lab.close()

    async def count_tokens(self, model: str, messages: Sequence[Message]) -> int | None:
        return await self._lab.count_tokens(model, messages)

    async def window(self, model: str) -> int | None:
        return await self._lab.window(model)

    async def chat(self, request: ChatRequest) -> ChatResponse:
        try:
            return await self._lab.chat(request)
        except ProviderError:
            return await self._lab.chat(request)


@dataclass(frozen=True)
class _Retrying(Parts):
    def wrap(self, lab: Lab) -> Provider:
        return _TriesAgain(lab)


FAULTS: Mapping[str, Parts] = {
    "release skipped": Parts(ledger=_KeepsReleased),
    "settled twice": Parts(ledger=_SettlesTwice),
    "late admission": Parts(ledger=_AdmitsLate),
    "tail reserve off": Parts(tail=_NoTail),
    "retry unbooked": _Retrying(),
}
