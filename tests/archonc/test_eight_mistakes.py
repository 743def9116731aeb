"""Eight mistakes of eight kinds in one file, syntax included, are eight diagnostics."""

from __future__ import annotations

import pytest

from archonc import Source, check_source

PROGRAM = """archon 1

import "missing.archon" as lib
model writer = openai("gpt-4o-mini", temprature: 0.7, max_tokens: 1k)
model judge = openai("gpt-4o-mini", temperature: 0, max_tokens: 2m)
model second = openai("gpt-4o" max_tokens: 1k)

prompt short { user: "{{qeury}} in short" }

architecture panel(n: int = 5) {
  budget { calls: 30, tokens: 500k }

  layer draft { generator([writer, second, lib.other], samples: n) }
  layer notes = critic(judge
  layer ranker(jugde, keep: up_to(3))
  layer fuser(writer, prompt: short, length_control: "yes")
}
"""
EXPECTED = [
    ("A0213", 3),
    ("A0206", 4),
    ("A0106", 5),
    ("A0101", 6),
    ("A0208", 8),
    ("A0102", 14),
    ("A0201", 15),
    ("A0311", 16),
]


def found_in(text: str) -> list[tuple[str, int]]:
    source = Source("panel.archon", text)
    return [
        (each.code, source.line_column(each.primary.span.start)[0]) for each in check_source(source)
    ]


def test_each_mistake_is_reported_once() -> None:
    assert found_in(PROGRAM) == EXPECTED


MENDED = [
    (
        'import "missing.archon" as lib\n',
        "model other = ollama()\n".replace("()", '("q", max_tokens: 1k)'),
    ),
    ("temprature", "temperature"),
    ("2m)", "2k)"),
    ('"gpt-4o" max', '"gpt-4o", max'),
    ("{{qeury}}", "{{query}} {{candidates}}"),
    ("critic(judge\n", "critic(judge)\n"),
    ("jugde", "judge"),
    ('"yes"', "true"),
]


@pytest.mark.parametrize("number", range(len(EXPECTED)))
def test_mistake_that_is_mended_is_gone_and_the_others_stay(number: int) -> None:
    text = PROGRAM.replace(*MENDED[number])
    if number == 0:
        text = text.replace("lib.other", "other")
    left = [code for code, _ in EXPECTED if code != EXPECTED[number][0]]
    # The mended architecture is whole only when its own mistakes are: then its budget shows.
    assert [code for code, _ in found_in(text)] == left
