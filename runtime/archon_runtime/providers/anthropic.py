"""Anthropic's models, through the Messages API."""

from __future__ import annotations

from typing import ClassVar

from archon_runtime.chat import ChatRequest, ChatResponse
from archon_runtime.providers.anthropic_wire import make_body, read_message
from archon_runtime.providers.http_provider import HttpProvider
from archon_runtime.providers.http_settings import HttpDialect

__all__ = ["Anthropic"]


class Anthropic(HttpProvider):
    """Asks Anthropic's API for messages, over HTTP; needs asyncio.

    The version is the first one, since the later one refuses `temperature` and `top_p`
    for every model, also for those that know them.
    """

    dialect: ClassVar[HttpDialect] = HttpDialect(
        key_header="x-api-key",
        key_prefix="",
        headers={"anthropic-version": "2023-06-01"},
        url_help="check `base_url`, which does not hold `/v1/messages`",
    )

    async def _complete(self, request: ChatRequest) -> ChatResponse:
        # The vendor's variable has an address without `/v1`; people write it with one.
        start = "" if self._settings.base_url.endswith("/v1") else "/v1"
        path, body = f"{start}/messages", make_body(request)
        return read_message(await self._client.ask("POST", path, body, model=request.model))
