from __future__ import annotations

import pytest

from archon_runtime.techniques.reply import (
    REASON_CHARS,
    Refusal,
    read_critiques,
    read_ranking,
    read_test_results,
    read_tests,
)

MARK = "ab12cd34"


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("[2] > [1] > [3]", (1, 0, 2)),
        ("Candidate [1] is bad [see 3].\n\n  [3]>[2]  >[1]\n\n", (2, 1, 0)),
        ("**[2] > [1] > [3]**", (1, 0, 2)),
        ("`[1] > [2] > [3]`\n", (0, 1, 2)),
        ("[1] > [2] > [3]\n[3] > [2] > [1]", (2, 1, 0)),
    ],
    ids=["bare", "after reasons", "bold", "code", "the last line counts"],
)
def test_a_permutation_on_the_last_line_is_read(text: str, order: tuple[int, ...]) -> None:
    assert read_ranking(text, 3) == order


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "last line"),
        ("[2] > [1] > [3]\nI hope this helps!", "last line"),
        ("Answer: [2] > [1] > [3]", "last line"),
        ("2 > 1 > 3", "last line"),
        ("[2] > [1], [3]", "last line"),
        ("[1] > [2-3]", "last line"),
        ("[1-3]", "last line"),
        ("[2] = [1] > [3]", "last line"),
        ("[1] > [1] > [2]", "candidate 1 is there twice"),
        ("[1] > [2]", "candidate 3 is missing"),
        ("[1] > [2] > [3] > [4]", "no candidate 4"),
        ("[0] > [1] > [2]", "no candidate 0"),
        ("[3] > [" + "9" * 5000 + "]", "last line"),
    ],
)
def test_anything_else_is_refused_with_the_reason(text: str, reason: str) -> None:
    refusal = read_ranking(text, 3)
    assert isinstance(refusal, Refusal)
    assert reason in refusal.reason
    assert len(refusal.reason) <= REASON_CHARS


def test_a_long_ranking_reads_in_no_time() -> None:
    numbers = list(range(3000, 0, -1))
    text = " > ".join(f"[{number}]" for number in numbers)
    assert read_ranking(text, 3000) == tuple(number - 1 for number in numbers)


def test_critiques_are_read_in_any_order_and_the_preamble_is_dropped() -> None:
    text = f"Here you are.\n### Critique 2 {MARK}\nBad.\n\nReally.\n### Critique 1 {MARK}\nGood."
    assert read_critiques(text, 2, MARK) == ("Good.", "Bad.\n\nReally.")


@pytest.mark.parametrize("heading", ["### Critique {}", "**Critique {}:**", "critique {}"])
def test_a_heading_may_lack_the_mark_if_all_do(heading: str) -> None:
    text = f"{heading.format(1)}\nGood.\n{heading.format(2)}\nBad."
    assert read_critiques(text, 2, MARK) == ("Good.", "Bad.")


def test_brackets_code_and_quoted_headings_stay_inside_a_critique() -> None:
    first = "See [2]: `a[0] = b[1]`.\n[3]\n### Critique 2\nis what the candidate says."
    text = f"### Critique 1 {MARK}\n{first}\n### Critique 2 {MARK}\nFine [1]."
    assert read_critiques(text, 2, MARK) == (first, "Fine [1].")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no heading"),
        ("All fine.", "no heading"),
        ("### Critique 1\nGood.", "candidate 2 is missing"),
        ("### Critique 1\nGood.\n### Critique 1\nBad.", "candidate 1 is there twice"),
        ("### Critique 1\nGood.\n### Critique 3\nBad.", "no candidate 3"),
        ("### Critique 1\n\n### Critique 2\nBad.", "critique of candidate 1 is empty"),
        ("### Critique 1 ffffffff\nGood.", "no heading"),
    ],
)
def test_critiques_that_do_not_fit_are_refused(text: str, reason: str) -> None:
    refusal = read_critiques(text, 2, MARK)
    assert isinstance(refusal, Refusal)
    assert reason in refusal.reason
    assert len(refusal.reason) <= REASON_CHARS


@pytest.mark.parametrize(
    ("text", "tests"),
    [
        ("Test 1: a, b and 'c'", ("a, b and 'c'",)),
        ("Here they are:\n\n**Test 1:** a\n\n### Test 2: `b`\n", ("a", "`b`")),
        ("test 1:_x is private", ("_x is private",)),
    ],
)
def test_tests_are_numbered_lines(text: str, tests: tuple[str, ...]) -> None:
    assert read_tests(text, 5) == tests


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no line such as Test 1"),
        ("1. The answer is even.", "no line such as Test 1"),
        ('["The answer is even", "and short"]', "no line such as Test 1"),
        ("Test 1: a\nTest 3: b", "Test 2 should come where Test 3 is"),
        ("Test 2: a", "Test 1 should come where Test 2 is"),
        ("Test 1: a\nwhich goes on\nTest 2: b", "a line after Test 1 is no test"),
        ("Test 1: a\nI hope this helps!", "a line after Test 1 is no test"),
        ("Test 1: a\nTest 2: **", "Test 2 is empty"),
        ("Test 1: a\nTest 2: b\nTest 3: c", "3 tests, and at most 2"),
    ],
)
def test_other_tests_are_refused_with_the_reason(text: str, reason: str) -> None:
    refusal = read_tests(text, 2)
    assert isinstance(refusal, Refusal)
    assert reason in refusal.reason
    assert len(refusal.reason) <= REASON_CHARS


@pytest.mark.parametrize(
    "text",
    [
        "Test 1: passed\nTest 2: failed",
        "Test 1: failed, no: see below\n\n- hm\n**Test 1:** passed\n*Test 2: Failed*",
        "Test 2: failed\nTest 1: `passed`\n",
    ],
)
def test_results_are_the_last_lines(text: str) -> None:
    assert read_test_results(text, 2) == (True, False)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "test 1 is missing"),
        ("Test 1: passed", "test 2 is missing"),
        ("Test 1: passed\nTest 2: did not pass", "last 2 lines"),
        ("Test 1: passed\nTest 2: passed with ease", "last 2 lines"),
        ("Test 1: passed\nTest 2: failed\nSo 1 of 2.", "last 2 lines"),
        ("Test 1: passed\nTest 1: failed", "test 1 is there twice"),
        ("Test 1: passed\nTest 3: failed", "no test 3"),
    ],
)
def test_other_results_are_refused_with_the_reason(text: str, reason: str) -> None:
    refusal = read_test_results(text, 2)
    assert isinstance(refusal, Refusal)
    assert reason in refusal.reason
    assert len(refusal.reason) <= REASON_CHARS
