"""`archonc fmt` as a user types it: what is written, what is printed, exit codes."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import pytest

from archonc.cli.main import main
from archonc.diagnostic import DiagnosticSink
from archonc.format import format_source
from archonc.source import Source

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT.parent / "shared" / "programs"
ODD = "archon 1\nmodel a=sim( )\n\n\nmodel long_name = sim() # why"
NEAT = "archon 1\n\nmodel a = sim()\n\nmodel long_name = sim()  # why\n"
BROKEN = "archon 1\nmodel a = sim(\nmodel b = sim()\n"

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    path = tmp_path / "odd.archon"
    path.write_text(ODD, encoding="utf-8")
    return path


def test_file_is_rewritten_once(odd: Path, capsys: Capture) -> None:
    assert main(["fmt", str(odd)]) == 0
    assert odd.read_text(encoding="utf-8") == NEAT
    assert capsys.readouterr() == ("", f"formatted {odd}\n")
    before = odd.stat()
    assert main(["fmt", str(odd)]) == 0
    assert capsys.readouterr() == ("", "")
    assert (odd.stat().st_mtime_ns, odd.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_check_lists_what_would_change_and_writes_nothing(odd: Path, capsys: Capture) -> None:
    neat = odd.with_name("neat.archon")
    neat.write_text(NEAT, encoding="utf-8")
    assert main(["fmt", "--check", str(odd), str(neat)]) == 1
    assert capsys.readouterr() == (f"{odd}\n", "")
    assert odd.read_text(encoding="utf-8") == ODD
    assert main(["fmt", "--check", str(neat)]) == 0
    assert capsys.readouterr() == ("", "")


def test_diff_shows_what_would_change_and_writes_nothing(odd: Path, capsys: Capture) -> None:
    assert main(["fmt", "--diff", str(odd)]) == 1
    out, err = capsys.readouterr()
    assert out.split("\n") == [
        f"--- {odd}",
        f"+++ {odd}",
        "@@ -1,5 +1,5 @@",
        " archon 1",
        "-model a=sim( )",
        " ",
        "+model a = sim()",
        " ",
        "-model long_name = sim() # why",
        "\\ No newline at end of file",
        "+model long_name = sim()  # why",
        "",
    ]
    assert err == ""
    assert odd.read_text(encoding="utf-8") == ODD
    assert main(["fmt", "--check", "--diff", str(odd)]) == 1
    assert capsys.readouterr().out == f"{odd}\n{out}"


def give(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_standard_input_goes_to_standard_output(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    for text in (ODD, NEAT):
        give(monkeypatch, text.encode())
        assert main(["fmt", "-"]) == 0
        assert capsys.readouterr() == (NEAT, "")
    give(monkeypatch, ODD.encode())
    assert main(["fmt", "--check", "-"]) == 1
    assert capsys.readouterr() == ("<stdin>\n", "")
    give(monkeypatch, BROKEN.encode())
    assert main(["fmt", "-"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "<stdin>:2:" in err


@pytest.mark.parametrize("option", [[], ["--check"], ["--diff"]])
def test_file_with_a_mistake_stays_and_the_others_are_formatted(
    option: list[str], odd: Path, capsys: Capture
) -> None:
    broken = odd.with_name("broken.archon")
    broken.write_text(BROKEN, encoding="utf-8")
    missing = odd.with_name("missing.archon")
    assert main(["fmt", *option, str(broken), str(missing), str(odd)]) == 1
    assert broken.read_text(encoding="utf-8") == BROKEN
    assert odd.read_text(encoding="utf-8") == (ODD if option else NEAT)
    err = capsys.readouterr().err
    assert "error[A0102]" in err
    assert "there is no file" in err


def test_mistake_of_meaning_is_no_hindrance(odd: Path, capsys: Capture) -> None:
    odd.write_text("archon 1\nmodel a = nosuch( b )\n", encoding="utf-8")
    assert main(["fmt", str(odd)]) == 0
    assert odd.read_text(encoding="utf-8") == "archon 1\n\nmodel a = nosuch(b)\n"
    assert capsys.readouterr() == ("", f"formatted {odd}\n")


def test_folder_stands_for_the_programs_below_it(odd: Path, capsys: Capture) -> None:
    below = odd.parent / "sub" / "deep.archon"
    hidden = odd.parent / ".venv" / "hidden.archon"
    for path in (below, hidden, odd.with_name("notes.txt")):
        path.parent.mkdir(exist_ok=True)
        path.write_text(ODD, encoding="utf-8")
    assert main(["fmt", "--check", str(odd), str(odd.parent)]) == 1
    assert capsys.readouterr() == (f"{odd}\n{below}\n", "")
    empty = odd.parent / "empty"
    empty.mkdir()
    assert main(["fmt", "--check", str(empty)]) == 0
    assert capsys.readouterr() == ("", f"note: there is no .archon file in {empty}\n")


@pytest.mark.parametrize(
    "content", [NEAT.replace("\n", "\r\n").encode(), b"\xef\xbb\xbf" + NEAT.encode()]
)
def test_windows_line_ends_and_the_mark_of_a_file_go(
    content: bytes, odd: Path, capsys: Capture
) -> None:
    odd.write_bytes(content)
    assert main(["fmt", "--check", str(odd)]) == 1
    assert main(["fmt", "--diff", str(odd)]) == 1
    assert odd.read_bytes() == content
    assert main(["fmt", str(odd)]) == 0
    assert odd.read_bytes() == NEAT.encode()


def test_permissions_and_links_stay(odd: Path) -> None:
    odd.chmod(0o640)
    link = odd.with_name("link.archon")
    link.symlink_to(odd)
    assert main(["fmt", str(link)]) == 0
    assert link.is_symlink()
    assert odd.read_text(encoding="utf-8") == NEAT
    assert odd.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in odd.parent.iterdir()) == ["link.archon", "odd.archon"]


def test_file_that_cannot_be_written_is_an_error(odd: Path, capsys: Capture) -> None:
    # A name so long that there is no room for that of the temporary file beside it.
    path = odd.with_name("x" * 248 + ".archon")
    path.write_text(ODD, encoding="utf-8")
    assert main(["fmt", str(path), str(odd)]) == 1
    assert f"error: cannot write {path}: " in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == ODD
    assert odd.read_text(encoding="utf-8") == NEAT


def test_programs_of_the_project_are_in_the_style(capsys: Capture) -> None:
    folders = [ROOT / "examples", ROOT / "specs", *([SAMPLES] if SAMPLES.is_dir() else [])]
    assert main(["fmt", "--check", *map(str, folders)]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "page",
    [*sorted((ROOT / "specs").rglob("*.md")), ROOT / "README.md"],
    ids=lambda page: page.stem,
)
def test_programs_in_pages_are_in_the_style(page: Path) -> None:
    blocks = re.findall(r"```(?:archon)?\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    for block in blocks:
        source = Source(page.name, block)
        formatted = format_source(source, DiagnosticSink(source)) if block.strip() else None
        # Parts of programs, and those that show a mistake of syntax, cannot be formatted.
        assert formatted in (None, block)
