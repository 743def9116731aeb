"""Walk the layers of a configuration: how many candidates flow, and what can't be.

The rules are those of the language (specs/language.md, candidate flow). What the
published runner did otherwise is reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from archon_runtime.flow import Arity
from archonc.diagnostic.codes_import import (
    KEEPS_ALL,
    LATE_GENERATOR,
    NO_TESTS_WRITTEN,
    NOTHING_FLOWS_IN,
    SEVERAL_AT_END,
    TESTS_HIDDEN,
)
from archonc.importer.alike import check_alike
from archonc.importer.config import Component, ComponentType, Config, Layer
from archonc.importer.critiques import Critiques
from archonc.importer.findings import Findings
from archonc.importer.unread import Reader, drop_unread

__all__ = ["FlowLayer", "Walked", "walk"]


@dataclass(frozen=True, slots=True)
class FlowLayer:
    """A layer that is kept. `show_tests`: tests exist, and its generators see them."""

    layer: Layer
    inflow: Arity
    show_tests: bool = False


@dataclass(frozen=True, slots=True)
class Walked:
    """The layers that are kept, in order, and how many candidates are left at the end."""

    layers: tuple[FlowLayer, ...]
    left: Arity


def walk(config: Config, findings: Findings) -> Walked | None:
    """Follow the candidates through all layers; None if they can't flow."""
    for layer in config.layers:
        check_alike(layer, findings)
    if findings.has_errors:
        return None
    state = _Walk(findings)
    for layer in config.layers:
        state.enter(layer)
    last = config.layers[-1]
    if state.arity.high == 0:
        _report_nothing(last, "no layer makes candidates", findings)
    if findings.has_errors:
        return None
    if state.arity.high != 1:
        _report_several(last, state.arity, findings)
    kept = drop_unread(config.layers, state.readers, findings)
    layers = tuple(each for each in state.layers if each.layer.number in kept)
    return Walked(layers, state.arity)


def _report_nothing(layer: Layer, message: str, findings: Findings) -> None:
    findings.error(
        NOTHING_FLOWS_IN,
        message,
        layer.components[0].place("type"),
        "nothing to work on",
        helps=("put a layer of `generator` before it",),
    )


def _report_several(last: Layer, left: Arity, findings: Findings) -> None:
    findings.warn(
        SEVERAL_AT_END,
        f"{left} candidates are left at the end, and the published runner chose one at random: "
        "imported as `answer: first`",
        last.span,
        "the last layer",
        notes=("the paper says that the first is the answer",),
        helps=("end with a `ranker` that keeps 1, or with one `fuser`",),
    )


class _Walk:
    """The state between two layers. `readers`: of critics and test generators, by layer."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self.arity = Arity(0, 0)
        self.layers: list[FlowLayer] = []
        self.readers: dict[int, list[Reader]] = {}
        self._critiques = Critiques(findings, self.readers)
        self._tests: Layer | None = None

    def enter(self, layer: Layer) -> None:
        """Go through one layer."""
        generates = layer.type is ComponentType.GENERATOR
        shows = generates and self._tests is not None
        self.layers.append(FlowLayer(layer, self.arity, show_tests=shows))
        if layer.type is ComponentType.UNIT_TEST_GENERATOR:
            self._tests = layer
            self.readers[layer.number] = []
            return
        if not generates and self.arity.high == 0:
            _report_nothing(layer, f"a `{layer.type}` comes before any candidate", self._findings)
            self.arity = Arity(0, None)  # of which nothing can be proved, so nothing is reported
        self._follow_tests(layer)
        self._work(layer)

    def _work(self, layer: Layer) -> None:
        component = layer.components[0]
        match layer.type:
            case ComponentType.GENERATOR:
                self._check_first(layer)
                self._renew(layer)
            case ComponentType.FUSER:
                for each in layer.components:
                    self._critiques.read(each, layer)
                self._renew(layer)
            case ComponentType.CRITIC:
                self._critiques.write(layer)
            case ComponentType.RANKER:
                self._critiques.read(component, layer)
                self._keep(component)
            case ComponentType.VERIFIER:
                self._critiques.pass_by(component, layer)
                self._check_enough(component)
                # If none is judged right all go on, however many would have been enough.
                self.arity = Arity(min(1, self.arity.low), self.arity.high)
            case ComponentType.UNIT_TEST_EVALUATOR:
                self._evaluate(component)
                self._critiques.reorder(layer)
            case ComponentType.UNIT_TEST_GENERATOR:
                raise AssertionError("it touches no candidates")
            case _:
                assert_never(layer.type)

    def _check_first(self, layer: Layer) -> None:
        if not self.arity.high:
            return
        self._findings.error(
            LATE_GENERATOR,
            f"the `generator` of layer {layer.number} throws away the {self.arity} candidates "
            "that flow in",
            layer.components[0].place("type"),
            "answers afresh",
            helps=("take out the layers before it, or make it a `fuser`",),
        )

    def _renew(self, layer: Layer) -> None:
        self._critiques.lose(layer)
        count = sum(each.samples for each in layer.components)
        self.arity = Arity(count, count)

    def _keep(self, component: Component) -> None:
        keep, high = component.keep, self.arity.high
        if keep is None:
            return
        if high is not None and keep >= high:
            flow = "1 candidate flows in" if high == 1 else f"{self.arity} candidates flow in"
            self._findings.warn(
                KEEPS_ALL,
                f"a `{component.type}` keeps {keep}, and {flow}: "
                + ("it keeps all" if keep == high else f"imported as `keep: up_to({keep})`"),
                component.place("top_k"),
                "keeps all",
                helps=(f"keep fewer than {high}" if high > 1 else "take the layer out",),
            )
        self.arity = self.arity.at_most(keep)

    def _evaluate(self, component: Component) -> None:
        if component.first is None:
            self._keep(component)
            return
        self._check_enough(component)
        most = self.arity.at_most(component.first)
        self.arity = Arity(min(1, most.low), most.high)

    def _check_enough(self, component: Component) -> None:
        first, high = component.first, self.arity.high
        if first is not None and high is not None and first > high:
            self._findings.warn(
                KEEPS_ALL,
                f"for a `{component.type}` {first} that pass are enough, and {self.arity} flow in: "
                f"imported as `first: {high}`",
                component.place("first_k"),
                "more than flow in",
                helps=(f"write at most {high}",),
            )

    def _follow_tests(self, layer: Layer) -> None:
        if self._tests is None:
            if layer.type is ComponentType.UNIT_TEST_EVALUATOR:
                self._report_no_tests(layer)
            return
        readers = self.readers[self._tests.number]
        if layer.type is ComponentType.UNIT_TEST_EVALUATOR:
            readers.append(Reader.EVALUATED)
        elif layer.type is ComponentType.GENERATOR:
            readers.append(Reader.SHOWN)
        elif self.arity.high is not None:
            self._findings.warn(
                TESTS_HIDDEN,
                f"a `{layer.type}` saw the tests within the question, here only generators and "
                "evaluators do",
                layer.components[0].place("type"),
                "does not see them",
                notes=("the runner wrote the tests into the caller's question",),
                helps=("say in a prompt of its own what it should look at",),
            )

    def _report_no_tests(self, layer: Layer) -> None:
        self._findings.error(
            NO_TESTS_WRITTEN,
            f"the `{layer.type}` of layer {layer.number} has no tests to evaluate",
            layer.components[0].place("type"),
            "no tests",
            helps=("put a layer `unit_test_generator` before it",),
        )
