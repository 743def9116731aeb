"""From a figure to Mermaid text: a flowchart with a subgraph for each layer."""

from __future__ import annotations

from collections.abc import Iterator

from archonc.report.figure import Box, Figure

__all__ = ["render_mermaid"]


def render_mermaid(figure: Figure) -> str:
    """Write a figure as Mermaid; ids are numbers, so that no name can break the syntax."""
    return "\n".join(_lines(figure)) + "\n"


def _lines(figure: Figure) -> Iterator[str]:
    yield "flowchart TB"
    yield f"  accTitle: {_plain(figure.title)}"
    yield f"  accDescr: {_plain(figure.about)}"
    yield '  question(["question"])'
    before, arity = "question", ""
    for number, lane in enumerate(figure.lanes, start=1):
        yield f'  subgraph layer{number}["{_label(lane.name, ", ".join(lane.facts))}"]'
        yield "    direction LR"
        for place, box in enumerate(lane.boxes, start=1):
            yield f'    step{number}_{place}["{_label(*_rows(box))}"]'
        yield "  end"
        yield f"  {before} {_arrow(arity)} layer{number}"
        before = f"layer{number}"
        arity = lane.outflow + (f" with {lane.carried}" if lane.carried else "")
    yield f'  answer(["{_label(figure.answer)}"])'
    yield f"  {before} {_arrow(arity)} answer"


def _rows(box: Box) -> tuple[str, ...]:
    head = box.technique if box.count == 1 else f"{box.count} × {box.technique}"
    return tuple(each for each in (head, box.model, box.detail) if each)


def _arrow(text: str) -> str:
    return f'-->|"{_label(text)}"|' if text else "-->"


def _label(*rows: str) -> str:
    return "<br>".join(_escaped(row) for row in rows)


def _escaped(text: str) -> str:
    """Write what Mermaid or HTML would read as its own as an entity, by number."""
    return "".join(c if c.isalnum() or c in " .,:()$≤×∞·/-_" else f"#{ord(c)};" for c in text)


def _plain(text: str) -> str:
    return " ".join(
        "".join(c if c.isprintable() and c not in "#;{}" else " " for c in text).split()
    )
