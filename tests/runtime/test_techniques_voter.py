"""voter: extraction, patterns bounded in time, and the count."""

from __future__ import annotations

import re

import pytest
from hypothesis import given as given_by
from hypothesis import settings
from hypothesis import strategies as st

from archon_runtime.errors import StepFailed
from archon_runtime.flow import Arity, Attachment, Flow
from archon_runtime.prompt import Prompt
from archon_runtime.techniques.extract import extract_answer
from archon_runtime.techniques.pattern import TEXT_CHARS
from archon_runtime.techniques.pattern_compile import PatternInvalid, compile_pattern
from archon_runtime.techniques.voter import Voter, VoterOptions
from tests.runtime.script_context import ScriptContext, ScriptInflow, silent, some


async def vote(options: VoterOptions, *texts: str) -> ScriptContext:
    ctx = ScriptContext(Prompt(""), silent)
    await Voter(options).apply(ctx, ScriptInflow(some(*texts)))
    return ctx


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("It is 42.", "42"),
        ("7 apples, then 1,234.50 dollars", "2469/2"),
        ("so x = -3", "-3"),
        ("so x = \u22123", "-3"),
        ("range 3-5", "5"),
        ("is 1/2.", "1/2"),
        ("is 0.5", "1/2"),
        (".25", "1/4"),
        ("2e3", "2000"),
        ("$\\boxed{1{,}000}$", "1000"),
        ("7.0", "7"),
        ("007", "7"),
        ("no number, only v2x", None),
        ("5/0", "0"),
        ("9" * 5000, None),
    ],
)
def test_the_last_number_is_read_exactly(text: str, answer: str | None) -> None:
    assert extract_answer(text, "number") == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("B", "B"),
        ("b", "B"),
        ("(C).", "C"),
        ("I think A is wrong.\nThe answer is (D).\nI am sure.", "D"),
        ("Answer: **B**", "B"),
        ("\\boxed{\\text{C}}", "C"),
        ("C) because it is a vowel, unlike (D)", "C"),
        ("Neither (A) nor this; I choose (E)", "E"),
        ("A fox would take C", "C"),
        ("The answer is a cat.", None),
        ("I have no idea", None),
        ("", None),
    ],
)
def test_the_chosen_letter_is_found(text: str, answer: str | None) -> None:
    assert extract_answer(text, "letter") == answer


def test_lines_and_texts_are_compared_without_decoration() -> None:
    assert extract_answer("Well.\n\n **Paris.** \n\n", "last_line") == "paris"
    assert extract_answer("The  capital\nis 'Paris'", "text") == "the capital is 'paris"
    assert extract_answer(" \n ", "last_line") is None


@pytest.mark.anyio
async def test_the_majority_wins_and_its_first_candidate_goes_on() -> None:
    ctx = await vote(VoterOptions("number"), "no", "it is 7", "it is 8", "8.0!", "7")
    assert [(each.text, each.votes) for each in ctx.out] == [("it is 7", 2)]
    assert ctx.notes_of("parse") == ["candidate draft/0 has no answer and does not vote"]
    ctx = await vote(VoterOptions("number"), "1", "2", "2")
    assert [(each.text, each.votes) for each in ctx.out] == [("2", 2)]


@pytest.mark.anyio
async def test_without_any_answer_the_first_candidate_goes_on() -> None:
    ctx = await vote(VoterOptions("number"), "one", "two")
    assert [(each.text, each.votes) for each in ctx.out] == [("one", None)]
    assert len(ctx.notes_of("fallback")) == 1


@pytest.mark.anyio
async def test_a_pattern_narrows_what_is_read() -> None:
    options = VoterOptions("number", pattern=r"(?i)answer: *(.*)")
    ctx = await vote(options, "Answer: 5 (page 7)", "answer:7", "answer: 05 or 7", "7")
    assert [(each.text, each.votes) for each in ctx.out] == [("Answer: 5 (page 7)", 3)]


