"""JSON over HTTP with aiohttp: one request, its time-outs, and what went wrong.

aiohttp needs asyncio, so HTTP providers do too. What its exceptions mean is in
`http_failure.py`; no other module imports it.
"""

from __future__ import annotations

import json
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from archon_runtime.errors import BadResponse, ProviderError
from archon_runtime.providers.http_failure import failure_of
from archon_runtime.providers.http_progress import Progress
from archon_runtime.providers.http_settings import HttpDialect, HttpSettings
from archon_runtime.providers.http_status import error_for_status
from archon_runtime.providers.key_ring import TakenKey
from archon_runtime.providers.pace import Pace
from archon_runtime.providers.wire import parse_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace

__all__ = ["HttpClient"]

MAX_REPLY_BYTES = 16 * 1024 * 1024
"""More than the longest completion with log-probabilities; a larger reply is not one."""


KEEPALIVE_S = 4.0
"""Many servers close a connection after 5 idle seconds; a request that meets the closing
is lost, and may have been billed."""


_UNDER_WAY: ContextVar[Progress] = ContextVar("_UNDER_WAY")
"""The request that this task makes."""


class _Connector(aiohttp.TCPConnector):
    """Tells a request when it has its connection: from then on it may be billed.

    aiohttp's tracing tells it too, at several times the cost.
    """

    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> Connection:
        connection = await super().connect(req, traces, timeout)
        _UNDER_WAY.get().connected()
        return connection


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
        self._headers = {**self._dialect.headers, "Content-Type": "application/json"}
        self._urls: dict[str, URL] = {}
        self._host = urlsplit(settings.base_url).hostname or ""
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Open the session; nothing is sent yet.

        Raises:
            ProviderError: the event loop is not asyncio's.
        """
        try:
            connector = _Connector(limit=0, keepalive_timeout=KEEPALIVE_S)
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
            # The other time-outs are kept by one cancel scope, see `Progress`.
            timeout=aiohttp.ClientTimeout(
                total=None, connect=self._settings.timeouts.connect_s, sock_connect=None
            ),
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
        reply: aiohttp.ClientResponse | None = None
        progress = Progress(self._settings.timeouts)
        with progress.scope:
            _UNDER_WAY.set(progress)
            try:
                reply = await self._send(method, path, body, key)
                headers = reply.headers
                raw = await self._read(reply, progress)
                if isinstance(raw, ProviderError) or reply.status == 200:
                    return raw, headers
                return self._refusal(reply, raw, key), headers
            except aiohttp.ConnectionTimeoutError:
                return progress.not_connected(self._host), headers
            except (aiohttp.ClientError, OSError) as error:
                return failure_of(error, self._host, sent=progress.sent), headers
            finally:
                if reply is not None:
                    reply.close()
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

    async def _send(
        self, method: str, path: str, body: object, key: TakenKey
    ) -> aiohttp.ClientResponse:
        """Send a request; the reply has its head, and perhaps some of its body."""
        if self._session is None:
            raise RuntimeError("the provider is not open")
        headers = dict(self._headers)
        if key.variable:
            value = self._dialect.key_prefix + self._settings.keys.value(key)
            headers[self._dialect.key_header] = value
        url = self._urls.get(path)
        if url is None:
            url = self._urls[path] = URL(self._settings.base_url + path)
        return await self._session.request(
            method,
            url,
            data=None if body is None else json.dumps(body).encode(),
            headers=headers,
            allow_redirects=False,
        )

    async def _read(
        self, reply: aiohttp.ClientResponse, progress: Progress
    ) -> bytes | ProviderError:
        """Read the whole body, but no more than the cap."""
        body = bytearray()
        size, content = reply.content_length or 0, reply.content
        progress.received(all_is_here=content.is_eof())
        while size <= self._max_reply_bytes and (chunk := await content.readany()):
            body += chunk
            size = max(size, len(body))
            progress.received(all_is_here=content.is_eof())
        if size > self._max_reply_bytes:
            most = self._max_reply_bytes // 1024
            return BadResponse(f"the reply is larger than {most} KiB", billed=True)
        return self._settings.keys.hide(bytes(body))
