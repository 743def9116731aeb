"""A row of layers at work, a plan's or a nested architecture's, and the choice of its answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from archon_runtime.books import Books
from archon_runtime.budget import BudgetRefusal
from archon_runtime.candidate import Candidate
from archon_runtime.layer_run import LayerRun
from archon_runtime.nested_run import NestedRun
from archon_runtime.plan import Answer, Choose, LayerSpec, NestedSpec, walk_layers
from archon_runtime.run_tools import RunTools
from archon_runtime.stream import Stream
from archon_runtime.tail import Tail
from archon_runtime.techniques.base import Technique
from archon_runtime.together import run_together
from archon_runtime.trace import LayerTrace

__all__ = ["Found", "Pipeline", "PipelineTools"]


@dataclass(frozen=True, slots=True)
class PipelineTools:
    """What all rows of layers in a run are built of. `seed` is for choices without one."""

    run: RunTools
    books: Books
    tail: Tail
    techniques: Mapping[str, type[Technique[Any]]]
    seed: int


@dataclass(frozen=True, slots=True)
class Found:
    """What the deepest layer with any candidate left, and those chosen among it.

    `is_last`: it is the last layer, so that nothing is missing.
    """

    candidates: tuple[Candidate, ...]
    chosen: tuple[Candidate, ...]
    from_layer: str
    is_last: bool


class Pipeline:
    """Layers, each reading what the one before it makes. `out` is the last one's stream."""

    def __init__(self, layers: Sequence[LayerSpec], answer: Answer, tools: PipelineTools) -> None:
        self._answer = answer
        self._tools = tools
        self._positions = [tools.books.positions[layer.name] for layer in walk_layers(layers)]
        self._layers: list[LayerRun] = []
        self._is_cut = False
        self.out = Stream(0)
        for layer in layers:
            position = tools.books.positions[layer.name]
            run = LayerRun(
                position,
                layer,
                inflow=self.out,
                account=tools.books.accounts[position],
                tools=tools.run,
                techniques=tools.techniques,
                nest=self._nest,
            )
            self._layers.append(run)
            self.out = run.out

    async def run(self) -> None:
        """Run all layers to their end.

        Raises:
            ArchonError: the first failure, by the order of layers and steps.
        """
        await run_together([self._job(run) for run in self._layers])

    def leave(self) -> None:
        """Hold nothing back for these layers any more: they will not ask again."""
        self._tools.tail.finished.update(self._positions)

    def abandon(self) -> None:
        """End all layers that were cancelled with what they have by now."""
        for run in self._layers:
            run.abandon()

    def cut_short(self) -> None:
        """Make the best of what is there by now, nested steps first; none will make more."""
        self._is_cut = True
        for run in self._layers:
            for nested in run.nested:
                nested.cut_short()

    def unfinished(self) -> Iterator[str]:
        """Name the layers that have not ended, those of nested steps too."""
        for run in self._layers:
            for nested in run.nested:
                yield from nested.pipeline.unfinished()
            if not run.is_finished:
                yield run.layer.name

    def best(self) -> Found | None:
        """Choose the answer: from the last layer, else from the deepest that has one.

        An earlier layer's candidate is an answer only if something was left out. None if
        there is no answer.
        """
        for run in reversed(self._layers):
            candidates = run.out.candidates
            if candidates:
                is_last = run is self._layers[-1]
                chosen = self.choose(candidates) if is_last else candidates[:1]
                return Found(candidates, chosen, run.layer.name, is_last)
            if not self.is_degraded:
                break
        return None

    def choose(self, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        """Choose among what the last layer made, as the architecture says."""
        match self._answer.choose:
            case Choose.ALL:
                return candidates
            case Choose.FIRST:
                return candidates[:1]
            case Choose.RANDOM:
                seed = self._tools.seed if self._answer.seed is None else self._answer.seed
                return (Random(seed).choice(candidates),)

    @property
    def is_degraded(self) -> bool:
        """Tell whether something was left out, here or further inside."""
        return self._is_cut or any(run.is_degraded for run in self._layers)

    @property
    def refusal(self) -> BudgetRefusal | None:
        """The first refusal of a budget that was done without, here or further inside."""
        for run in self._layers:
            for nested in run.nested:
                if nested.pipeline.refusal is not None:
                    return nested.pipeline.refusal
            if run.refusal is not None:
                return run.refusal
        return None

    @property
    def last(self) -> str:
        """The name of the last layer."""
        return self._layers[-1].layer.name

    def traces(self) -> Iterator[LayerTrace]:
        """Tell what the layers did, until now, in the order of `walk_layers`."""
        for run in self._layers:
            for nested in run.nested:
                yield from nested.pipeline.traces()
            yield run.trace()

    def _nest(self, step: NestedSpec, layer: LayerSpec, out: Stream, offset: int) -> NestedRun:
        inside = Pipeline(step.layers, step.answer, self._tools)
        recorder = self._tools.run.recorder
        return NestedRun(step, inside, layer=layer.name, out=out, offset=offset, recorder=recorder)

    def _job(self, layer: LayerRun) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            try:
                await layer.run()
            finally:
                self._tools.tail.finished.add(self._tools.books.positions[layer.layer.name])

        return run
