"""Any server that speaks OpenAI's chat completions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self
from urllib.parse import urlsplit

from archon_runtime.chat import ChatRequest, ChatResponse, Message
from archon_runtime.errors import ProviderError
from archon_runtime.providers.http_client import HttpClient
from archon_runtime.providers.http_settings import HttpSettings, read_settings
from archon_runtime.providers.kinds import ProviderKind
from archon_runtime.providers.openai_wire import make_body, read_completion

__all__ = ["OpenAICompatible"]


class OpenAICompatible:
    """Asks a server for chat completions, over HTTP; needs asyncio.

    OpenAI's own API takes the limit on new tokens as `max_completion_tokens` (its
    newer models refuse the older name); every other server as `max_tokens`, which all
    of them know. `extra: { max_completion_tokens: … }` chooses the newer name.
    """

    def __init__(self, settings: HttpSettings, client: HttpClient | None = None) -> None:
        self._settings = settings
        self._client = client or HttpClient(settings)
        own = urlsplit(settings.base_url).hostname == "api.openai.com"
        self._limit_field = "max_completion_tokens" if own else "max_tokens"

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
            body = make_body(request, limit_field=self._limit_field)
            return read_completion(await self._client.ask("POST", "/chat/completions", body))
        except ProviderError as error:
            error.place = error.place or f"model `{request.model}` of `{self._settings.name}`"
            raise

    async def count_tokens(self, model: str, messages: Sequence[Message]) -> int | None:
        """Answer None: the protocol has no way to ask."""
        return None

    async def window(self, model: str) -> int | None:
        """Answer None: the protocol has no way to ask."""
        return None
