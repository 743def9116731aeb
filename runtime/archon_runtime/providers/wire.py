"""What the wire formats share: JSON read with distrust, and what `extra` may not change."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from archon_runtime.errors import BadResponse, ProviderError, ProviderRefused

__all__ = [
    "as_mapping",
    "clean_text",
    "empty_reply",
    "lower_limit",
    "parse_json",
    "read_count",
    "refuse_fields",
    "state",
]


def refuse_fields(
    names: Iterable[str], own: Iterable[str], spelt: Callable[[str], str] = str
) -> None:
    """Check the fields of `extra`: some are not for it, or answer and bill would be others.

    *spelt* makes one spelling of several that the API takes.

    Raises:
        ProviderRefused: one of *names* is a field that the runtime must set.
    """
    for name in names:
        if spelt(name) in own:
            raise ProviderRefused(
                f"`extra` may not set `{name}`",
                help="ask for several completions with `samples`" if name == "n" else "",
            )


def lower_limit(asked: object, limit: int) -> int:
    """Choose between `extra`'s limit on new tokens and ours: the budget rests on *limit*."""
    count = read_count(asked)
    return limit if count is None else min(count, limit)


def parse_json(raw: bytes, *, url_help: str) -> Any:
    """Decode a reply's bytes.

    Raises:
        BadResponse: they are not JSON in UTF-8; says whether they look like HTML.
    """
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        pass
    start = raw[:200].lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        raise BadResponse("the reply is a web page, not JSON", help=url_help, billed=True)
    raise BadResponse(
        "the reply is empty" if not raw.strip() else "the reply is not JSON", billed=True
    )


def as_mapping(value: object) -> Mapping[str, object]:
    """Take *value* as a JSON object; whatever else it is counts as an empty one."""
    return value if isinstance(value, Mapping) else {}


def read_count(value: object) -> int | None:
    """Read a number of tokens; None if *value* is no whole number from 0."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and isinstance(value, int) and value >= 0 else None


def state(error: ProviderError, prompt: int | None, completion: int | None) -> None:
    """Tell the error of an unusable reply what the reply says that it cost."""
    if prompt is not None and completion is not None:
        error.stated = (prompt, completion)


def clean_text(text: str) -> str:
    """Replace halves of surrogate pairs, which JSON can spell and no UTF-8 file can hold."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def empty_reply(*, cut: bool, said: str = "") -> BadResponse:
    """Make the error for a reply without text; *cut*: it stopped at `max_tokens`."""
    why = ", `max_tokens` was used up before it" if cut else f" ({said})" if said else ""
    return BadResponse(
        f"the reply's text is empty{why}",
        help="raise `max_tokens`: a model that reasons spends it before it answers" if cut else "",
        billed=True,
    )
