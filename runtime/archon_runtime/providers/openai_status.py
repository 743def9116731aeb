"""What a status other than 200 means: which error, is it billed, when to ask again."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from archon_runtime.errors import (
    ProviderError,
    ProviderRateLimited,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnavailable,
)

__all__ = ["ApiError", "error_for_status", "error_of", "parse_retry_after"]

_SHOWN = 300
_WORKED_ON = frozenset({502, 504, 520, 521, 522, 523, 524})
"""A gateway speaks for a server behind it, which may have done the work and billed it."""


@dataclass(frozen=True, slots=True)
class ApiError:
    """The error object in a reply's body; empty where there is none."""

    message: str = ""
    code: str = ""


def error_for_status(
    status: int, headers: Mapping[str, str], raw: bytes, *, key_env: str, now: datetime
) -> ProviderError:
    """Make the error for a reply with *status*; *now* is for a `Retry-After` that is a date."""
    error = _error_in(raw)
    said = f": {error.message}" if error.message else ""
    after = parse_retry_after(headers.get("Retry-After", ""), now)
    if 300 <= status < 400:
        return ProviderRefused(
            f"status {status}, it redirects elsewhere, and the key goes to no other host",
            help="set `base_url` to where the API is now",
        )
    if status in (401, 403):
        return ProviderRefused(f"status {status}{said}", help=_key_help(status, key_env))
    if status == 429 and error.code == "insufficient_quota":
        return ProviderRefused(
            f"status 429, the account's quota is used up{said}",
            help="add credit to the account, or use another key",
        )
    if status == 429:
        return ProviderRateLimited(f"status 429, too many requests{said}", retry_after_s=after)
    if status in (408, 409, 425):
        return ProviderTimeout(f"status {status}{said}", retry_after_s=after, billed=True)
    if status >= 500:
        billed = status in _WORKED_ON
        return ProviderUnavailable(f"status {status}{said}", retry_after_s=after, billed=billed)
    return ProviderRefused(f"status {status}{said}", help=_refusal_help(status, error))


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
    """Find the error in a decoded body: `{"error": {"message", "code"}}` or a variant."""
    if not isinstance(payload, Mapping):
        return ApiError()
    error = payload.get("error", payload)
    if isinstance(error, str):
        return ApiError(_shorten(error))
    if not isinstance(error, Mapping):
        return ApiError()
    message = error.get("message") or error.get("detail") or ""
    code = error.get("code") or error.get("type") or ""
    return ApiError(_shorten(message if isinstance(message, str) else str(message)), str(code))


def _error_in(raw: bytes) -> ApiError:
    try:
        return error_of(json.loads(raw))
    except (ValueError, RecursionError):
        text = raw.decode("utf-8", "replace").strip()
        return ApiError("" if text.startswith("<") else _shorten(text))


def _shorten(text: str) -> str:
    """One line, printable, and short: it stands in the middle of a message."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def _key_help(status: int, key_env: str) -> str:
    if not key_env:
        return 'give the provider a key: `key: env("NAME")`'
    if status == 403:
        return f"check that the key in `{key_env}` may use this model"
    return f"check the key in the environment variable `{key_env}`"


def _refusal_help(status: int, error: ApiError) -> str:
    if "context" in error.code or "context" in error.message.lower():
        return "shorten the question, show fewer candidates, or lower `max_tokens`"
    if status == 404:
        return "check the model's name, and `base_url`, which usually ends in `/v1`"
    return ""
