"""JSON over HTTP with aiohttp: one request, its time-outs, and what went wrong.

aiohttp needs asyncio, so HTTP providers do too. What its exceptions mean is in
`http_failure.py`; no other module imports it.
"""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
from anyio import CancelScope

from archon_runtime.errors import BadResponse, ProviderError
from archon_runtime.providers.http_failure import failure_of
from archon_runtime.providers.http_progress import Progress, Stage
from archon_runtime.providers.http_settings import HttpDialect, HttpSettings
from archon_runtime.providers.http_status import error_for_status
from archon_runtime.providers.key_ring import TakenKey
from archon_runtime.providers.pace import Pace
from archon_runtime.providers.wire import parse_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

__all__ = ["HttpClient"]

MAX_REPLY_BYTES = 16 * 1024 * 1024
"""More than the longest completion with log-probabilities; a larger reply is not one."""


KEEPALIVE_S = 4.0
"""Many servers close a connection after 5 idle seconds; a request that meets the closing
is lost, and may have been billed."""


class HttpClient:
    """Asks one server, keeping its connections; one attempt a request."""

    def __init__(
        self,
        settings: HttpSettings,
        dialect: HttpDialect | None = None,
        *,
        max_reply_bytes: int = MAX_REPLY_BYTES,
    ) -> None:
        self._settings = settings
        self._dialect = dialect or HttpDialect()
        self._max_reply_bytes = max_reply_bytes
        self.pace = Pace(settings.keys)
        self._host = urlsplit(settings.base_url).hostname or ""
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Open the session; nothing is sent yet.

        Raises:
            ProviderError: the event loop is not asyncio's.
        """
        try:
            connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_S)
        except RuntimeError:  # there is no event loop of asyncio's
            connector = None
        if connector is None:
            raise ProviderError(
                f"provider `{self._settings.name}` speaks HTTP and needs asyncio, "
                "but this program runs on another event loop",
                help="run it on asyncio, or use a `simulated` provider",
            )
        # No limit on connections: whoever calls keeps the provider's concurrency, and
        # waiting for a free one must not count as connecting.
        self._session = aiohttp.ClientSession(
            connector=connector,
            headers={"User-Agent": "archon"},
            # One cancel scope keeps all time-outs, see `Progress`.
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
            trace_configs=[_tracing()],
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=self._host not in ("127.0.0.1", "localhost", "::1"),
        )

    async def close(self) -> None:
        """Close the session and its connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def ask(self, method: str, path: str, body: object = None, *, model: str = "") -> Any:
        """Send *body* to a path under the base URL and decode the reply's JSON.

        *model* is who the request is for: limits and refusals may be that model's alone.

        Raises:
            ProviderError: a leaf that says what happened.
        """
        key = self.pace.take(model)
        headers: Mapping[str, str] = {}
        outcome: bytes | ProviderError | None = None
        try:
            outcome, headers = await self._attempt(method, path, body, key)
        finally:
            error = outcome if isinstance(outcome, ProviderError) else None
            self.pace.heard(key, model, headers, error)
        # Raised here, outside of any handler: aiohttp's exceptions hold the request's
        # headers, so none of them may hang on ours as its context.
        if isinstance(outcome, ProviderError):
            raise outcome
        return parse_json(outcome, url_help=self._dialect.url_help)

    async def _attempt(
        self, method: str, path: str, body: object, key: TakenKey
    ) -> tuple[bytes | ProviderError, Mapping[str, str]]:
        """Send and receive; whatever goes wrong comes back as one of our errors."""
        headers: Mapping[str, str] = {}
        with CancelScope() as scope:
            progress = Progress(self._settings.timeouts, scope)
            try:
                async with self._send(method, path, body, key, progress) as reply:
                    progress.reach(Stage.IDLE)
                    headers = reply.headers
                    raw = await self._read(reply, progress)
                    if isinstance(raw, ProviderError) or reply.status == 200:
                        return raw, headers
                    return self._refusal(reply, raw, key), headers
            except (aiohttp.ClientError, OSError) as error:
                return failure_of(error, self._host, sent=progress.sent), headers
        return progress.timed_out(self._host), headers

    def _refusal(self, reply: aiohttp.ClientResponse, raw: bytes, key: TakenKey) -> ProviderError:
        return error_for_status(
            reply.status,
            reply.headers,
            raw,
            key_env=key.variable,
            url_help=self._dialect.url_help,
            now=datetime.now(UTC),
        )

    @asynccontextmanager
    async def _send(
        self, method: str, path: str, body: object, key: TakenKey, progress: Progress
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        if self._session is None:
            raise RuntimeError("the provider is not open")
        headers = dict(self._dialect.headers)
        if body is not None:
            headers["Content-Type"] = "application/json"
        if key.variable:
            value = self._dialect.key_prefix + self._settings.keys.value(key)
            headers[self._dialect.key_header] = value
        reply = await self._session.request(
            method,
            self._settings.base_url + path,
            data=None if body is None else json.dumps(body).encode(),
            headers=headers,
            allow_redirects=False,
            trace_request_ctx=progress,
        )
        try:
            yield reply
        finally:
            reply.close()

    async def _read(
        self, reply: aiohttp.ClientResponse, progress: Progress
    ) -> bytes | ProviderError:
        """Read the whole body, but no more than the cap."""
        body = bytearray()
        size = reply.content_length or 0
        while size <= self._max_reply_bytes and (chunk := await reply.content.readany()):
            progress.reach(Stage.IDLE)
            body += chunk
            size = max(size, len(body))
        if size > self._max_reply_bytes:
            most = self._max_reply_bytes // 1024
            return BadResponse(f"the reply is larger than {most} KiB", billed=True)
        return self._settings.keys.hide(bytes(body))


def _tracing() -> aiohttp.TraceConfig:
    """Note when a request's bytes begin to go out: from then on it may be billed."""

    async def sent(_: object, context: SimpleNamespace, __: object) -> None:
        progress = context.trace_request_ctx
        if isinstance(progress, Progress):
            progress.reach(Stage.FIRST_BYTE)

    config = aiohttp.TraceConfig()
    config.on_request_headers_sent.append(sent)
    return config
