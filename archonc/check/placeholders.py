"""Check that a prompt's placeholders suit the technique that uses it."""

from __future__ import annotations

from typing import Any

from archon_runtime.techniques.base import Technique
from archonc.diagnostic.codes_check import MISSING_PLACEHOLDER, UNKNOWN_PLACEHOLDER
from archonc.diagnostic.diagnostic import Label
from archonc.resolve.symbols import PromptSymbol
from archonc.resolve.values import ValueReader
from archonc.source import Span

__all__ = ["check_prompt"]


def check_prompt(
    symbol: PromptSymbol, kind: type[Technique[Any]], used: Span, values: ValueReader
) -> None:
    """Report placeholders that *kind* doesn't fill, and those that it cannot do without."""
    if not symbol.sound:
        return
    fills = frozenset({"query"}) | kind.placeholders
    usable = [*sorted(fills), "data.NAME"]
    for name, span in symbol.placeholders:
        if name not in fills and not name.startswith("data."):
            listed = ", ".join(f"`{{{{{each}}}}}`" for each in usable)
            values.sink.error(
                UNKNOWN_PLACEHOLDER,
                f"`{kind.name}` has nothing to put in for `{{{{{name}}}}}`",
                span,
                "stays as it is written",
                secondary=(Label(used, "used here"),),
                helps=(f"`{kind.name}` fills {listed}",),
            )
    given = {name for name, _ in symbol.placeholders}
    for name in sorted(kind.required_placeholders - given):
        values.sink.error(
            MISSING_PLACEHOLDER,
            f"the prompt `{symbol.name}` doesn't show `{{{{{name}}}}}`, which `{kind.name}` needs",
            used,
            f"a `{kind.name}` without `{{{{{name}}}}}`",
            secondary=(Label(symbol.span, "the prompt"),),
            helps=(f"put `{{{{{name}}}}}` into its `user` text",),
        )
