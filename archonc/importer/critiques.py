"""Follow critiques through the layers: whose they are here, and what the runner showed.

The published runner kept a list of critiques beside the list of candidates and paired
them by position. New candidates left the critiques of the old ones in place.
"""

from __future__ import annotations

from archonc.diagnostic.codes_import import MISPAIRED_CRITIQUES, NO_CRITIQUES, OTHER_EFFECT
from archonc.importer.config import Component, Layer
from archonc.importer.findings import Findings
from archonc.importer.unread import Reader

__all__ = ["Critiques"]


class Critiques:
    """The state between two layers. `readers` has those of each critic's layer, by number."""

    def __init__(self, findings: Findings, readers: dict[int, list[Reader]]) -> None:
        self._findings = findings
        self._readers = readers
        self._critic: Layer | None = None
        """The layer whose critiques the candidates carry, in the language."""
        self._mispaired: str | None = None
        """Why the runner's critiques were not about its candidates any more."""

    def write(self, layer: Layer) -> None:
        """Enter a critic: its critiques take the place of earlier ones."""
        self._critic, self._mispaired = layer, None
        self._readers[layer.number] = []

    def lose(self, layer: Layer) -> None:
        """Leave a layer that makes new candidates."""
        self._mispair(f"layer {layer.number} made new candidates")
        self._critic = None

    def reorder(self, layer: Layer) -> None:
        """Leave an evaluator: the runner put its candidates in order, and only them."""
        self._mispair(f"the evaluator in layer {layer.number} reordered the candidates")

    def _mispair(self, why: str) -> None:
        if self._critic is not None and self._mispaired is None:
            self._mispaired = why

    def read(self, component: Component, layer: Layer) -> None:
        """Enter a ranker or a fuser: it is shown the critiques, if there are any."""
        self.pass_by(component, layer)
        self._check_length_control(component)
        self._check_use(component)
        if component.use_critiques is not False and self._critic is not None:
            self._readers[self._critic.number].append(Reader.SHOWN)

    def pass_by(self, component: Component, layer: Layer) -> None:
        """Report that the runner took the critiques of other candidates for these."""
        if self._mispaired is None:
            return
        here = "without critiques" if self._critic is None else "with each candidate's own"
        self._findings.warn(
            MISPAIRED_CRITIQUES,
            f"the `{component.type}` of layer {layer.number} was given critiques of other "
            f"candidates: imported {here}",
            component.place("type"),
            "took them by position",
            notes=(
                f"{self._mispaired}, and the runner kept the list of critiques as it was; "
                "where their numbers differ it failed",
            ),
            helps=("put a `critic` directly before it if it should see critiques",),
        )

    def _check_length_control(self, component: Component) -> None:
        if component.length_control and self._critic is None and self._mispaired is None:
            message = "`length_control` worked only where candidates carry critiques: imported "
            self._report_other(component, "length_control", message)

    def _check_use(self, component: Component) -> None:
        if component.use_critiques is False and self._critic is not None:
            message = f"`use_critiques: false` of a `{component.type}` was ignored: imported "
            self._report_other(component, "use_critiques", message)
        elif component.use_critiques and self._critic is None and self._mispaired is None:
            self._findings.warn(
                NO_CRITIQUES,
                f"a `{component.type}` is told to use critiques, and its candidates carry none",
                component.place("use_critiques"),
                "there are none",
                helps=("put a `critic` before it, or take the key out",),
            )

    def _report_other(self, component: Component, key: str, message: str) -> None:
        self._findings.warn(
            OTHER_EFFECT,
            f"{message}as it is written",
            component.place(key),
            "had no effect",
            helps=("take it out for what was run",),
        )
