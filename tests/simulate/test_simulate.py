"""Random cases on virtual time, and the faults that they must find. `make simulate` does more."""

from __future__ import annotations

import pytest

from tests.simulate.case import draw_case
from tests.simulate.examine import Finding, Tally, examine
from tests.simulate.faults import FAULTS
from tests.simulate.play import Parts, play


def explain(finding: Finding) -> str:
    return f"make simulate SEED={finding.seed} RUNS=1\n" + "\n".join(finding.broken)


def test_hundred_cases_keep_all_promises() -> None:
    broken = [found for seed in range(100) if (found := examine(seed)).broken]
    assert not broken, explain(broken[0])


@pytest.mark.slow
def test_thousands_of_cases_keep_all_promises_and_cover_what_matters() -> None:
    tally = Tally()
    tally.add(examine(seed) for seed in range(10_000, 12_000))
    assert not tally.broken, explain(tally.broken[0])
    assert tally.short() == []


def first_found(parts: Parts, most: int) -> int | None:
    """How many cases it takes to find a fault."""
    return next((seed + 1 for seed in range(most) if examine(seed, parts).broken), None)


@pytest.mark.parametrize("fault", FAULTS)
def test_planted_fault_is_found(fault: str) -> None:
    assert first_found(FAULTS[fault], 1000) is not None


def test_seed_alone_decides_what_happens() -> None:
    for seed in range(20):
        case = draw_case(seed)
        one, other = play(case), play(case)
        for first, again in zip(one.reports, other.reports, strict=True):
            assert first.audit.finished_calls == again.audit.finished_calls
            assert first.audit.notes == again.audit.notes
            assert (first.began_s, first.ended_s) == (again.began_s, again.ended_s)
            assert repr(first.outcome) == repr(again.outcome)
