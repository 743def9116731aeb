"""The plot of a simulation: latencies, open questions over time, and how far limits are used."""

from __future__ import annotations

from typing import Any

from archon_runtime.capacity.report import PERCENTILES, Capacity
from archonc.cli.report import clean
from archonc.cli.simulate_report import show_seconds

__all__ = ["render_plot"]

_WIDTH, _PANEL, _LEFT, _BAR = 720, 170, 60, 22
_INK, _SOFT, _FILL, _HOT = "#222222", "#888888", "#7aa6c2", "#c2553f"
_BINS = 60
_FULL = 0.95


def render_plot(found: Capacity) -> str:
    """Draw the figures as SVG, one panel below the other.

    Raises:
        ImportError: `drawsvg` is not installed (the extra `graph`).
    """
    import drawsvg

    height = 2 * (_PANEL + 60) + _BAR * len(found.limits) + 90
    drawing = drawsvg.Drawing(_WIDTH, height, font_family="sans-serif", role="img")
    drawing.append(drawsvg.Title(clean(f"{found.plan} at {found.rate_per_s:g} questions/s")))
    drawing.append(drawsvg.Rectangle(0, 0, _WIDTH, height, fill="white"))
    _draw_latencies(drawsvg, drawing, found, 40)
    _draw_open(drawsvg, drawing, found, 40 + _PANEL + 60)
    _draw_limits(drawsvg, drawing, found, 40 + 2 * (_PANEL + 60))
    return str(drawing.as_svg())


def _draw_latencies(svg: Any, drawing: Any, found: Capacity, top: float) -> None:
    _words(svg, drawing, f"latency of {found.answered:,} answers", 20, top - 14, _INK)
    if not found.latencies_s:
        return
    # The longest hundredth would squeeze all the rest to the left.
    most = (found.latency_s(99) or 0.0) * 1.15 or 1.0
    counts = [0] * _BINS
    for latency in found.latencies_s:
        if latency < most:
            counts[int(latency / most * _BINS)] += 1
    tallest, width = max(counts) or 1, (_WIDTH - _LEFT - 20) / _BINS
    for index, count in enumerate(counts):
        high = count / tallest * _PANEL
        at = (_LEFT + index * width, top + _PANEL - high)
        drawing.append(svg.Rectangle(*at, width - 1, high, fill=_FILL))
    _axis(svg, drawing, top, "0 s", show_seconds(most))
    for percent in PERCENTILES:
        value = found.latency_s(percent) or 0.0
        x = _LEFT + value / most * (_WIDTH - _LEFT - 20)
        drawing.append(svg.Line(x, top, x, top + _PANEL, stroke=_HOT, stroke_dasharray="4,3"))
        label = f"p{percent} {show_seconds(value)}"
        # Each lower than the one before: they may stand close together.
        _words(svg, drawing, label, x + 3, top + 10 + 13 * PERCENTILES.index(percent), _HOT)


def _draw_open(svg: Any, drawing: Any, found: Capacity, top: float) -> None:
    _words(svg, drawing, "open questions over time", 20, top - 14, _INK)
    points = found.open_over_time
    if not points:
        return
    most = max(count for _, count in points) or 1
    length_s = found.simulated_s or 1.0
    line: list[float] = []
    for at_s, count in points:
        line.append(_LEFT + at_s / length_s * (_WIDTH - _LEFT - 20))
        line.append(top + _PANEL - count / most * _PANEL)
    drawing.append(svg.Lines(*line, fill="none", stroke=_FILL, stroke_width=1.5))
    _words(svg, drawing, f"{most:,}", 20, top + 10, _SOFT)
    _axis(svg, drawing, top, "0 s", show_seconds(length_s))


def _draw_limits(svg: Any, drawing: Any, found: Capacity, top: float) -> None:
    _words(svg, drawing, "limits, and how far they are used", 20, top - 14, _INK)
    room = _WIDTH - 330
    for index, limit in enumerate(sorted(found.limits, key=lambda each: -each.used)):
        y = top + index * _BAR
        fill = _HOT if limit.used >= _FULL else _FILL
        drawing.append(svg.Rectangle(310, y, min(1.0, limit.used) * room, _BAR - 8, fill=fill))
        drawing.append(svg.Rectangle(310, y, room, _BAR - 8, fill="none", stroke=_SOFT))
        _words(svg, drawing, f"{limit.name}  {limit.used:.1%}", 20, y + 11, _INK)


def _axis(svg: Any, drawing: Any, top: float, first: str, last: str) -> None:
    bottom = top + _PANEL
    drawing.append(svg.Line(_LEFT, bottom, _WIDTH - 20, bottom, stroke=_SOFT))
    _words(svg, drawing, first, _LEFT, bottom + 14, _SOFT)
    drawing.append(svg.Text(last, 11, _WIDTH - 20, bottom + 14, fill=_SOFT, text_anchor="end"))


def _words(svg: Any, drawing: Any, text: str, x: float, y: float, fill: str) -> None:
    drawing.append(svg.Text(clean(text), 11, x, y, fill=fill))
