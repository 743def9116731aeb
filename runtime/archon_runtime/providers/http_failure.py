"""What aiohttp's exceptions mean: the only place where they become ours."""

from __future__ import annotations

import aiohttp

from archon_runtime.errors import BadResponse, ProviderError, ProviderUnavailable

__all__ = ["failure_of"]

_CHECK_URL = "check `base_url` and the network"


def failure_of(error: Exception, host: str, *, sent: bool) -> ProviderError:
    """Make our error of aiohttp's; *sent*: bytes of the request went out, so it may be billed.

    Time-outs are not among them: `Progress` keeps those.
    """
    where = f"`{host}`"
    match error:
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
            return ProviderUnavailable(f"{where} cut the reply off", billed=sent)
        case aiohttp.ClientResponseError():
            return BadResponse(f"the reply of {where} is not well-formed HTTP", billed=sent)
        case aiohttp.InvalidURL():
            return ProviderUnavailable(f"{where} is no usable URL", help=_CHECK_URL)
        case _:
            reason = _reason(error) if isinstance(error, OSError) else type(error).__name__
            return ProviderUnavailable(f"the connection to {where} failed ({reason})", billed=sent)


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).split(":")[0].lower()
