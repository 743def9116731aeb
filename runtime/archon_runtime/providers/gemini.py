"""Google's Gemini models, through the Gemini API."""

from __future__ import annotations

import re
from typing import ClassVar

from archon_runtime.chat import ChatRequest, ChatResponse
from archon_runtime.errors import ProviderRefused
from archon_runtime.providers.gemini_wire import make_body, read_reply
from archon_runtime.providers.http_provider import HttpProvider
from archon_runtime.providers.http_settings import HttpDialect

__all__ = ["Gemini"]

_NAME = re.compile(r"(?:(?:models|tunedModels)/)?[\w-][\w.-]*", re.ASCII)
"""What can stand in the path: anything else could lead out of it."""


class Gemini(HttpProvider):
    """Asks the Gemini API for content, over HTTP; needs asyncio.

    The version is `v1beta`, since only there one finds all models, aliases such as
    `gemini-flash-latest` included; a `base_url` that ends in `/v1` chooses the stable one.

    The key goes into a header, never into the address, which servers and proxies log.
    """

    dialect: ClassVar[HttpDialect] = HttpDialect(
        key_header="x-goog-api-key",
        key_prefix="",
        url_help="check `base_url`, which does not hold `/v1beta/models`",
    )

    async def _complete(self, request: ChatRequest) -> ChatResponse:
        if _NAME.fullmatch(request.model) is None:
            raise ProviderRefused(
                "this cannot be the name of a Gemini model",
                help="write it like `gemini-2.5-flash`",
            )
        # The vendor's variable has an address without a version; people write it with one.
        version = "" if self._settings.base_url.endswith(("/v1", "/v1beta")) else "/v1beta"
        name = request.model if "/" in request.model else f"models/{request.model}"
        path = f"{version}/{name}:generateContent"
        body = make_body(request)
        return read_reply(await self._client.ask("POST", path, body, model=request.model))
