"""Providers as a runtime holds them: made and opened when first needed, closed at the end."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import anyio

from archon_runtime.limits import Traffic
from archon_runtime.plan import ProviderSpec
from archon_runtime.providers.base import Paced, Provider

__all__ = ["MakeProvider", "OpenProvider", "ProviderPool"]

MakeProvider = Callable[[str, ProviderSpec], Provider]

_CLOSE_S = 5.0
_GIVE_UP_S = 1.0
"""A run that is stopped while it opens a provider must end within a second."""


@dataclass(frozen=True, slots=True)
class OpenProvider:
    """A provider that is open, with its limits, and the windows it told of its models."""

    provider: Provider
    traffic: Traffic
    windows: dict[str, int | None] = field(default_factory=dict)

    async def window(self, model: str) -> int | None:
        """Tell a model's context window; the provider is asked once."""
        if model not in self.windows:
            self.windows[model] = await self.provider.window(model)
        return self.windows[model]


class ProviderPool:
    """Runs that name the same provider share it, and its limits."""

    def __init__(self, make: MakeProvider) -> None:
        self._make = make
        self._open: dict[str, OpenProvider] = {}
        self._opening = anyio.Lock()

    async def get(self, name: str, spec: ProviderSpec) -> OpenProvider:
        """Give a provider, open; one that cannot be opened is closed again.

        Raises:
            KeyMissing, ModelMissing, ProviderUnavailable: it cannot be used.
        """
        options = json.dumps(dict(spec.options), sort_keys=True, default=str)
        identity = f"{name} {spec.kind} {options}"
        async with self._opening:
            if identity not in self._open:
                self._open[identity] = await self._open_one(name, spec)
            return self._open[identity]

    async def close(self) -> None:
        """Close all, last opened first, each within some seconds."""
        while self._open:
            _, opened = self._open.popitem()
            await _close(opened.provider, _CLOSE_S)

    async def _open_one(self, name: str, spec: ProviderSpec) -> OpenProvider:
        provider = self._make(name, spec)
        ready = False
        try:
            await provider.open()
            ready = True
        finally:
            if not ready:
                await _close(provider, _GIVE_UP_S)
        paced = provider if isinstance(provider, Paced) else None
        return OpenProvider(provider, Traffic(provider.concurrency, provider.rate, paced))


async def _close(provider: Provider, timeout_s: float) -> None:
    # Shielded: a run that is cancelled must not leave a server or a connection behind.
    with anyio.move_on_after(timeout_s, shield=True):
        await provider.close()
