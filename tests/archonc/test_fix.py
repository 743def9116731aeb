"""Fixing: which edits are made, in which order, and what becomes of the file."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archonc.cli.main import main
from archonc.diagnostic import Diagnostic, Edit, Label, Severity
from archonc.diagnostic.fix import MOST_ROUNDS, apply_fixes, fix_source, fixes_for
from archonc.source import Source, Span

WRONG = """\
archon 1
model small = openai('gpt-4o-mini', max_tokens: 1,000)
architecture one {
  layer generator(smal, sampels: 3)
  layer ranker(small, keep: 1)  # allow: L005
}
"""
RIGHT = """\
archon 1
model small = openai("gpt-4o-mini", max_tokens: 1000)
architecture one {
  layer generator(small, samples: 3)
  layer ranker(small, keep: 1)  # allow: L005
}
"""
Capture = pytest.CaptureFixture[str]


def found(source: Source, *edits: Edit, severity: Severity = Severity.WARNING) -> Diagnostic:
    return Diagnostic("A0101", severity, "wrong", source, Label(edits[0].span), edits=edits)


def replace(word: str, better: str, source: Source, severity: Severity) -> list[Diagnostic]:
    at = source.text.find(word)
    edit = Edit(Span(at, at + len(word)), better)
    return [found(source, edit, severity=severity)] if at >= 0 else []


def test_of_overlapping_fixes_the_first_is_made_and_then_the_other() -> None:
    source = Source("a", "abc")

    def check(source: Source) -> tuple[Diagnostic, ...]:
        warn = Severity.WARNING
        return (*replace("bc", "x", source, warn), *replace("ab", "ab1", source, warn)[:1])

    assert [fix[0].replacement for fix in fixes_for(check(source), source)] == ["ab1"]


def test_two_insertions_at_one_place_are_not_made_together() -> None:
    source = Source("a", "abc")
    here = Span(1, 1)
    fixes = fixes_for([found(source, Edit(here, "x")), found(source, Edit(here, "y"))], source)
    assert apply_fixes("abc", fixes) == "axbc"


def test_edits_of_one_diagnostic_are_made_together() -> None:
    source = Source("a", "(abc)")
    fixes = fixes_for([found(source, Edit(Span(4, 5), ""), Edit(Span(0, 1), ""))], source)
    assert apply_fixes(source.text, fixes) == "abc"


def test_edits_in_other_files_are_left_alone() -> None:
    source, other = Source("a", "abc"), Source("b", "abc")
    assert fixes_for([found(other, Edit(Span(0, 1), "x"))], source) == ()


def test_fix_that_brings_errors_is_refused_and_the_others_are_made() -> None:
    def check(source: Source) -> tuple[Diagnostic, ...]:
        bad = [found(source, Edit(Span(0, 0), ""), severity=Severity.ERROR)] * 3
        return (
            *replace("hides", "shows", source, Severity.ERROR),
            *(bad if "shows" in source.text else []),
            *replace("teh", "the", source, Severity.WARNING),
            *replace("wierd", "weird", source, Severity.ERROR),
        )

    fixed = fix_source(Source("a", "teh hides wierd"), check)
    assert fixed.source.text == "the hides weird"
    assert (fixed.made, fixed.refused) == (2, 1)


def test_fixes_that_undo_each_other_come_to_an_end() -> None:
    def check(source: Source) -> tuple[Diagnostic, ...]:
        warn = Severity.WARNING
        return tuple(replace("on", "off", source, warn) + replace("off", "on", source, warn))

    assert fix_source(Source("a", "on"), check).made == MOST_ROUNDS


@given(
    st.text("abc\n", max_size=30),
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 5), st.text("xyz", max_size=3)), max_size=8
    ),
)
def test_chosen_fixes_never_overlap(text: str, places: list[tuple[int, int, str]]) -> None:
    source = Source("a", text)
    edits = [
        Edit(Span(min(start, len(text)), min(start + length, len(text))), better)
        for start, length, better in places
    ]
    fixes = fixes_for([found(source, edit) for edit in edits], source)
    spans = [fix[0].span for fix in fixes]
    assert all(left.end <= right.start for left, right in pairwise(spans))
    grown = sum(len(f[0].replacement) - (f[0].span.end - f[0].span.start) for f in fixes)
    assert len(apply_fixes(text, fixes)) == len(text) + grown


def write(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "one.archon"
    path.write_bytes(content)
    return path


def test_fix_writes_what_it_can_mend_and_says_so(tmp_path: Path, capsys: Capture) -> None:
    path = write(tmp_path, WRONG.encode())
    path.chmod(0o640)
    assert main(["check", "--fix", str(path)]) == 0
    assert path.read_text(encoding="utf-8") == RIGHT
    assert path.stat().st_mode & 0o777 == 0o640
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"{path}: 4 fixes made\n"
    assert main(["check", "--fix", str(path)]) == 0
    assert capsys.readouterr().err == ""


def test_fix_keeps_line_ends_and_the_byte_order_mark(tmp_path: Path) -> None:
    path = write(tmp_path, b"\xef\xbb\xbf" + WRONG.replace("\n", "\r\n").encode())
    assert main(["check", "--fix", str(path)]) == 0
    assert path.read_bytes() == b"\xef\xbb\xbf" + RIGHT.replace("\n", "\r\n").encode()


def test_fix_shows_what_is_left_to_do_by_hand(tmp_path: Path, capsys: Capture) -> None:
    path = write(tmp_path, WRONG.replace("ranker", "critic").replace(", keep: 1", "").encode())
    assert main(["check", "--fix", str(path)]) == 1
    assert "nobody reads the critiques" in capsys.readouterr().out
    assert "samples: 3" in path.read_text(encoding="utf-8")


def test_fix_of_an_unreadable_file_is_a_diagnostic(tmp_path: Path, capsys: Capture) -> None:
    assert main(["check", "--fix", str(tmp_path / "none.archon")]) == 1
    assert "error[A0001]" in capsys.readouterr().out
    assert not (tmp_path / "none.archon").exists()


def test_diff_shows_the_fixes_and_writes_nothing(tmp_path: Path, capsys: Capture) -> None:
    path = write(tmp_path, WRONG.encode())
    assert main(["check", "--diff", str(path)]) == 1
    assert path.read_text(encoding="utf-8") == WRONG
    out, err = capsys.readouterr()
    assert out.startswith(f"--- {path}\n+++ {path}\n@@ -1,6 +1,6 @@\n archon 1\n-model small")
    assert "+  layer generator(small, samples: 3)\n" in out
    assert err == ""
    write(tmp_path, RIGHT.encode())
    assert main(["check", "--diff", str(path)]) == 0
    assert capsys.readouterr() == ("", "")


def test_diff_of_a_last_line_without_end_is_one_that_patch_reads(
    tmp_path: Path, capsys: Capture
) -> None:
    path = write(tmp_path, b"archon 1\nmodel m = openai('gpt-4o-mini')")
    assert main(["check", "--diff", str(path)]) == 1
    assert "\n\\ No newline at end of file\n+model" in capsys.readouterr().out


def test_diff_shows_no_secret(tmp_path: Path, capsys: Capture) -> None:
    text = "archon 1\nprovider lab = openai(key: \"sk-4b1d9c\")\nmodel m = lab('x')\n"
    assert main(["check", "--diff", str(write(tmp_path, text.encode()))]) == 1
    out, err = capsys.readouterr()
    assert '+model m = lab("x")' in out
    assert "4b1d9c" not in out + err


def test_fix_follows_a_link(tmp_path: Path) -> None:
    path = write(tmp_path, WRONG.encode())
    link = tmp_path / "link.archon"
    link.symlink_to(path)
    assert main(["check", "--fix", str(link)]) == 0
    assert link.is_symlink()
    assert path.read_text(encoding="utf-8") == RIGHT
