"""What is left of a budget, and what of it is held back for other layers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from archon_runtime.usage import NOTHING, Price, Usage

__all__ = ["FIELDS", "NO_HOLD", "Hold", "Room", "held_back", "word_for"]

FIELDS = ("calls", "tokens", "prompt_tokens", "completion_tokens", "cost_usd")
"""What is counted: attributes of `Usage`, `Room` and `BudgetSpec` alike."""


def word_for(name: str) -> str:
    """Name a field as the language does."""
    return "cost" if name == "cost_usd" else name


@dataclass(frozen=True, slots=True)
class Hold:
    """What must stay free for other layers, and what this layer itself still needs.

    `later` and `own` are worst cases of the calls that are still needed at least.
    `first` is the estimate of a layer's first call, which no hold may refuse. `untouched`
    counts the other layers that need calls and have had none.
    """

    later: Usage = NOTHING
    own: Usage = NOTHING
    first: Usage = NOTHING
    untouched: int = 0


NO_HOLD = Hold()


@dataclass(frozen=True, slots=True)
class Room:
    """What is left of each limit; None is no limit. Never negative."""

    calls: int | None = None
    tokens: int | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost_usd: Decimal | None = None

    def completion_for(self, prompt_tokens: int, price: Price | None) -> int | None:
        """Tell how long a completion may be after such a prompt; None is unlimited.

        0 where the prompt alone takes all that is left, or more.
        """
        if self.calls == 0 or (
            self.prompt_tokens is not None and prompt_tokens > self.prompt_tokens
        ):
            return 0
        most = [] if self.completion_tokens is None else [self.completion_tokens]
        if self.tokens is not None:
            most.append(self.tokens - prompt_tokens)
        if self.cost_usd is not None and price is not None:
            left = self.cost_usd - price.cost_usd(prompt_tokens, 0)
            if left < 0:
                return 0
            if price.completion_usd > 0:
                fit = int(left * 1_000_000 / price.completion_usd)
                # The division is rounded, up as well as down.
                most.append(fit if price.cost_usd(0, fit) <= left else fit - 1)
        return max(0, min(most)) if most else None


def held_back(name: str, left: int | Decimal, hold: Hold) -> int | Decimal:
    """Tell how much of *left* is kept for other layers (specs/runtime.md, rule B5)."""
    later: int | Decimal = getattr(hold.later, name)
    if not later:
        return later  # also where less than nothing is left: a bill was above its reservation
    own: int | Decimal = getattr(hold.own, name)
    if left >= own + later:
        return later
    share: int | Decimal
    if name == "calls":
        share = max(left - own, hold.untouched)
    elif name == "cost_usd":
        share = Decimal(left) * Decimal(later) / Decimal(own + later)
    else:
        share = int(left * later // (own + later))
    first: int | Decimal = getattr(hold.first, name)
    return max(0, min(share, left - first))
