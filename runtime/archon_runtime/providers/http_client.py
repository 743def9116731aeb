"""JSON over HTTP with aiohttp: one request, its time-outs, and what went wrong.

The only module of the runtime's providers that imports aiohttp, and the only place
where its exceptions become ours. aiohttp needs asyncio, so HTTP providers do too.
"""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
import anyio

from archon_runtime.errors import (
    BadResponse,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
)
from archon_runtime.providers.hide import hide_keys
from archon_runtime.providers.http_settings import HttpDialect, HttpSettings
from archon_runtime.providers.http_status import error_for_status
from archon_runtime.providers.wire import parse_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

__all__ = ["HttpClient"]

MAX_REPLY_BYTES = 16 * 1024 * 1024
"""More than the longest completion with log-probabilities; a larger reply is not one."""


@dataclass(slots=True)
class _Progress:
    """How far a request came: whether its bytes went out, whether a reply began."""

    sent: bool = False
    begun: bool = False


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
        self._host = urlsplit(settings.base_url).hostname or ""
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Open the session; nothing is sent yet.

        Raises:
            ProviderError: the event loop is not asyncio's.
        """
        try:
            connector = aiohttp.TCPConnector(limit=0)
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
            timeout=aiohttp.ClientTimeout(
                total=None, connect=self._settings.timeouts.connect_s, sock_connect=None
            ),
            trace_configs=[_tracing()],
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=self._host not in ("127.0.0.1", "localhost", "::1"),
        )

    async def close(self) -> None:
        """Close the session and its connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        """Send *body* to a path under the base URL and decode the reply's JSON.

        Raises:
            ProviderError: a leaf that says what happened.
        """
        progress = _Progress()
        outcome = await self._attempt(method, path, body, progress)
        # Raised here, outside of any handler: aiohttp's exceptions hold the request's
        # headers, so none of them may hang on ours as its context.
        if isinstance(outcome, ProviderError):
            raise outcome
        return parse_json(outcome, url_help=self._dialect.url_help)

    async def _attempt(
        self, method: str, path: str, body: object, progress: _Progress
    ) -> bytes | ProviderError:
        """Send and receive; whatever goes wrong comes back as one of our errors."""
        timeouts = self._settings.timeouts
        try:
            with anyio.fail_after(timeouts.total_s):
                async with self._send(method, path, body, progress) as reply:
                    progress.begun = True
                    raw = await self._read(reply)
                    if isinstance(raw, ProviderError) or reply.status == 200:
                        return raw
                    return error_for_status(
                        reply.status,
                        reply.headers,
                        raw,
                        key_env=self._settings.key_env,
                        url_help=self._dialect.url_help,
                        now=datetime.now(UTC),
                    )
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return self._map(error, progress)

    @asynccontextmanager
    async def _send(
        self, method: str, path: str, body: object, progress: _Progress
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        if self._session is None:
            raise RuntimeError("the provider is not open")
        headers = dict(self._dialect.headers)
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self._settings.key:
            headers[self._dialect.key_header] = self._dialect.key_prefix + self._settings.key
        with anyio.fail_after(self._settings.timeouts.first_byte_s):
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

    async def _read(self, reply: aiohttp.ClientResponse) -> bytes | ProviderError:
        """Read the whole body, but no more than the cap."""
        body = bytearray()
        while True:
            with anyio.fail_after(self._settings.timeouts.body_s):
                chunk = await reply.content.readany()
            if not chunk:
                return self._without_key(bytes(body))
            body += chunk
            if len(body) > self._max_reply_bytes:
                most = self._max_reply_bytes // 1024
                return BadResponse(f"the reply is larger than {most} KiB", billed=True)

    def _without_key(self, raw: bytes) -> bytes:
        """Take the key out of a reply that repeats it, before any of it is shown or kept."""
        return hide_keys(raw, [self._settings.key or ""])

    def _map(self, error: Exception, progress: _Progress) -> ProviderError:
        """Turn a failure of aiohttp into ours: the only place that does."""
        where = f"`{self._host}`"
        match error:
            case aiohttp.ConnectionTimeoutError():
                limit = self._settings.timeouts.connect_s
                return ProviderUnavailable(f"{where} was not reached within {limit:g} s")
            case TimeoutError() if progress.begun:
                return ProviderTimeout(f"the reply of {where} stopped half-way", billed=True)
            case TimeoutError():
                limit = self._settings.timeouts.first_byte_s
                return ProviderTimeout(
                    f"{where} sent no reply within {limit:g} s",
                    help="raise the provider's `timeout` if its answers take longer",
                    billed=progress.sent,
                )
            case aiohttp.ClientConnectorDNSError():
                return ProviderUnavailable(f"the host {where} is not known", help=_CHECK_URL)
            case aiohttp.ClientSSLError():
                return ProviderUnavailable(
                    f"no secure connection to {where}: its certificate was not accepted",
                    help=_CHECK_URL,
                )
            case aiohttp.ClientConnectorError():
                return ProviderUnavailable(
                    f"{where} does not accept a connection ({_reason(error.os_error)})",
                    help=f"check that the server runs; {_CHECK_URL}",
                )
            case aiohttp.ClientPayloadError() | aiohttp.ServerDisconnectedError():
                return ProviderUnavailable(f"{where} cut the reply off", billed=progress.sent)
            case aiohttp.ClientResponseError():
                return BadResponse(
                    f"the reply of {where} is not well-formed HTTP", billed=progress.sent
                )
            case aiohttp.InvalidURL():
                return ProviderUnavailable(f"{where} is no usable URL", help=_CHECK_URL)
            case _:
                reason = _reason(error) if isinstance(error, OSError) else type(error).__name__
                return ProviderUnavailable(
                    f"the connection to {where} failed ({reason})", billed=progress.sent
                )


_CHECK_URL = "check `base_url` and the network"


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).split(":")[0].lower()


def _tracing() -> aiohttp.TraceConfig:
    """Note when a request's bytes begin to go out: from then on it may be billed."""

    async def sent(_: object, context: SimpleNamespace, __: object) -> None:
        progress = context.trace_request_ctx
        if isinstance(progress, _Progress):
            progress.sent = True

    config = aiohttp.TraceConfig()
    config.on_request_headers_sent.append(sent)
    return config
