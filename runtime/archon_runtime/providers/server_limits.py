"""What a server says of its rate limits in the headers of its replies, and what it leaves.

A limit is taken to refill evenly until its reset, as OpenAI and Anthropic document it.
Sources: OpenAI API reference, "Rate limits in headers"; Anthropic API, "Response headers".
"""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import anyio

from archon_runtime.usage import Usage

__all__ = ["ServerLimits", "parse_reset"]

_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+", re.ASCII)
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", re.ASCII)

_FIELDS = {"requests": "calls", "tokens": "tokens"} | {
    "input-tokens": "prompt_tokens",
    "output-tokens": "completion_tokens",
}
"""What is limited, and which field of an estimate counts against it."""


@dataclass(frozen=True, slots=True)
class _Left:
    """What a reply said is left of a limit; `turn` is that of its request."""

    left: float
    at_s: float
    full_s: float
    refill_per_s: float
    most: float
    turn: int


class ServerLimits:
    """Knows what each key has left for each model, and what is under way.

    A request is admitted first, then sent, then answered: between two replies, requests
    that the server had not seen yet count at their estimates.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], dict[str, _Left]] = {}
        self._under_way: dict[tuple[int, str], dict[int, Usage]] = {}
        self._admitted: dict[str, deque[Usage]] = {}

    @property
    def some_known(self) -> bool:
        """Tell whether the server has ever stated a limit."""
        return bool(self._known)

    def wait_s(self, key: int, model: str, estimate: Usage) -> float:
        """Tell how long until *key* has room for one more request; 0 is now."""
        if not self._known:
            return 0.0
        return self._wait_s((key, model), (*self._admitted.get(model, ()), estimate))

    def admit(self, model: str, estimate: Usage) -> None:
        """Count a request that is about to be sent."""
        line = self._admitted.get(model)
        if line is None:
            line = self._admitted[model] = deque()
        line.append(estimate)

    def withdraw(self, model: str, estimate: Usage) -> None:
        """Take back what was admitted and not sent."""
        line = self._admitted.get(model)
        if line is not None and estimate in line:
            line.remove(estimate)

    def send(self, key: int, model: str, turn: int) -> None:
        """Count the oldest admitted request of *model* as sent with *key*."""
        line = self._admitted.get(model)
        if line:
            self._under_way.setdefault((key, model), {})[turn] = line.popleft()

    def answer(
        self, key: int, model: str, turn: int, headers: Mapping[str, str], now: datetime
    ) -> None:
        """Read what a reply says of the limits; a request without a reply has no headers."""
        place = (key, model)
        under_way = self._under_way.get(place)
        if under_way is not None:
            under_way.pop(turn, None)
        said = _read(headers, now, turn)
        if said:
            known = self._known.setdefault(place, {})
            known |= {k: v for k, v in said.items() if k not in known or known[k].turn < turn}

    def _wait_s(self, place: tuple[int, str], wanted: Collection[Usage]) -> float:
        known = self._known.get(place)
        if not known:
            return 0.0
        now = anyio.current_time()
        under_way = self._under_way.get(place, {})
        longest = 0.0
        for name, left in list(known.items()):
            if now >= left.full_s:
                del known[name]
                continue
            field = _FIELDS[name]
            unseen = sum(getattr(u, field) for turn, u in under_way.items() if turn > left.turn)
            asked = sum(getattr(u, field) for u in wanted)
            need = min(unseen + asked, left.most)
            short = need - left.left - (now - left.at_s) * left.refill_per_s
            if short > 1e-6:
                until_full = left.full_s - now
                rate = left.refill_per_s
                longest = max(longest, min(short / rate, until_full) if rate else until_full)
        return longest


def _read(headers: Mapping[str, str], now: datetime, turn: int) -> dict[str, _Left]:
    said = {}
    for name in _FIELDS:
        found = _find(headers, name)
        if found is None:
            continue
        limit, remaining, reset = found
        reset_s = parse_reset(reset, now)
        left = _number(remaining)
        if left is None or not reset_s:
            continue
        at_s = anyio.current_time()
        most = _number(limit)
        refill = 0.0 if most is None else max(0.0, most - left) / reset_s
        said[name] = _Left(left, at_s, at_s + reset_s, refill, most or math.inf, turn)
    return said


def _find(headers: Mapping[str, str], name: str) -> tuple[str, str, str] | None:
    """Look for a limit's three headers: most, left, reset."""
    if f"x-ratelimit-remaining-{name}" in headers:
        start, end = "x-ratelimit-", f"-{name}"
    elif f"anthropic-ratelimit-{name}-remaining" in headers:
        start, end = f"anthropic-ratelimit-{name}-", ""
    else:
        return None
    limit, remaining, reset = (
        headers.get(f"{start}{each}{end}", "") for each in ("limit", "remaining", "reset")
    )
    return limit, remaining, reset


def parse_reset(value: str, now: datetime) -> float | None:
    """Read `1m30.5s`, seconds, or a date, as seconds from *now*; None if it is none of them."""
    value = value.strip()
    number = _number(value)
    if number is not None:
        # No reset is decades away: this is the time itself, in seconds since 1970.
        return max(0.0, number - now.timestamp()) if number > 1e9 else number
    if _DURATION.fullmatch(value):
        return sum(float(count) * _UNITS_S[unit] for count, unit in _PART.findall(value))
    try:
        date = datetime.fromisoformat(value)
    except ValueError:
        return None
    return max(0.0, (date - now).total_seconds()) if date.tzinfo else None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