@pytest.mark.anyio
async def test_a_bad_pattern_is_named_before_and_at_run_time() -> None:
    voter = Voter(VoterOptions(pattern="(a"))
    (problem,) = voter.option_problems()
    assert problem.option == "pattern"
    assert problem.message.startswith("`(a` is no regular expression: missing )")
    with pytest.raises(StepFailed, match="no regular expression"):
        await vote(VoterOptions(pattern="(a"), "x")
    assert Voter(VoterOptions(pattern="a")).option_problems() == ()


def test_one_flows_out() -> None:
    out = Flow(Arity(1, 1), frozenset({Attachment.VOTES}))
    assert Voter(VoterOptions()).flow(Flow(Arity(2, 8))) == out


@pytest.mark.parametrize(
    ("pattern", "text", "captured"),
    [
        (r"a(b*)c", "xabbc", "bb"),
        (r"\d+", "a12b3", "12"),
        (r"(?s)a.*b", "a\nb\nb", "a\nb\nb"),
        (r"a.*?b", "axbxb", "axb"),
        (r"^b$", "a\nb\nc", None),
        (r"(?m)^b$", "a\nb\nc", "b"),
        (r"(?i)ANSWER[: ]+([a-e])\b", "the answer: C.", "C"),
        (r"[^\W\d]{2,3}", "1ab2abcd", "ab"),
        (r"(?:x|yz)+", "zyzx", "yzx"),
        (r"\Aa|b\Z", "cb", "b"),
        (r"(a)|b", "b", None),
        (r"\Bb", "ab", "b"),
        (r"[^ab]", "abC", "C"),
        (r"(?i)[^ab]", "ABC", "C"),
        (r"(?a)\w+", "é1", "1"),
    ],
)
def test_patterns_capture_as_in_python(pattern: str, text: str, captured: str | None) -> None:
    assert compile_pattern(pattern).capture(text) == captured
    found = re.search(pattern, text)
    expected = found and found.group(1 if found.re.groups else 0)
    assert expected == captured


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        (r"(?=a)b", "`assert`"),
        (r"(a)\1", "`groupref`"),
        (r"(?>a)b", "`atomic_group`"),
        (r"a*+", "`possessive_repeat`"),
        (r"(?:a{100}){100}", "too large"),
        ("*", "nothing to repeat"),
        ("(" * 5000, "no regular expression"),
    ],
)
def test_what_cannot_be_bounded_is_refused(pattern: str, message: str) -> None:
    with pytest.raises(PatternInvalid, match=re.escape(message)) as caught:
        compile_pattern(pattern)
    assert caught.value.help


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*)*x", "a.*a.*a.*a.*b", "(a?){50}b"])
def test_hostile_patterns_end(pattern: str) -> None:
    # Python's own matcher would need more time than the universe has.
    assert compile_pattern(pattern).capture("a" * 50_000 + "!") is None


def test_only_the_end_of_a_long_text_is_searched() -> None:
    assert compile_pattern("x").capture("x" + "a" * TEXT_CHARS) is None
    assert compile_pattern("x").capture("x" + "a" * (TEXT_CHARS - 1)) == "x"


_ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", r"\w", r"\b", "^", "$", "c"])
_REPEATS = st.sampled_from(["*", "+", "?", "*?", "+?", "??", "{1,2}", "{2}"])
_SOLID = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", "bc"])
_PATTERNS = st.recursive(
    _ATOMS | st.tuples(_SOLID, _REPEATS).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        inner.map(lambda part: f"({part})"),
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given_by(_PATTERNS, st.text("abc1 \n", max_size=12))
def test_any_pattern_finds_what_python_finds(pattern: str, text: str) -> None:
    found = re.search(pattern, text)
    expected = found and found.group(1 if found.re.groups else 0)
    assert compile_pattern(pattern).capture(text) == expected
