"""How many tokens a prompt takes: an upper bound, a lower bound, and the window check."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from archon_runtime.chat import Message
from archon_runtime.classes import dataclass
from archon_runtime.errors import WindowExceeded

__all__ = ["MESSAGE_OVERHEAD", "REQUEST_OVERHEAD", "PromptSize", "check_window", "measure_prompt"]

REQUEST_OVERHEAD = 64
"""Tokens that a chat template may add to a request, default system texts included."""

MESSAGE_OVERHEAD = 8
"""Tokens that a chat template may add to a message: the role and its delimiters."""

_BYTES_PER_TOKEN = 128
"""The longest token of the vocabularies in use (cl100k_base: 128 spaces)."""

_WORDS_PER_TOKEN = 4
"""Most vocabularies never join two words; those that do join at most four."""


@dataclass(frozen=True, slots=True)
class PromptSize:
    """Tokens of a prompt, from `least` to `most`; equal where they were counted."""

    least: int
    most: int

    @property
    def exact(self) -> bool:
        """Tell whether the tokens were counted, not bounded."""
        return self.least == self.most


def measure_prompt(messages: Sequence[Message], counted: int | None) -> PromptSize:
    """Bound a prompt's tokens, or take the provider's count where there is one.

    Upper bound: a token covers at least one byte of the text or of its NFKC form
    (what tokenizers normalise to), whichever is longer; plus the stated overheads.

    Source: specs/runtime.md, rule C3.
    """
    if counted is not None:
        return PromptSize(counted, counted)
    most, least = REQUEST_OVERHEAD, 0
    for message in messages:
        raw = _byte_length(message.content)
        if message.content.isascii():
            normal = raw
        else:
            normal = _byte_length(unicodedata.normalize("NFKC", message.content))
        most += max(raw, normal) + MESSAGE_OVERHEAD
        words = len(message.content.split())
        least += max(min(raw, normal) // _BYTES_PER_TOKEN, words // _WORDS_PER_TOKEN)
    return PromptSize(least, most)


def check_window(size: PromptSize, window: int | None, *, model: str) -> None:
    """Refuse a prompt that cannot fit; one that only might not is sent.

    Raises:
        WindowExceeded: even the least that the prompt can take leaves no token to
            answer with.
    """
    if window is None or size.least < window:
        return
    about = "has" if size.exact else "has at least"
    raise WindowExceeded(
        f"the prompt {about} {size.least:,} tokens and the window of `{model}` holds {window:,}",
        help="shorten the question, let fewer candidates flow in, or use a model with a larger "
        "window",
    )


def _byte_length(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
