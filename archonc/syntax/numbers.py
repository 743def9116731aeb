"""From a number as written to its value and unit."""

from __future__ import annotations

import re
from decimal import Decimal

from archonc.diagnostic.codes_syntax import GROUPED_DIGITS, NUMBER_TOO_LONG, UNKNOWN_UNIT
from archonc.diagnostic.diagnostic import DiagnosticSink, Edit
from archonc.source import Span
from archonc.syntax.nodes import Number

__all__ = ["UNITS", "read_number"]

UNITS = ("k", "M", "$", "ms", "s", "min", "h", "%", "/s", "/min", "/h")
"""The units that a number may have; `$` stands before it, the others after it."""

MAX_DIGITS = 18

_PARTS = re.compile(r"(-?)(\$?)([0-9]+(?:\.[0-9]+)?)(.*)", re.DOTALL)

_LARGE_RATE = re.compile(r"([kM])(/(?:s|min|h))")
_FACTORS = {"k": 1_000, "M": 1_000_000}

_MEANT = {
    "m": ("M", "min"),
    "kk": ("M",),
    "mil": ("M",),
    "million": ("M",),
    "thousand": ("k",),
    "sec": ("s",),
    "secs": ("s",),
    "second": ("s",),
    "seconds": ("s",),
    "msec": ("ms",),
    "millis": ("ms",),
    "mins": ("min",),
    "minute": ("min",),
    "minutes": ("min",),
    "hr": ("h",),
    "hrs": ("h",),
    "hour": ("h",),
    "hours": ("h",),
    "usd": ("$",),
    "percent": ("%",),
    "/m": ("/min",),
    "/sec": ("/s",),
    "/second": ("/s",),
    "/minute": ("/min",),
    "/hr": ("/h",),
    "/hour": ("/h",),
}


def read_number(text: str, span: Span, sink: DiagnosticSink) -> Number:
    """Split a number into value and unit; an unknown unit is reported and kept."""
    match = _PARTS.fullmatch(text)
    assert match, "the grammar lets nothing else through"
    sign, dollar, digits, suffix = match.groups()
    if len(digits) > MAX_DIGITS + 1:
        sink.error(
            NUMBER_TOO_LONG,
            f"a number of {len(digits)} digits",
            span,
            helps=(f"write at most {MAX_DIGITS} digits",),
        )
        return Number(Decimal(0), "", text, span)
    if not dollar and (large := _LARGE_RATE.fullmatch(suffix)):
        return Number(Decimal(sign + digits) * _FACTORS[large[1]], large[2], text, span)
    unit = suffix or dollar
    if unit and (unit not in UNITS or (dollar and suffix)):
        _report(sign, dollar, digits, suffix, span, sink)
    return Number(Decimal(sign + digits), unit, text, span)


def _report(
    sign: str, dollar: str, digits: str, suffix: str, span: Span, sink: DiagnosticSink
) -> None:
    """Say which unit may have been meant."""
    fixes: tuple[str, ...]
    written = f"{sign}{dollar}{digits}{suffix}"
    if re.fullmatch(r"_[0-9_]+", suffix):
        plain = f"{sign}{dollar}{digits}{suffix.replace('_', '')}"
        sink.error(
            GROUPED_DIGITS,
            f"`{written}` groups its digits",
            span,
            helps=(f"write `{plain}`",),
            edits=(Edit(span, plain),),
        )
        return
    if dollar:
        fixes = (_multiplied(sign, dollar, digits, suffix),)
        message = f"an amount in dollars has no other unit, but `{written}` ends in `{suffix}`"
    else:
        units = _MEANT.get(suffix.lower()) or tuple(u for u in UNITS if u == suffix.lower())
        fixes = tuple(f"{u}{digits}" if u == "$" else f"{sign}{digits}{u}" for u in units)
        message = f"unknown unit `{suffix}` in `{written}`"
    place = Span(span.end - len(suffix), span.end)
    sink.error(
        UNKNOWN_UNIT,
        message,
        place,
        notes=(
            "the units are `k`, `M`, `ms`, `s`, `min`, `h`, `%`, `/s`, `/min`, `/h`, `$` first",
        ),
        helps=(f"did you mean {' or '.join(f'`{fix}`' for fix in fixes)}?",) if fixes else (),
        edits=(Edit(span, fixes[0]),) if len(fixes) == 1 else (),
    )


def _multiplied(sign: str, dollar: str, digits: str, suffix: str) -> str:
    """Write a number out, if its suffix is a multiplier."""
    factor = {"k": 1000, "K": 1000, "m": 1_000_000, "M": 1_000_000}.get(suffix, 1)
    return f"{sign}{dollar}{(Decimal(digits) * factor).normalize():f}"
