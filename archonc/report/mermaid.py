"""From a figure to Mermaid text: a flowchart with a subgraph for each layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archonc.report.figure import Box, Figure, Frame, Lane
from archonc.report.measure import frame_head, head

__all__ = ["render_mermaid"]


def render_mermaid(figure: Figure) -> str:
    """Write a figure as Mermaid; ids are numbers, so that no name can break the syntax."""
    return "\n".join(_lines(figure)) + "\n"


def _lines(figure: Figure) -> Iterator[str]:
    yield "flowchart TB"
    yield f"  accTitle: {_plain(figure.title)}"
    yield f"  accDescr: {_plain(figure.about)}"
    yield '  question(["question"])'
    yield from _lanes(figure.lanes, "", "  ")
    yield f'  answer(["{_label(figure.answer)}"])'
    if figure.lanes:
        yield "  question --> layer1"
        yield f"  layer{len(figure.lanes)} {_arrow(figure.lanes[-1])} answer"


def _lanes(lanes: Sequence[Lane], within: str, indent: str) -> Iterator[str]:
    """Write lanes and the arrows between them; *within* begins the ids of what is in a frame."""
    for number, lane in enumerate(lanes, start=1):
        own = f"{within}{number}"
        yield f'{indent}subgraph layer{own}["{_label(lane.name, ", ".join(lane.facts))}"]'
        yield f"{indent}  direction LR"
        for place, block in enumerate(lane.blocks, start=1):
            if isinstance(block, Frame):
                yield f'{indent}  subgraph frame{own}_{place}["{_label(frame_head(block))}"]'
                yield f"{indent}    direction TB"
                yield from _lanes(block.lanes, f"{own}_{place}_", f"{indent}    ")
                yield f"{indent}  end"
            else:
                yield f'{indent}  step{own}_{place}["{_label(*_rows(block))}"]'
        yield f"{indent}end"
    for number, lane in enumerate(lanes[:-1], start=1):
        yield f"{indent}layer{within}{number} {_arrow(lane)} layer{within}{number + 1}"


def _rows(box: Box) -> tuple[str, ...]:
    return tuple(each for each in (head(box), box.model, box.detail) if each)


def _arrow(lane: Lane) -> str:
    carried = f" with {lane.carried}" if lane.carried else ""
    return f'-->|"{_label(lane.outflow + carried)}"|'


def _label(*rows: str) -> str:
    return "<br>".join(_escaped(row) for row in rows)


def _escaped(text: str) -> str:
    """Write what Mermaid or HTML would read as its own as an entity, by number."""
    return "".join(c if c.isalnum() or c in " .,:()$≤×∞·/-_" else f"#{ord(c)};" for c in text)


def _plain(text: str) -> str:
    return " ".join(
        "".join(c if c.isprintable() and c not in "#;{}" else " " for c in text).split()
    )
