"""From shapes to SVG, drawn with `drawsvg`: one file that needs nothing else to be shown."""

from __future__ import annotations

from math import ceil
from typing import Any

from archonc.report.figure import Figure
from archonc.report.layout import lay_out
from archonc.report.shapes import Arrow, Rect, Words

__all__ = ["render_svg"]

_FONT = "Verdana, 'DejaVu Sans', Helvetica, Arial, sans-serif"
_INK, _FAINT, _ARROW = "#1f2430", "#57606f", "#6b7280"
# Fill and border. The page has its own background, so that it reads on white and on black.
_LOOKS = {
    "page": ("#ffffff", "#d7dbe2"),
    "lane": ("#f5f6f8", "#e1e4ea"),
    "frame": ("#ffffff", "#8a94a6"),
    "pill": ("#ffffff", "#6b7280"),
    "generator": ("#dbeafe", "#3b74c4"),
    "fuser": ("#ede4fb", "#7c55b8"),
    "critic": ("#fdecd2", "#b9770e"),
    "ranker": ("#dcf3e1", "#3d8b54"),
    "voter": ("#dcf3e1", "#3d8b54"),
    "checker": ("#fbdfe0", "#b94a52"),
    "verifier": ("#fbdfe0", "#b94a52"),
    "unit_test_evaluator": ("#fbdfe0", "#b94a52"),
}
_OTHER = ("#e3edf0", "#4d7a87")


def render_svg(figure: Figure) -> str:
    """Draw a figure.

    Raises:
        ImportError: `drawsvg` is not installed (the extra `graph`).
    """
    import drawsvg

    drawn = lay_out(figure)
    drawing = drawsvg.Drawing(ceil(drawn.width), ceil(drawn.height), role="img", font_family=_FONT)
    drawing.append(drawsvg.Title(_clean(figure.title)))
    drawing.append(_description(drawsvg, _clean(figure.about)))
    page = Rect(0.5, 0.5, ceil(drawn.width) - 1, ceil(drawn.height) - 1, "page")
    for shape in (page, *drawn.shapes):
        match shape:
            case Rect():
                drawing.append(_rect(drawsvg, shape))
            case Words():
                drawing.append(_words(drawsvg, shape))
            case Arrow():
                for part in _arrow(drawsvg, shape):
                    drawing.append(part)
    text: str = drawing.as_svg()
    return text + "\n"


def _description(drawsvg: Any, text: str) -> Any:
    class Description(drawsvg.Title):  # type: ignore[misc]
        TAG_NAME = "desc"

    return Description(text)


def _rect(drawsvg: Any, rect: Rect) -> Any:
    fill, border = _LOOKS.get(rect.look, _OTHER)
    radius = {"page": 8, "lane": 8, "pill": rect.height / 2}.get(rect.look, 6)
    made = drawsvg.Rectangle(
        rect.x,
        rect.y,
        rect.width,
        rect.height,
        rx=radius,
        fill=fill,
        stroke=border,
        stroke_dasharray="5 3" if rect.look == "frame" else None,
    )
    if rect.about:
        made.append_title(_clean(rect.about))
    return made


def _words(drawsvg: Any, words: Words) -> Any:
    return drawsvg.Text(
        _clean(words.text),
        words.size,
        round(words.x, 1),
        round(words.y, 1),
        fill=_FAINT if words.faint else _INK,
        font_weight="bold" if words.bold else None,
        text_anchor="middle" if words.middle else None,
        pointer_events="none",
    )


def _arrow(drawsvg: Any, arrow: Arrow) -> tuple[Any, Any]:
    x, tip = arrow.x, arrow.bottom
    line = drawsvg.Line(x, arrow.top, x, tip - 6, stroke=_ARROW, stroke_width=2)
    head = drawsvg.Lines(x - 5, tip - 8, x + 5, tip - 8, x, tip, close=True, fill=_ARROW)
    return line, head


def _clean(text: str) -> str:
    """Replace what XML has no way to hold."""
    return "".join(c if c in "\n\t" or c.isprintable() else "\ufffd" for c in text)
