"""What `archonc explain` says of an architecture that leaves something open."""

from __future__ import annotations

import textwrap

from archonc.expand import MOST_COUNTED, count_points
from archonc.expand.listing import list_holes
from archonc.format import print_expr
from archonc.resolve.symbols import ArchitectureSymbol

__all__ = ["explain_space"]

WIDTH = 100
MOST_SHOWN = 12


def explain_space(symbol: ArchitectureSymbol) -> str:
    """List what is open, what each hole can be filled with, and how to choose."""
    declaration = symbol.declaration
    missing = [each for each in declaration.parameters if each.default is None]
    holes = list_holes(declaration)
    rows = [(each.name.text, f"a value of type `{each.type.text}`") for each in missing]
    for hole in holes:
        shown = [print_expr(each) for each in hole.choices[:MOST_SHOWN]]
        more = f", … ({len(hole.choices):,} in all)" if len(hole.choices) > MOST_SHOWN else ""
        rows.append((hole.id, f"{hole.kind}: {', '.join(shown)}{more}"))
    if holes:
        count = count_points(declaration, {})
        counted = f"{count:,}" if count < MOST_COUNTED else f"{count:,} or more"
        what = f"a search space of {counted} points before any is ruled out"
    else:
        what = "takes parameters without a default"
    wide = max(len(name) for name, _ in rows)
    lines = [f"architecture {symbol.name}: {what}", ""]
    for name, text in rows:
        first, *rest = textwrap.wrap(text, WIDTH - wide - 4, break_long_words=False) or [""]
        lines.append(f"  {name:<{wide}}  {first}")
        lines += [f"  {'':<{wide}}  {line}" for line in rest]
    choose = f"--set {rows[0][0]}=…"
    lines += ["", f"to explain one of them: archonc explain FILE {choose}", ""]
    return "\n".join(lines)
