"""Ask for a reply that must be read, and ask once more if it cannot be.

Also bounds what that spends: each further turn shows the first prompt again, the replies
until then (at most `max_tokens` each) and what was said to them.
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

__all__ = [
    "ask_and_read",
    "bounds_of_turns",
    "byte_length",
    "fence_bytes",
    "listwise_bounds",
    "repair_bytes",
    "with_placeholder",
]

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
    *,
    sample: int = 0,
    turn: int = 0,
) -> ReadT | Refusal:
    """Ask, and read the reply; refused, show the model its reply and the mistake, once.

    A refusal comes back if the second reply cannot be read either. The calls are turns
    *turn* and *turn* + 1 of *sample*.
    """
    reply = await ctx.ask(messages, sample=sample, turn=turn)
    found = read(reply.text)
    if not isinstance(found, Refusal):
        return found
    cut = _CUT if reply.finish_reason is FinishReason.LENGTH else ""
    ctx.note("parse", found.reason + cut)
    ctx.note("repair", "asked once more, with the mistake named")
    wrong = _REPAIR.format(reason=found.reason + cut, format=reply_format)
    again = (*messages, Message(Role.ASSISTANT, reply.text), Message(Role.USER, wrong))
    found = read((await ctx.ask(again, sample=sample, turn=turn + 1)).text)
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
    added = add_high(fence_bytes(arity.high, critiques=critiques), byte_length(reply_format))
    first = add_high(sizes.prompt(shown, critiques=critiques).most, added)
    said = (repair_bytes(reply_format),)
    return bounds_of_turns(Range(least, 1), first, said, sizes.max_tokens, least=1)


def bounds_of_turns(
    times: Range, first: int | None, said: Sequence[int], max_tokens: int | None, *, least: int
) -> Bounds:
    """Bound *times* conversations, each of *least* calls in any case, which are its depth.

    *first* is the first prompt's tokens; each of *said* is a text that is sent after a
    reply, so a conversation has at most one call more than there are texts.
    """
    prompt = prompts = first
    for text in said:
        prompt = add_high(add_high(prompt, max_tokens), text)
        prompts = add_high(prompts, prompt)
    calls = Range(times.least * least, times_high(times.most, len(said) + 1))
    return Bounds(
        calls,
        Range(calls.least, times_high(times.most, prompts)),
        Range(0, times_high(calls.most, max_tokens)),
        depth=0 if times.most == 0 else least,
    )


def repair_bytes(reply_format: str) -> int:
    """Bytes of a repair's text; its two placeholders make up for its messages' overhead."""
    return len(_REPAIR) + REASON_CHARS * 4 + len(_CUT) + byte_length(reply_format)


def fence_bytes(count: int | None, *, critiques: bool) -> int | None:
    """Bytes that the fences around so many shown candidates take, at most."""
    if count is None:
        return None
    one = Candidate("", "", "", critique="")
    wider = (4 if critiques else 2) * (len(str(count)) - 1)
    shown = show_candidates((one,), critiques=critiques, marker="0" * 8)
    return count * (len(shown) + 2 + wider)


def byte_length(text: str) -> int:
    """Tell how many bytes of UTF-8 a text of ours has."""
    return len(text.encode())
