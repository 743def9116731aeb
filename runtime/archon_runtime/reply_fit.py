"""How long a reply the budget leaves room for."""

from __future__ import annotations

from dataclasses import dataclass

from archon_runtime.budget import Holds, Ledger
from archon_runtime.open_call import Ask
from archon_runtime.prompt_size import PromptSize
from archon_runtime.tail import Tail

__all__ = ["SHORTEST_REPLY", "Fit", "fit_reply"]

SHORTEST_REPLY = 16
"""No reply is asked for that the budget would cut below so many tokens."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How long a reply the budget leaves room for (None: unlimited), and what it holds back."""

    reply: int | None
    holds: Holds
    is_clipped: bool = False


def fit_reply(
    ask: Ask, size: PromptSize, longest: int | None, ledger: Ledger, tail: Tail
) -> Fit | None:
    """Tell how long the reply may be; None: wait for room.

    Room may still come while calls are under way, since most are billed less than
    they reserved. Only what nothing can give room to is clipped, or refused.
    """
    shortest = SHORTEST_REPLY if longest is None else min(SHORTEST_REPLY, longest)
    wanted = ask.worst(size, shortest if longest is None else longest)
    holds = tail.holds(ask.layer_index, wanted)
    room = ledger.room(holds).completion_for(size.most, ask.price)
    if room is None or (longest is not None and room >= longest):
        return Fit(longest, holds)
    if ledger.may_fit_later(wanted, holds):
        return None
    return Fit(max(room, shortest), holds, is_clipped=True)
