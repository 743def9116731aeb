"""From a seed to what was found: play the case, check it, and play it again with other times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from archon_runtime.techniques import TECHNIQUES
from tests.simulate.case import draw_case
from tests.simulate.checks import broken_promises, differences, had_effect, is_limited
from tests.simulate.play import Parts, Played, play

__all__ = ["Finding", "Tally", "examine"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one case showed; `broken` is empty if all promises were kept."""

    seed: int
    broken: tuple[str, ...]
    calls: int = 0
    limited: bool = False
    failed: bool = False
    cut: bool = False
    replayed: bool = False
    techniques: frozenset[str] = frozenset()


def examine(seed: int, parts: Parts | None = None) -> Finding:
    """Play the case of a seed; whatever goes wrong is in the finding, never raised."""
    case = draw_case(seed)
    try:
        played = play(case, parts=parts)
        broken = broken_promises(played)
        replayed = not any(had_effect(report, case) for report in played.reports)
        if replayed:
            case = replace(case, stop_s=None, cancel_s=None)
            again = play(case, time_seed=1, parts=parts)
            broken += broken_promises(again)
            for pair in zip(played.reports, again.reports, strict=True):
                broken += differences(case, *pair)
    except Exception as bug:
        return Finding(seed, (f"crashed: {bug!r}",))
    return _find(seed, played, tuple(dict.fromkeys(broken)), replayed=replayed)


def _find(seed: int, played: Played, broken: tuple[str, ...], *, replayed: bool) -> Finding:
    reports = played.reports
    return Finding(
        seed,
        broken,
        calls=sum(len(each.audit.finished_calls) for each in reports),
        limited=any(is_limited(each) for each in reports),
        failed=any(each.audit.failures for each in reports),
        cut=any(each.stopped_s is not None or each.cancelled_s is not None for each in reports),
        replayed=replayed,
        techniques=frozenset[str]().union(*(each.audit.worked for each in reports)),
    )


@dataclass
class Tally:
    """Counts over many findings."""

    runs: int = 0
    calls: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    broken: list[Finding] = field(default_factory=list)

    def add(self, findings: Iterable[Finding]) -> None:
        """Count findings in."""
        for each in findings:
            self.runs += 1
            self.calls += each.calls
            self.counts["a limit took effect"] += each.limited
            self.counts["a call failed"] += each.failed
            self.counts["stopped or cancelled"] += each.cut
            self.counts["played twice"] += each.replayed
            self.counts.update(each.techniques)
            if each.broken:
                self.broken.append(each)

    def shares(self) -> Sequence[tuple[str, float, float]]:
        """Tell what happened in which share of the runs, and the least that is enough."""
        wanted = {"a limit took effect": 0.3, "a call failed": 0.3, "stopped or cancelled": 0.1}
        wanted |= {"played twice": 0.2, **dict.fromkeys(TECHNIQUES, 0.05)}
        runs = max(1, self.runs)
        return [(name, self.counts[name] / runs, least) for name, least in wanted.items()]

    def short(self) -> list[str]:
        """Tell what happened too rarely for the runs to show anything about it."""
        return [
            f"{name}: {share:.1%} of at least {least:.0%}"
            for name, share, least in self.shares()
            if share < least
        ]
