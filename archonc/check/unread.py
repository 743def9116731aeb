"""Follow what layers make for others to read: critiques and unit tests, each read in time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from archon_runtime.classes import dataclass, field
from archon_runtime.flow import Attachment
from archon_runtime.techniques.base import Technique
from archonc.check.flatten import PlacedLayer
from archonc.check.steps import DraftStep
from archonc.diagnostic.codes_check import UNREAD_CRITIQUES, UNREAD_TESTS
from archonc.diagnostic.diagnostic import DiagnosticSink
from archonc.resolve.symbols import ArchitectureSymbol
from archonc.source import Span

__all__ = ["Unread"]


@dataclass(frozen=True, slots=True)
class _Kind:
    """Something that is made to be read. `lost_with_candidates`: it belongs to them."""

    noun: str
    code: str
    made_by: Callable[[Technique[Any]], bool]
    read_by: Callable[[Technique[Any]], bool]
    lost_with_candidates: bool
    help: str


_KINDS = (
    _Kind(
        "critiques",
        UNREAD_CRITIQUES,
        lambda technique: Attachment.CRITIQUE in technique.adds,
        lambda technique: Attachment.CRITIQUE in technique.reads(),
        lost_with_candidates=True,
        help="put a `ranker` or a `fuser` after it (with `use_critiques`), or take it out",
    ),
    _Kind(
        "unit tests",
        UNREAD_TESTS,
        lambda technique: technique.makes_tests,
        lambda technique: technique.reads_tests(),
        lost_with_candidates=False,
        help="put a `unit_test_evaluator`, or a `generator` with `show_tests: true`, after it, "
        "or take it out",
    ),
)


@dataclass
class Unread:
    """What was made until now and not read yet: by its noun, where and by which layer."""

    made: dict[str, tuple[Span, str]] = field(default_factory=dict)

    def enter(
        self,
        placed: PlacedLayer,
        steps: Sequence[DraftStep],
        *,
        known: bool,
        sink: DiagnosticSink,
    ) -> None:
        """Go through one layer; of one that is not *known* anything may be read."""
        # An architecture as a component sees nothing but the question.
        own = [step for step in steps if not isinstance(step.kind, ArchitectureSymbol)]
        techniques = [step.technique for step in own if step.technique is not None]
        if len(techniques) < len(own) or not steps or not known:
            self.made.clear()
        if not techniques:
            return
        for kind in _KINDS:
            if any(kind.read_by(technique) for technique in techniques):
                self.made.pop(kind.noun, None)
            elif techniques[0].makes_new and kind.lost_with_candidates:
                self._report(kind, f"the new candidates of `{placed.name}` have none", sink)
            if any(kind.made_by(technique) for technique in techniques):
                self._report(kind, f"those of `{placed.name}` take their place unread", sink)
                self.made[kind.noun] = (steps[0].span, placed.name)

    def leave(self, sink: DiagnosticSink) -> None:
        """Come to the end of the architecture."""
        for kind in _KINDS:
            self._report(kind, "nothing after it reads them", sink)

    def _report(self, kind: _Kind, why: str, sink: DiagnosticSink) -> None:
        if kind.noun not in self.made:
            return
        span, name = self.made.pop(kind.noun)
        sink.error(
            kind.code,
            f"nobody reads the {kind.noun} of `{name}`: {why}",
            span,
            "paid for and not used",
            helps=(kind.help,),
        )
