"""What a status other than 200 means: which error, is it billed, when to ask again."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from archon_runtime.errors import (
    KeyRefused,
    ProviderError,
    ProviderRateLimited,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnavailable,
)

__all__ = ["ApiError", "error_for_status", "error_of", "parse_retry_after", "shorten"]

_SHOWN = 300
_NO_CREDIT = frozenset({"insufficient_quota", "enforced_spend_limit_reached", "billing_error"})
"""Codes of a limit that no waiting lifts: OpenAI's, and two of Anthropic's."""

_WORKED_ON = frozenset({502, 504, 520, 521, 522, 523, 524})
"""A gateway speaks for a server behind it, which may have done the work and billed it."""


@dataclass(frozen=True, slots=True)
class ApiError:
    """The error object in a reply's body; empty where there is none.

    `code` is the most exact word there is. `retry_after_s` is Google's, in the body.
    """

    message: str = ""
    code: str = ""
    retry_after_s: float | None = None


def error_for_status(
    status: int,
    headers: Mapping[str, str],
    raw: bytes,
    *,
    key_env: str,
    now: datetime,
    url_help: str,
) -> ProviderError:
    """Make the error for a reply with *status*; *now* is for a `Retry-After` that is a date."""
    error = _error_in(raw)
    said = f": {error.message}" if error.message else ""
    after = parse_retry_after(headers.get("Retry-After", ""), now)
    after = error.retry_after_s if after is None else after
    if 300 <= status < 400:
        return ProviderRefused(
            f"status {status}, it redirects elsewhere, and the key goes to no other host",
            help="set `base_url` to where the API is now",
        )
    if status in (401, 403) or error.code == "API_KEY_INVALID":  # Google's comes with a 400
        return KeyRefused(
            f"status {status}{said}", help=_key_help(status, key_env), of_model=status == 403
        )
    if status == 402 or (status == 429 and error.code in _NO_CREDIT):
        return KeyRefused(
            f"status {status}, the account's quota is used up{said}",
            help=f"add credit to the account of the key in `{key_env}`, or use another key",
        )
    if status == 429:
        return ProviderRateLimited(f"status 429, too many requests{said}", retry_after_s=after)
    if status in (408, 409, 425):
        return ProviderTimeout(f"status {status}{said}", retry_after_s=after, billed=True)
    if status >= 500:
        billed = status in _WORKED_ON
        return ProviderUnavailable(f"status {status}{said}", retry_after_s=after, billed=billed)
    return ProviderRefused(f"status {status}{said}", help=_refusal_help(status, error, url_help))


def parse_retry_after(value: str, now: datetime) -> float | None:
    """Read seconds or an HTTP date as seconds from *now*; None if it is neither.

    Source: RFC 9110, section 10.2.3.
    """
    value = value.strip()
    try:
        seconds = float(value)
    except ValueError:
        try:
            date = parsedate_to_datetime(value)
        except ValueError:
            return None
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        seconds = (date - now).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None


def error_of(payload: object) -> ApiError:
    """Find the error in a decoded body: `{"error": {"message", "code"}}` or a variant.

    Google's and Anthropic's `details` may hold a code that says more than the status.
    """
    if not isinstance(payload, Mapping):
        return ApiError()
    error = payload.get("error", payload)
    if isinstance(error, str):
        return ApiError(shorten(error))
    if not isinstance(error, Mapping):
        return ApiError()
    message = error.get("message") or error.get("detail") or ""
    details = error.get("details")
    found = [each for each in _listed(details) if isinstance(each, Mapping)]
    exact = [each.get("reason") or each.get("error_code") for each in found]
    code = next(filter(None, exact), None) or error.get("code") or error.get("type") or ""
    delays = [_google_duration(each.get("retryDelay")) for each in found]
    after = next((delay for delay in delays if delay is not None), None)
    text = shorten(message if isinstance(message, str) else str(message))
    return ApiError(text, str(code), after)


def _listed(details: object) -> Sequence[object]:
    return details if isinstance(details, list) else (details,)


def _google_duration(value: object) -> float | None:
    """Read a duration as protocol buffers write it in JSON: `"3.5s"`."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{1,9}(\.\d{1,9})?s", value, re.ASCII):
        return None
    return float(value[:-1])


def _error_in(raw: bytes) -> ApiError:
    try:
        return error_of(json.loads(raw))
    except (ValueError, RecursionError):
        text = raw.decode("utf-8", "replace").strip()
        return ApiError("" if text.startswith("<") else shorten(text))


def shorten(text: str) -> str:
    """Make one line of a server's text, printable and short: it goes into a message."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def _key_help(status: int, key_env: str) -> str:
    if not key_env:
        return 'give the provider a key: `key: env("NAME")`'
    if status == 403:
        return f"check that the key in `{key_env}` may use this model"
    return f"check the key in the environment variable `{key_env}`"


def _refusal_help(status: int, error: ApiError, url_help: str) -> str:
    if status == 413 or "context" in error.code or "context" in error.message.lower():
        return "shorten the question, show fewer candidates, or lower `max_tokens`"
    if status == 404:
        return f"check the model's name; {url_help}"
    return ""
