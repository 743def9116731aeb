"""What all providers behind HTTP have in common: options, limits, a client, an error's place."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

from archon_runtime.chat import ChatRequest, ChatResponse, Message
from archon_runtime.errors import ProviderError
from archon_runtime.providers.http_client import HttpClient
from archon_runtime.providers.http_settings import HttpDialect, HttpSettings, read_settings
from archon_runtime.providers.kinds import ProviderKind
from archon_runtime.usage import Usage

__all__ = ["HttpProvider"]


class HttpProvider(ABC):
    """Asks a server for completions; needs asyncio. A subclass knows the protocol."""

    dialect: ClassVar[HttpDialect] = HttpDialect()

    def __init__(self, settings: HttpSettings, client: HttpClient | None = None) -> None:
        self._settings = settings
        self._client = client or HttpClient(settings, self.dialect)

    @classmethod
    def from_options(
        cls,
        name: str,
        kind: ProviderKind,
        options: Mapping[str, object],
        environ: Mapping[str, str],
    ) -> Self:
        """Make it from a plan's options and the environment."""
        return cls(read_settings(name, kind, options, environ))

    @property
    def concurrency(self) -> int:
        """How many requests may be under way at once."""
        return self._settings.concurrency

    @property
    def rate(self) -> float | None:
        """How many requests may start in a second; None is no limit."""
        return self._settings.rate

    @property
    def token_rate(self) -> float | None:
        """How many tokens a second it may be asked for; None is no limit."""
        return self._settings.token_rate

    def admit(self, model: str, estimate: Usage) -> float:
        """Count a call as about to be made and return 0, or tell how long to wait.

        Raises:
            KeyRefused: every key was refused not long ago.
        """
        return self._client.pace.admit(model, estimate)

    def withdraw(self, model: str, estimate: Usage) -> None:
        """Take back what was admitted, if it was not asked after all."""
        self._client.pace.withdraw(model, estimate)

    async def open(self) -> None:
        """Make ready; nothing is sent yet.

        Raises:
            ProviderError: the event loop is not asyncio's.
        """
        await self._client.open()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def chat(self, request: ChatRequest) -> ChatResponse:
        """Ask for one completion, once.

        Raises:
            ProviderError: a leaf that says what happened.
        """
        try:
            return await self._complete(request)
        except ProviderError as error:
            error.place = error.place or f"model `{request.model}` of `{self._settings.name}`"
            raise

    @abstractmethod
    async def _complete(self, request: ChatRequest) -> ChatResponse:
        """Send one request through the client and read its reply."""

    async def count_tokens(self, model: str, messages: Sequence[Message]) -> int | None:
        """Answer None: no protocol can tell without a request, whose count is an estimate."""
        return None

    async def window(self, model: str) -> int | None:
        """Answer None: no protocol can tell without a request."""
        return None
