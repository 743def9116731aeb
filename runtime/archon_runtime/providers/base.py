"""The seam between calls and models: what a provider is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from archon_runtime.chat import ChatRequest, ChatResponse, Message
from archon_runtime.providers.kinds import ProviderKind
from archon_runtime.usage import Usage

__all__ = ["Paced", "Provider", "ProviderFactory"]


class Provider(Protocol):
    """Answers chat requests. One attempt a call: retries, limits and money are not its own.

    `concurrency` and `rate` are kept by whoever calls it; it waits for neither.
    """

    @property
    def concurrency(self) -> int:
        """How many requests may be under way at once."""
        ...

    @property
    def rate(self) -> float | None:
        """How many requests may start in a second; None is no limit."""
        ...

    async def open(self) -> None:
        """Make ready (connect, load weights). Called once, before anything else.

        Raises:
            KeyMissing, ModelMissing, ProviderUnavailable: it cannot be used.
        """
        ...

    async def chat(self, request: ChatRequest) -> ChatResponse:
        """Ask for one completion, once.

        Raises:
            ProviderError: a leaf that says what happened.
            ModelMissing: the weights of a local model, found at its first use.
        """
        ...

    async def count_tokens(self, model: str, messages: Sequence[Message]) -> int | None:
        """Count the prompt's tokens exactly; None where only a bound is possible."""
        ...

    async def window(self, model: str) -> int | None:
        """Tell the context window in tokens that a request really has, if known."""
        ...

    async def close(self) -> None:
        """Give back what `open` took. Called once, also after a failed `open`."""
        ...


@runtime_checkable
class Paced(Protocol):
    """A provider that knows when it may be asked: its keys rest, or its server said so."""

    @property
    def token_rate(self) -> float | None:
        """How many tokens a second it may be asked for; None is no limit."""
        ...

    def admit(self, model: str, estimate: Usage) -> float:
        """Count a call as about to be made and return 0, or tell how long to wait.

        Raises:
            ProviderError: waiting will not help.
        """
        ...

    def withdraw(self, model: str, estimate: Usage) -> None:
        """Take back what was admitted, if it was not asked after all."""
        ...


class ProviderFactory(Protocol):
    """What a kind's `implementation` names: a class that a plan's options can make."""

    @classmethod
    def from_options(
        cls,
        name: str,
        kind: ProviderKind,
        options: Mapping[str, object],
        environ: Mapping[str, str],
    ) -> Provider:
        """Make the provider that the plan calls *name*; touches no network and no file.

        Raises:
            PlanInvalid: an option has a value that the compiler would have refused.
            KeyMissing: the variable of a key that is needed is not set.
        """
        ...
