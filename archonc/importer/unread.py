"""Leave out the layers whose work nobody reads; their calls would be paid for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from archonc.diagnostic.codes_import import CRITIC_DROPPED, TESTS_DROPPED, TESTS_NOT_EVALUATED
from archonc.importer.config import ComponentType, Layer
from archonc.importer.findings import Findings

__all__ = ["Reader", "drop_unread"]


class Reader(StrEnum):
    """How critiques or tests are read: shown to a model, or evaluated one by one."""

    SHOWN = "shown"
    EVALUATED = "evaluated"


def drop_unread(
    layers: Iterable[Layer], readers: Mapping[int, Sequence[Reader]], findings: Findings
) -> frozenset[int]:
    """Give the numbers of the layers that stay.

    *readers* has the readers of each layer that writes critiques or tests.
    """
    kept = set()
    for layer in layers:
        if layer.number in readers and not readers[layer.number]:
            _report_dropped(layer, findings)
            continue
        kept.add(layer.number)
        if layer.type is ComponentType.UNIT_TEST_GENERATOR:
            _report_unevaluated(layer, readers[layer.number], findings)
    return frozenset(kept)


def _report_dropped(layer: Layer, findings: Findings) -> None:
    critic = layer.type is ComponentType.CRITIC
    what = "critiques" if critic else "tests"
    helps = (
        "put a `ranker` or a `fuser` after it if they should be read"
        if critic
        else "put a `unit_test_evaluator` after it if they should be read"
    )
    findings.warn(
        CRITIC_DROPPED if critic else TESTS_DROPPED,
        f"nobody reads the {what} of layer {layer.number}: left out",
        layer.components[0].place("type"),
        "left out",
        helps=(helps,),
    )


def _report_unevaluated(layer: Layer, readers: Sequence[Reader], findings: Findings) -> None:
    if Reader.EVALUATED in readers:
        return
    findings.warn(
        TESTS_NOT_EVALUATED,
        f"the tests of layer {layer.number} are shown to generators and never evaluated",
        layer.components[0].place("type"),
        "never evaluated",
        helps=("put a `unit_test_evaluator` after the generators",),
    )
