"""`archonc simulate` as a user types it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from archon_runtime.capacity import Constant, Exponential, LogNormal, ModelLoad, Uniform
from archonc.cli.main import main
from archonc.cli.quantities import (
    WrongQuantity,
    read_count,
    read_distribution,
    read_model,
    read_rate,
    read_seconds,
    read_share,
)

PROGRAM = """\
archon 1
provider lab = simulated(concurrency: 40)
model small = lab("small", max_tokens: 60)
model judge = lab("wise", max_tokens: 60)
architecture best {
  budget { calls: 9 }
  layer draft = generator(small, samples: 3)
  layer ranker(judge, keep: 1)
}
"""
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def program(tmp_path: Path) -> str:
    path = tmp_path / "best.archon"
    path.write_text(PROGRAM, encoding="utf-8")
    return str(path)


def simulate(program: str, *options: str) -> int:
    return main(["simulate", program, "--rate", "30/min", "--for", "2min", *options])


def test_figures_are_printed_with_the_limit_that_saturates_first(
    program: str, capsys: Capture
) -> None:
    assert simulate(program, "--latency", "constant(500ms)") == 0
    shown = capsys.readouterr().out
    assert "best: " in shown
    assert "latency     p50 1 s, p95 1 s" in shown
    assert "4.00 a question" in shown
    assert "provider `lab`: 40 at once saturates first, at 20 questions/s" in shown
    assert "44.4%  budget: calls of each question; 0 were cut short by it" in shown


def test_json_has_the_same_figures(program: str, capsys: Capture) -> None:
    options = ("--latency", "1s", "--model", "judge:latency=3s", "--json")
    assert simulate(program, *options) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["latency_s"]["p50"] == pytest.approx(4.0)
    assert found["questions"]["asked"] == found["questions"]["answered"]
    assert found["usage"]["calls"] == 4 * found["questions"]["asked"]
    assert found["saturates_first"] == "provider `lab`: 40 at once"


def test_limit_of_the_command_line_is_the_providers(program: str, capsys: Capture) -> None:
    assert simulate(program, "--limit", "60/min", "--concurrency", "50", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in found["limits"] if each["shared"]] == [
        "provider `lab`: 60/min",
        "provider `lab`: 50 at once",
    ]
    assert found["limits"][0]["used"] > 0.9


def test_plot_is_an_svg_with_a_panel_for_each_subject(program: str, tmp_path: Path) -> None:
    output = tmp_path / "plot.svg"
    assert simulate(program, "--latency", "lognormal(1s, 0.5)", "-o", str(output)) == 0
    words = "".join(ElementTree.parse(output).getroot().itertext())
    for each in ("latency of", "p99", "open questions over time", "`lab`: 40 at once"):
        assert each in words


def test_overload_and_a_part_of_the_time_are_told(program: str, capsys: Capture) -> None:
    assert main(["simulate", program, "--rate", "2/s", "--for", "1h", "--most", "20"]) == 0
    assert "of 60 min; for all of it: --most 7920" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--model", "juge:errors=1%"), "no model `juge`; did you mean `judge`?"),
        (("--model", "judge:error=1%"), "did you mean `errors`? There are `latency=`"),
        (("--model", "judge"), "is not like `NAME:latency=2s"),
        (("--latency", "lognorm(1s,2)"), "did you mean `lognormal`?"),
        (("--latency", "2sec"), "did you mean `2s`?"),
        (("--latency", "uniform(3s, 1s)"), "is no distribution"),
        (("--errors", "120%"), "from 0% to 100%"),
        (("--limit", "600"), "is not a rate such as"),
        (("--concurrency", "0"), "at least 1"),
        (("--most", "0"), "at least 1"),
        (("--for", "0s"), "more than nothing"),
        (("-o", "plot.png"), "ends in .svg"),
    ],
    ids=str,
)
def test_wrong_usage_says_what_is_meant(
    program: str, capsys: Capture, options: tuple[str, ...], said: str
) -> None:
    code: object = None
    try:
        code = simulate(program, *options)
    except SystemExit as end:  # argparse's own
        code = end.code
    assert code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("package", "options", "help_line"),
    [
        ("trio", (), "pip install 'archonc[sim]'"),
        ("drawsvg", ("-o", "plot.svg"), "pip install 'archonc[graph]'"),
    ],
)
def test_missing_package_says_how_to_install_it(
    program: str, tmp_path: Path, package: str, options: tuple[str, ...], help_line: str
) -> None:
    command = ["simulate", program, "--rate", "1/s", "--for", "5s", *options]
    script = f"import sys; sys.modules[{package!r}] = None\nfrom archonc.cli.main import main\n"
    script += f"sys.exit(main({command!r}))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 1
    assert help_line in done.stderr
    assert "Traceback" not in done.stderr


def test_program_that_is_wrong_is_not_simulated(program: str, capsys: Capture) -> None:
    Path(program).write_text(PROGRAM.replace("keep: 1", "keep: 9"), encoding="utf-8")
    assert simulate(program) == 1
    assert "A0301" in capsys.readouterr().err


def test_quantities_are_read_as_in_the_language() -> None:
    assert [read_seconds(text) for text in ("250ms", "1.5s", "2min", "1h")] == [
        0.25,
        1.5,
        120,
        3600,
    ]
    assert [read_rate(text) for text in ("50/s", "600/min", "36/h")] == [50.0, 10.0, 0.01]
    assert [read_share(text) for text in ("2%", "0.5", "0")] == [0.02, 0.5, 0.0]
    assert [read_count(text) for text in ("300", "2k", "1.5M")] == [300, 2000, 1_500_000]
    assert read_distribution(" lognormal( 1.2s , 0.5 ) ") == LogNormal(1.2, 0.5)
    assert read_distribution("exponential(200ms)") == Exponential(0.2)
    assert read_distribution("uniform(100, 1k)", "tokens") == Uniform(100, 1000)
    assert read_distribution("90s") == Constant(90)
    assert read_model("a.b:latency=uniform(1s, 2s), errors=5%,limit=60/min,tokens=9") == (
        "a.b",
        ModelLoad(Uniform(1.0, 2.0), 0.05, 1.0, Constant(9)),
    )


@pytest.mark.parametrize("text", ["", "s", "-1s", "1 s", "1d", "1_000s", "nan", "1e3s"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(WrongQuantity):
        read_seconds(text)
