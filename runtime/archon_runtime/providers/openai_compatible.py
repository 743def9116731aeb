"""Any server that speaks OpenAI's chat completions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self
from urllib.parse import urlsplit

from archon_runtime.chat import ChatRequest, ChatResponse
from archon_runtime.providers.http_client import HttpClient
from archon_runtime.providers.http_provider import HttpProvider
from archon_runtime.providers.http_settings import HttpSettings, read_settings
from archon_runtime.providers.kinds import ProviderKind
from archon_runtime.providers.openai_wire import make_body, read_completion

__all__ = ["OpenAICompatible"]


class OpenAICompatible(HttpProvider):
    """Asks a server for chat completions, over HTTP; needs asyncio.

    OpenAI's own API takes the limit on new tokens as `max_completion_tokens` (its
    newer models refuse the older name); every other server as `max_tokens`, which all
    of them know. `extra: { max_completion_tokens: … }` chooses the newer name.

    `counted_logprobs`: the server takes `logprobs` as a number of tokens, not a flag.
    """

    def __init__(
        self,
        settings: HttpSettings,
        client: HttpClient | None = None,
        *,
        counted_logprobs: bool = False,
    ) -> None:
        super().__init__(settings, client)
        own = urlsplit(settings.base_url).hostname == "api.openai.com"
        self._limit_field = "max_completion_tokens" if own else "max_tokens"
        self._logprobs: bool | int = 1 if counted_logprobs else True

    @classmethod
    def from_options(
        cls,
        name: str,
        kind: ProviderKind,
        options: Mapping[str, object],
        environ: Mapping[str, str],
    ) -> Self:
        """Make it from a plan's options and the environment."""
        settings = read_settings(name, kind, options, environ)
        return cls(settings, counted_logprobs=kind.name == "together")

    async def _complete(self, request: ChatRequest) -> ChatResponse:
        body = make_body(request, limit_field=self._limit_field, logprobs=self._logprobs)
        reply = await self._client.ask("POST", "/chat/completions", body, model=request.model)
        return read_completion(reply)
