"""The least that is asked where later layers may want less than earlier ones can make."""

from __future__ import annotations

import pytest

from archonc import Source, compile_source
from archonc.diagnostic.codes_check import BUDGET_TOO_SMALL

PROGRAM = """archon 1
model m = openai("gpt-4o-mini", max_tokens: 100)
architecture inner {
  layer generator(m)
  layer fuser(m)
}
architecture tried {
  BUDGET
LAYERS
}
"""
TESTED = "layer unit_test_generator(m)\n  layer unit_test_evaluator(m, first: 3)"


@pytest.mark.parametrize(
    ("layers", "least"),
    [
        ("layer generator(m, samples: 1000)\n  layer verifier(m, first: 1)", [1, 2]),
        ("layer generator(m, samples: 1000)\n  layer verifier(m)", [1000, 2000]),
        (f"layer generator(m, samples: 1000)\n  {TESTED}", [3, 1, 3]),
        # The first three of the places: all of one step and one of the other.
        (
            f"layer draft {{ generator(m, samples: 2), generator(m, samples: 9) }}\n  {TESTED}",
            [3, 1, 3],
        ),
        ("layer both { inner(), inner(), inner() }\n  layer verifier(m, first: 1)", [2, 2]),
        ("layer draft { quorum: 6, generator(m, samples: 8) }\n  layer fuser(m)", [6, 1]),
        # Any six: of the first step at least one, of the second at least two.
        (
            "layer draft { quorum: 6, generator(m, samples: 4), generator(m, samples: 5) }\n"
            "  layer fuser(m)",
            [3, 1],
        ),
        (
            "layer generator(m, samples: 8)\n  layer fuser(m, samples: 8)\n"
            "  layer verifier(m, first: 2)",
            [8, 2, 4],
        ),
    ],
)
def test_least_calls_are_those_that_somebody_wants(layers: str, least: list[int]) -> None:
    text = PROGRAM.replace("BUDGET\n", "").replace("LAYERS", f"{layers}\n  answer: first")
    compilation = compile_source(Source("a.archon", text), folder=None, architecture="tried")
    assert compilation.plan is not None, compilation.diagnostics
    assert [layer.bounds.calls.least for layer in compilation.plan.layers] == least


@pytest.mark.parametrize(("calls", "enough"), [(2, False), (3, True)])
def test_budget_is_checked_against_what_is_wanted(calls: int, enough: bool) -> None:
    layers = "layer generator(m, samples: 1000)\n  layer verifier(m, first: 1)\n  answer: first"
    text = PROGRAM.replace("BUDGET", f"budget {{ calls: {calls} }}").replace("LAYERS", layers)
    compilation = compile_source(Source("a.archon", text), folder=None, architecture="tried")
    codes = [diagnostic.code for diagnostic in compilation.diagnostics]
    assert (BUDGET_TOO_SMALL in codes) is not enough
