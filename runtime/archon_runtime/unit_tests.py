"""The unit tests that flow beside the candidates."""

from __future__ import annotations

from collections.abc import Callable

import anyio

from archon_runtime.errors import StepFailed

__all__ = ["UnitTests"]


class UnitTests:
    """The unit tests that flow beside candidates: settled once, perhaps with none.

    Layers that write none share those of the layer before them.
    """

    def __init__(self) -> None:
        self.texts: tuple[str, ...] = ()
        self._settled = anyio.Event()
        self._on_settled: list[Callable[[], None]] = []

    @property
    def is_settled(self) -> bool:
        """Tell whether it is known which tests there are."""
        return self._settled.is_set()

    def settle(self, texts: tuple[str, ...]) -> None:
        """Say which tests there are.

        Raises:
            StepFailed: that was said already: a mistake of the technique.
        """
        if self.is_settled:
            raise StepFailed("the technique gave its unit tests twice")
        self.texts = texts
        self._settled.set()
        waiting, self._on_settled = self._on_settled, []
        for tell in waiting:
            tell()

    def when_settled(self, tell: Callable[[], None]) -> None:
        """Call *tell* when it is known which tests there are, or at once if it is."""
        if self.is_settled:
            tell()
        else:
            self._on_settled.append(tell)

    async def get(self) -> tuple[str, ...]:
        """Wait until it is known which tests there are."""
        await self._settled.wait()
        return self.texts
