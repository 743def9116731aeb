"""`archonc graph`: the figure, where things stand in it, and what is written."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archonc.cli.main import main
from archonc.compiler import Compiler
from archonc.report.figure import Block, Box, Figure, Frame, Lane, make_figure
from archonc.report.layout import lay_out
from archonc.report.mermaid import render_mermaid
from archonc.report.shapes import Arrow, Drawn, Rect, Words
from archonc.report.svg import render_svg
from archonc.report.text_width import fit, text_width

ROOT = Path(__file__).parents[2]
FUNNEL = ROOT / "examples" / "06_funnel.archon"
EXAMPLES = [
    path
    for path in sorted((ROOT / "examples").glob("*.archon"))
    if path.stem not in {"models", "08_space"}  # no plan without a choice
]
SVG = "{http://www.w3.org/2000/svg}"
Capture = pytest.CaptureFixture[str]

words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"]) | st.sampled_from("<>&\"'-]|;#{}"),
    max_size=25,
)
boxes = st.builds(Box, words, words, words, st.integers(1, 9), words)


def lanes_of(blocks: st.SearchStrategy[Block]) -> st.SearchStrategy[tuple[Lane, ...]]:
    facts = st.lists(words, max_size=3).map(tuple)
    held = st.lists(blocks, min_size=1, max_size=12).map(tuple)
    lane = st.builds(Lane, words, facts, held, st.sampled_from(["1", "1..5", "0..128"]), words)
    return st.lists(lane, min_size=1, max_size=3).map(tuple)


frames = st.builds(Frame, words, st.integers(1, 3), lanes_of(boxes), words, words)
figures = st.builds(
    Figure, words, st.lists(words, max_size=4).map(tuple), lanes_of(boxes | frames), words, words
)


def figure_of(path: Path) -> Figure:
    (plan,) = Compiler().compile_each(path).plans
    return make_figure(plan)


def contains(outer: Rect, x: float, y: float, width: float = 0, height: float = 0) -> bool:
    right, bottom = outer.x + outer.width, outer.y + outer.height
    return outer.x <= x and outer.y <= y and x + width <= right and y + height <= bottom


def sides(word: Words) -> tuple[float, float]:
    width = text_width(word.text, word.size, bold=word.bold)
    left = word.x - width / 2 if word.middle else word.x
    return left, width


def check_places(drawn: Drawn) -> None:
    """Hold that every text fits its room and everything lies within what holds it."""
    page = Rect(0, 0, drawn.width, drawn.height, "page")
    rects = [each for each in drawn.shapes if isinstance(each, Rect)]
    small = [each for each in rects if each.look not in {"lane", "frame", "pill"}]
    for shape in drawn.shapes:
        match shape:
            case Rect():
                assert contains(page, shape.x, shape.y, shape.width, shape.height)
            case Arrow():
                assert contains(page, shape.x, shape.top, 0, shape.bottom - shape.top)
            case Words():
                left, width = sides(shape)
                assert width <= shape.room + 0.01 or shape.text == "…"
                assert shape.middle or contains(page, left, shape.y, min(width, shape.room))
    for one, other in pairwise(small):
        assert one.x + one.width <= other.x or one.y + one.height <= other.y or other.y < one.y
    for word in (each for each in drawn.shapes if isinstance(each, Words) and each.middle):
        left, width = sides(word)
        assert any(contains(rect, left, word.y - word.size / 2, width) for rect in rects)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_have_everything_in_its_place(path: Path) -> None:
    check_places(lay_out(figure_of(path)))


@settings(max_examples=30, deadline=None)
@given(figures)
def test_no_text_leaves_its_room_and_the_svg_is_xml(figure: Figure) -> None:
    check_places(lay_out(figure))
    root = ElementTree.fromstring(render_svg(figure).encode())
    assert root.tag == f"{SVG}svg"


@settings(max_examples=30, deadline=None)
@given(figures)
def test_no_name_breaks_the_mermaid_text(figure: Figure) -> None:
    lines = render_mermaid(figure).splitlines()
    opened = sum(line.strip().startswith("subgraph ") for line in lines)
    assert opened == sum(line.strip() == "end" for line in lines)
    assert all(line.count('"') % 2 == 0 for line in lines if "acc" not in line)


TEN = """\
archon 1
{models}
models ten = [{names}]
architecture ten_by_ten {{
  layer draft = generator(ten)
  repeat 8 {{ layer fuser(ten) }}
  layer ranker(m0, keep: 1)
}}
"""


@pytest.fixture
def ten_by_ten(tmp_path: Path) -> Path:
    names = [f"m{number}" for number in range(10)]
    models = "\n".join(f'model {name} = simulated("{name}", max_tokens: 1k)' for name in names)
    path = tmp_path / "ten.archon"
    path.write_text(TEN.format(models=models, names=", ".join(names)), encoding="utf-8")
    return path


def test_ten_layers_of_ten_components_fit_a_page(ten_by_ten: Path) -> None:
    drawn = lay_out(figure_of(ten_by_ten))
    check_places(drawn)
    assert sum(isinstance(each, Rect) and each.look == "fuser" for each in drawn.shapes) == 80
    assert drawn.width < 1400
    assert drawn.height < 1600


def texts(root: ElementTree.Element) -> Iterator[str]:
    yield from (each.text or "" for each in root.iter(f"{SVG}text"))


def test_svg_says_what_it_shows_and_needs_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "funnel.svg"
    assert main(["graph", str(FUNNEL), "-o", str(path)]) == 0
    root = ElementTree.parse(path).getroot()
    assert root.attrib["role"] == "img"
    assert root.findtext(f"{SVG}title") == "funnel"
    assert "ranker with judge (keep: 8)" in (root.findtext(f"{SVG}desc") or "")
    shown = list(texts(root))
    assert shown.count("critic") == 5  # four boxes and a layer's name
    assert {"draft", "10 calls", "2 samples", "question", "answer", "10", "with critique"} <= {
        *shown
    }
    page = path.read_text(encoding="utf-8")
    assert "href=" not in page
    assert "@font-face" not in page
    assert "url(" not in page


def test_equal_components_make_one_box(tmp_path: Path) -> None:
    path = tmp_path / "same.archon"
    component = "    generator(m)\n"
    path.write_text(
        'archon 1\nmodel m = simulated("m", max_tokens: 9)\narchitecture same {\n'
        f"  layer draft {{\n{component * 8}  }}\n  layer fuser(m)\n}}\n",
        encoding="utf-8",
    )
    (box,) = figure_of(path).lanes[0].blocks
    assert isinstance(box, Box)
    assert box.count == 8
    assert "8 × generator" in texts(ElementTree.fromstring(render_svg(figure_of(path))))


def test_plan_is_drawn_as_its_program_is(tmp_path: Path) -> None:
    plan = str(tmp_path / "funnel.json")
    assert main(["compile", str(FUNNEL), "-o", plan]) == 0
    for suffix in ("svg", "mmd"):
        mine, its = tmp_path / f"mine.{suffix}", tmp_path / f"its.{suffix}"
        assert main(["graph", plan, "-o", str(mine)]) == 0
        assert main(["graph", str(FUNNEL), "-o", str(its)]) == 0
        assert mine.read_bytes() == its.read_bytes()


@pytest.mark.parametrize(
    ("output", "code", "said"),
    [
        ("out.png", 2, "ends in .svg or .mmd"),
        ("no/folder/out.svg", 1, "cannot write"),
    ],
)
def test_output_that_cannot_be_is_said(
    tmp_path: Path, output: str, code: int, said: str, capsys: Capture
) -> None:
    assert main(["graph", str(FUNNEL), "-o", str(tmp_path / output)]) == code
    assert said in capsys.readouterr().err


def test_wrong_program_is_not_drawn(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "wrong.archon"
    path.write_text("archon 1\narchitecture a { layer generator(nobody) }\n", encoding="utf-8")
    assert main(["graph", str(path), "-o", str(tmp_path / "out.svg")]) == 1
    assert "error[A0201]" in capsys.readouterr().err
    assert not (tmp_path / "out.svg").exists()


WITHOUT = """
import sys
sys.modules["drawsvg"] = None
from archonc.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def test_missing_library_is_named_and_mermaid_does_without(tmp_path: Path) -> None:
    def graph(name: str) -> subprocess.CompletedProcess[str]:
        words = ["graph", str(FUNNEL), "-o", str(tmp_path / name)]
        return subprocess.run(
            [sys.executable, "-c", WITHOUT, *words], capture_output=True, text=True, check=False
        )

    done = graph("out.svg")
    assert done.returncode == 1
    assert "pip install 'archonc[graph]'" in done.stderr
    assert graph("out.mmd").returncode == 0


@given(words, st.floats(10, 400))
def test_fitted_text_is_the_whole_or_its_beginning(text: str, room: float) -> None:
    shown = fit(text, 12, room)
    if text_width(text, 12) <= room:
        assert shown == text
    else:
        assert shown.endswith("…")
        assert text.startswith(shown[:-1])
        assert text_width(shown, 12) <= room or shown == "…"
