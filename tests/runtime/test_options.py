"""Options of steps as plain JSON values, and back."""

from __future__ import annotations

from typing import Any

import pytest

from archon_runtime.errors import PlanInvalid
from archon_runtime.techniques import TECHNIQUES
from archon_runtime.techniques.base import Check, Keep
from archon_runtime.techniques.checker import CheckerOptions
from archon_runtime.techniques.decode import decode_options, encode_options
from archon_runtime.techniques.fuser import FuserOptions
from archon_runtime.techniques.ranker import RankerOptions


@pytest.mark.parametrize(
    ("technique", "options"),
    [
        ("fuser", FuserOptions(samples=3, use_critiques=False, length_control=True)),
        ("ranker", RankerOptions()),
        ("ranker", RankerOptions(keep=Keep(5))),
        ("ranker", RankerOptions(keep=Keep(5, up_to=True))),
        ("checker", CheckerOptions(Check(command=("prog", "-x")), first=2, on_none="pass")),
        ("checker", CheckerOptions(Check(file="a.py", function="f"), trusted=True, timeout=2.5)),
    ],
)
def test_options_survive_the_round_trip(technique: str, options: Any) -> None:
    assert decode_options(TECHNIQUES[technique], encode_options(options)) == options


@pytest.mark.parametrize(
    ("technique", "raw", "words"),
    [
        ("fuser", {"sample": 1}, "no option `sample`"),
        ("fuser", {"samples": 0}, "`samples`"),
        ("fuser", {"samples": True}, "`samples`"),
        ("fuser", {"samples": "3"}, "`samples`"),
        ("fuser", {"use_critiques": 1}, "`use_critiques`"),
        ("ranker", {"keep": {"keep": 5}}, "`keep`"),
        ("ranker", {"keep": {"keep": 0, "up_to": True}}, "`keep`"),
        ("checker", {}, "needs the option `check`"),
        ("checker", {"check": {"command": []}}, "`check`"),
        ("checker", {"check": {"command": ["a", 1]}}, "`check`"),
        ("checker", {"check": {"file": "a.py", "function": "not a name"}}, "`check`"),
        ("checker", {"check": "a.py:f"}, "`check`"),
        ("checker", {"check": {"command": ["a"]}, "on_none": "maybe"}, "fail, pass"),
        ("checker", {"check": {"command": ["a"]}, "timeout": 0}, "`timeout`"),
        ("voter", {"pattern": "("}, "`pattern`"),
    ],
)
def test_wrong_options_are_refused_with_their_name(
    technique: str, raw: dict[str, object], words: str
) -> None:
    with pytest.raises(PlanInvalid, match=words):
        decode_options(TECHNIQUES[technique], raw)
