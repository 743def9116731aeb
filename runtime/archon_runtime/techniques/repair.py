"""Ask for a reply that must be read, and ask once more if it cannot be.

Also bounds what that spends: the repair shows the first prompt again, the reply that
could not be read (at most `max_tokens`) and the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from archon_runtime.bounds import Bounds, Range, Sizes, add_high, times_high
from archon_runtime.candidate import Candidate
from archon_runtime.chat import FinishReason, Message, Role
from archon_runtime.classes import replace
from archon_runtime.flow import Arity
from archon_runtime.prompt import Prompt, placeholders_of, show_candidates
from archon_runtime.techniques.base import Context
from archon_runtime.techniques.reply import REASON_CHARS, Refusal

__all__ = ["ask_and_read", "fence_bytes", "listwise_bounds", "with_placeholder"]

ReadT = TypeVar("ReadT")

_REPAIR = "Your reply could not be used: {reason}.\n\n{format}\n\nWrite the whole reply again."
_CUT = "; it was cut off because it was too long, so be brief"


def with_placeholder(prompt: Prompt, name: str, text: str) -> Prompt:
    """Make sure that *prompt* shows *text*: where it says `{{name}}`, else at its end."""
    if not text or name in placeholders_of(prompt.system + prompt.user):
        return prompt
    return replace(prompt, user=f"{prompt.user.rstrip()}\n\n{{{{{name}}}}}")


async def ask_and_read(
    ctx: Context,
    messages: Sequence[Message],
    read: Callable[[str], ReadT | Refusal],
    reply_format: str,
) -> ReadT | Refusal:
    """Ask, and read the reply; refused, show the model its reply and the mistake, once.

    A refusal comes back if the second reply cannot be read either.
    """
    reply = await ctx.ask(messages)
    found = read(reply.text)
    if not isinstance(found, Refusal):
        return found
    cut = _CUT if reply.finish_reason is FinishReason.LENGTH else ""
    ctx.note("parse", found.reason + cut)
    ctx.note("repair", "asked once more, with the mistake named")
    wrong = _REPAIR.format(reason=found.reason + cut, format=reply_format)
    again = (*messages, Message(Role.ASSISTANT, reply.text), Message(Role.USER, wrong))
    found = read((await ctx.ask(again, turn=1)).text)
    if isinstance(found, Refusal):
        ctx.note("parse", found.reason)
    return found


def listwise_bounds(
    arity: Arity, sizes: Sizes, *, asks_from: int, critiques: bool, reply_format: str
) -> Bounds:
    """Bound one call for all candidates, and its repair; below *asks_from* nothing is asked."""
    least = 1 if arity.low >= asks_from else 0
    if arity.high is not None and arity.high < asks_from:
        return Bounds()
    shown = Range(arity.low, arity.high)
    added = add_high(fence_bytes(arity.high, critiques=critiques), _bytes(reply_format))
    first = add_high(sizes.prompt(shown, critiques=critiques).most, added)
    wrong = len(_REPAIR) + REASON_CHARS * 4 + len(_CUT) + _bytes(reply_format)
    second = add_high(add_high(first, sizes.max_tokens), wrong)
    return Bounds(
        Range(least, 2),
        Range(least, add_high(first, second)),
        Range(0, times_high(2, sizes.max_tokens)),
        depth=1,
    )


def fence_bytes(count: int | None, *, critiques: bool) -> int | None:
    """Bytes that the fences around so many shown candidates take, at most."""
    if count is None:
        return None
    one = Candidate("", "", "", critique="")
    wider = (4 if critiques else 2) * (len(str(count)) - 1)
    shown = show_candidates((one,), critiques=critiques, marker="0" * 8)
    return count * (len(shown) + 2 + wider)


def _bytes(text: str) -> int:
    return len(text.encode())
