"""What a diagnostic looks like in a terminal."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

import pytest

from archonc.diagnostic import Diagnostic, DiagnosticSink, Label, Severity, render_text
from archonc.source import Source, Span
from archonc.syntax import parse_program

TEXT = "one = two\n\nthree = four\nfive\nsix\nseven = eight\n"


def draw(text: str, primary: str, *labels: str, **rest: tuple[str, ...]) -> str:
    """Draw labels at the words of a text; a label's own text is its word in capitals."""
    source = Source("a.archon", text)

    def label(word: str) -> Label:
        start = text.index(word)
        return Label(Span(start, start + len(word)), word.upper())

    secondary = tuple(label(word) for word in labels)
    return render_text(
        Diagnostic(
            "A0301",
            Severity.ERROR,
            "a message",
            source,
            label(primary),
            secondary,
            rest.get("notes", ()),
            rest.get("helps", ()),
        )
    )


def shown(text: str) -> str:
    return dedent(text).strip("\n")


def test_reasons_are_shown_beside_the_place_to_edit() -> None:
    drawn = draw(TEXT, "four", "one", notes=("a fact",), helps=("do this", "or that\nin two"))
    assert drawn == shown("""
        error[A0301]: a message
         --> a.archon:3:9
          |
        1 | one = two
          | --- ONE
        2 |
        3 | three = four
          |         ^^^^ FOUR
          |
          = note: a fact
          = help: do this
          = help: or that
                  in two
    """)


def test_lines_between_labels_are_left_out() -> None:
    assert draw(TEXT, "one", "seven", "eight") == shown("""
        error[A0301]: a message
         --> a.archon:1:1
          |
        1 | one = two
          | ^^^ ONE
        ...
        6 | seven = eight
          | ----- SEVEN
          |         ----- EIGHT
    """)


def test_gutter_is_as_wide_as_the_last_line_number() -> None:
    drawn = draw("x\n" * 8 + "first\nsecond\n", "second", "first")
    assert drawn.splitlines()[1:] == [
        "  --> a.archon:10:1",
        "   |",
        " 9 | first",
        "   | ----- FIRST",
        "10 | second",
        "   | ^^^^^^ SECOND",
    ]


def test_tabs_are_drawn_as_spaces() -> None:
    assert draw("\ta\tb = word\n", "word").splitlines()[3:] == [
        "1 |     a   b = word",
        "  |             ^^^^ WORD",
    ]


def test_wide_characters_take_two_columns_and_marks_none() -> None:
    assert draw("日本 e\u0301 = word\n", "word").splitlines()[3:] == [
        "1 | 日本 e\u0301 = word",
        "  |          ^^^^ WORD",
    ]


def test_label_on_a_wide_word_is_as_wide() -> None:
    assert draw("a = 日本\n", "日本").splitlines()[-1] == "  |     ^^^^ 日本"


def test_what_a_terminal_would_obey_is_not_sent_to_it() -> None:
    drawn = draw("a\x1b[2J\u202e = word\n", "word", notes=("\x07 \ud800",))
    assert "1 | a\ufffd[2J\ufffd = word" in drawn
    assert "note: \ufffd \ufffd" in drawn
    drawn.encode()


def test_empty_place_at_the_end_is_one_sign() -> None:
    source = Source("a.archon", "one\n")
    diagnostic = Diagnostic("A0102", Severity.ERROR, "m", source, Label(Span(4, 4), "here"))
    assert render_text(diagnostic).splitlines()[1:] == [
        " --> a.archon:2:1",
        "  |",
        "2 |",
        "  | ^ here",
    ]


def test_place_of_several_lines_is_drawn_on_its_first() -> None:
    source = Source("a.archon", TEXT)
    diagnostic = Diagnostic("A0102", Severity.ERROR, "m", source, Label(Span(11, 30), "here"))
    assert render_text(diagnostic).splitlines()[3:] == [
        "3 | three = four",
        "  | ^^^^^^^^^^^^ here",
    ]


def test_long_line_is_shown_around_its_label() -> None:
    lines = draw("x" * 1000 + "word" + "y" * 1000, "word").splitlines()
    assert max(map(len, lines)) < 220
    at = lines[4].index("^")
    assert lines[3][at : at + 4] == "word"
    assert lines[4].endswith("^^^^ WORD")


def test_warning_is_called_so() -> None:
    source = Source("a.archon", "")
    diagnostic = Diagnostic("A0210", Severity.WARNING, "m", source, Label(Span(0, 0)))
    assert render_text(diagnostic) == "warning[A0210]: m\n --> a.archon"


@pytest.mark.parametrize("severity", list(Severity))
def test_colour_changes_nothing_but_colour(severity: Severity) -> None:
    source = Source("a.archon", TEXT)
    labels = (Label(Span(0, 3), "why"),)
    diagnostic = Diagnostic(
        "A0301", severity, "m", source, Label(Span(6, 9), "where"), labels, ("n",), ("h",)
    )
    coloured = render_text(diagnostic, colour=True)
    plain = coloured
    for code in ("\x1b[0m", "\x1b[1m", "\x1b[31m", "\x1b[33m", "\x1b[34m"):
        plain = plain.replace(code, "")
    assert plain == render_text(diagnostic)
    assert ("\x1b[31m" in coloured) == (severity is Severity.ERROR)


def test_syntax_error_as_a_user_sees_it() -> None:
    source = Source("best.archon", 'archon 1\nmodel a = f("x"\n\nmodel b = f("y")\n')
    sink = DiagnosticSink(source)
    parse_program(source, sink)
    assert [render_text(found) for found in sink.diagnostics] == [
        shown("""
            error[A0102]: `(` is never closed
             --> best.archon:2:12
              |
            2 | model a = f("x"
              |            ^ no `)` belongs to it
            3 |
            4 | model b = f("y")
              | ----- the next statement starts here
              |
              = help: write `)` where it ends
        """)
    ]


def test_width_tables_are_loaded_for_other_than_ascii_only() -> None:
    program = (
        "import sys\n"
        "from archonc.diagnostic import Diagnostic, Label, Severity, render_text\n"
        "from archonc.source import Source, Span\n"
        "for text in ('ascii', 'é'):\n"
        "    label = Label(Span(0, 1))\n"
        "    render_text(Diagnostic('A0101', Severity.ERROR, 'm', Source('a', text), label))\n"
        "    print('wcwidth' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True"]
