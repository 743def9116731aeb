"""Read one component: its type, its model, and what its type makes of the other keys."""

from __future__ import annotations

from dataclasses import dataclass

from archon_runtime.techniques.unit_tests import MOST_TESTS
from archonc.diagnostic.codes_import import (
    CONFIG_RANGE,
    LOCAL_RANKING_MODEL,
    NO_COUNTERPART,
    OTHER_EFFECT,
    UNKNOWN_COMPONENT,
)
from archonc.diagnostic.suggest import suggest
from archonc.importer.config import Component, ComponentType, ModelUse
from archonc.importer.findings import Findings
from archonc.importer.json_tree import JsonObject, JsonText
from archonc.importer.keys import READ_KEYS
from archonc.importer.members import find_members, opening
from archonc.importer.read_model import read_model
from archonc.importer.values import Members

__all__ = ["read_component"]

_MAKERS = frozenset({ComponentType.GENERATOR, ComponentType.FUSER})
_PAIRRM = "llm-blender/PairRM"


def read_component(tree: JsonObject, findings: Findings) -> Component | None:
    """Read a component; None if it can't mean anything, which was reported."""
    kind = _type(tree, findings)
    if kind is None:
        return None
    found = find_members(tree, READ_KEYS[kind], kind, findings)
    members = Members(kind, opening(tree.span), found, findings)
    if kind is ComponentType.RANKER and _is_pairrm(members):
        return None
    model = read_model(members)
    samples = members.count("samples", "that asks for nothing")
    reader = _Options(kind, members)
    component = reader.read(model or ModelUse("", "", None, None), samples)
    return None if model is None else component


def _type(tree: JsonObject, findings: Findings) -> ComponentType | None:
    found = {member.key: member for member in tree.members}.get("type")
    members = Members("component", tree.span, {} if found is None else {"type": found}, findings)
    name = members.text("type", "generator")
    if name is None or found is None:
        return None
    known = [str(each) for each in ComponentType]
    if name in known:
        return ComponentType(name)
    near = suggest(name, known)
    listed = ", ".join(f"`{each}`" for each in known)
    findings.error(
        UNKNOWN_COMPONENT,
        f"there is no component of type `{name[:40]}`",
        found.value.span,
        "unknown type",
        notes=("the published runner took components of other types from its host program",),
        helps=(f"did you mean `{near}`?" if near else f"there are {listed}",),
    )
    return None


def _is_pairrm(members: Members) -> bool:
    member = members.members.get("model")
    if member is None or not isinstance(member.value, JsonText) or member.value.value != _PAIRRM:
        return False
    members.findings.error(
        LOCAL_RANKING_MODEL,
        f"`{_PAIRRM}` scores pairs of texts on the local machine, and a `ranker` asks a chat model",
        member.value.span,
        "no chat model",
        notes=("the published runner failed whenever it ranked with this model",),
        helps=("give the ranker a chat model, or take the ranker out",),
    )
    return True


@dataclass(frozen=True, slots=True)
class _Options:
    """The keys beside the model, by type of component."""

    kind: ComponentType
    members: Members

    def read(self, model: ModelUse, samples: int | None) -> Component:
        """Read what this type has; the rest is never given, since nothing reads it."""
        members = self.members
        self._report_samples(samples)
        self._report_without_counterpart()
        first = members.count("first_k", "that keeps none")
        if members.flag("first_pass") and first is None:
            first = 1
        keep = members.count("top_k", "that keeps none")
        if first is not None and keep not in {None, first}:
            self._report_fallback(first)
        if self.kind is ComponentType.RANKER and not members.has("top_k"):
            members.missing("top_k", 'say how many to keep: `"top_k": 5`')
        return Component(
            self.kind,
            model,
            members.span,
            samples=(samples or 1) if self.kind in _MAKERS else 1,
            keep=keep,
            first=first,
            tests=self._tests(),
            use_critiques=members.flag("use_critiques"),
            length_control=members.flag("length_control") or False,
            places={key: member.span for key, member in members.members.items()},
        )

    def _tests(self) -> int | None:
        tests = self.members.count("unit_test_cap", "that writes none")
        if tests is None or tests <= MOST_TESTS:
            return tests
        self.members.findings.warn(
            CONFIG_RANGE,
            f"`unit_test_cap` is {tests}, and at most {MOST_TESTS} tests are written: "
            f"imported as {MOST_TESTS}",
            self.members.members["unit_test_cap"].value.span,
            f"imported as {MOST_TESTS}",
            helps=(f"write at most {MOST_TESTS}",),
        )
        return MOST_TESTS

    def _report_samples(self, samples: int | None) -> None:
        if samples in {None, 1} or self.kind in _MAKERS:
            return
        paid = f"{samples} replies were paid for and the first was read"
        if self.kind is ComponentType.RANKER:
            paid = "the key was overwritten"
        self.members.findings.warn(
            OTHER_EFFECT,
            f"`samples` of a `{self.kind}` is {samples}, and {paid}: it is asked once",
            self.members.members["samples"].span,
            "had no effect",
            helps=("write 1, or take it out",),
        )

    def _report_fallback(self, first: int) -> None:
        self.members.findings.warn(
            OTHER_EFFECT,
            f"`top_k` of a `{self.kind}` counted only where fewer than {first} passed all tests: "
            "left out",
            self.members.members["top_k"].span,
            "had no effect otherwise",
            helps=("say one of the two: how many to keep, or how many that pass are enough",),
        )

    def _report_without_counterpart(self) -> None:
        removes = self.members.flag("remove_unit_tests_from_prompt")
        if removes is False:
            self._no_counterpart(
                "remove_unit_tests_from_prompt",
                "an evaluator shows the tests beside the question, never within it",
            )
        if self.members.flag("no_system"):
            self._no_counterpart("no_system", "the caller's system message is always sent")

    def _no_counterpart(self, key: str, why: str) -> None:
        self.members.findings.warn(
            NO_COUNTERPART,
            f"`{key}` of a `{self.kind}` has no counterpart in the language: left out",
            self.members.members[key].span,
            "left out",
            notes=(why,),
            helps=("look whether the program does without it",),
        )
