"""Take keys out of what a server sent, however its JSON spells them."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["HIDDEN", "hide_keys"]

HIDDEN = "…"
_ALWAYS_ESCAPED = frozenset('"\\')


def hide_keys(raw: bytes, keys: Iterable[str]) -> bytes:
    r"""Replace each of *keys*, also where JSON escapes some of its characters.

    A server may write a slash as `\/` and any character as `\u002f`; decoded, the key
    would be there again.
    """
    for key in filter(None, keys):
        raw = raw.replace(key.encode(), HIDDEN.encode())
        # Looked for only where there are such escapes: most replies have none.
        if b"\\u00" in raw or b"\\/" in raw or _ALWAYS_ESCAPED.intersection(key):
            raw = re.sub(_spellings(key), HIDDEN.encode(), raw)
    return raw


def _spellings(key: str) -> bytes:
    return b"".join(
        rb"(?:\\?%s|\\u00(?i:%02x))" % (re.escape(char.encode()), ord(char)) for char in key
    )
