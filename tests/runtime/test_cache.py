"""The cache: on request, free, and never fewer samples than were asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archon_runtime import Plan, Result, run_sync
from archon_runtime.cache_key import CacheKeys
from archon_runtime.errors import JournalFailed
from archon_runtime.event import CallFinished, Event
from archon_runtime.journal import CallState
from archon_runtime.plan import (
    Answer,
    BudgetSpec,
    Choose,
    ModelSpec,
    PlanSpec,
    ProviderSpec,
    walk_steps,
)
from archon_runtime.runs import RunStore
from archon_runtime.usage import NOTHING
from tests.runtime.plans import MODEL, Nested, Step, make_plan
from tests.runtime.scripted import Said, Scripted

TEN = [Step("generator", options={"samples": 10})]


def numbered() -> Scripted:
    """A provider whose replies are all different."""
    lab: Scripted
    lab = Scripted(lambda _: Said(f"reply {len(lab.requests)}", prompt_tokens=5))
    return lab


def plan_of(first: str = "draft", samples: int = 10, **more: Any) -> Plan:
    layers = {first: [Step("generator", options={"samples": samples})], **more}
    return make_plan(layers, answer=Answer(Choose.ALL))


def ask(path: Path, plan: Plan, lab: Scripted, *, cache: bool = True, **more: Any) -> Result:
    question = more.pop("question", "why?")
    return run_sync(plan, question, journal=path, providers={"lab": lab}, cache=cache, **more)


def test_sampling_is_fresh_unless_the_cache_is_asked_for(tmp_path: Path) -> None:
    lab = numbered()
    first = ask(tmp_path / "j", plan_of(), lab, cache=False)
    second = ask(tmp_path / "j", plan_of(), lab, cache=False)
    assert len(lab.requests) == 20
    assert set(first.answers).isdisjoint(second.answers)
    assert (second.cached_calls, second.usage.calls) == (0, 10)


def test_ten_samples_stay_ten_and_are_free(tmp_path: Path) -> None:
    lab = numbered()
    first = ask(tmp_path / "j", plan_of(), lab)
    assert len(set(first.answers)) == 10
    events: list[Event] = []
    again = ask(tmp_path / "j", plan_of(), lab, on_event=events.append)
    assert again.answers == first.answers
    assert len(lab.requests) == 10
    assert (again.cached_calls, again.usage) == (10, NOTHING)
    notes = [note for note in again.trace.layers[0].notes if note.kind == "cached"]
    assert len(notes) == 10
    assert all(first.run_id in note.message for note in notes)
    told = [event for event in events if isinstance(event, CallFinished)]
    assert [event.state for event in told] == [CallState.CACHED] * 10
    assert again.to_json()["cached_calls"] == 10


def test_more_samples_ask_only_for_those_that_are_new(tmp_path: Path) -> None:
    lab = numbered()
    first = ask(tmp_path / "j", plan_of(samples=4), lab)
    again = ask(tmp_path / "j", plan_of(samples=10), lab)
    assert again.answers[:4] == first.answers
    assert len(set(again.answers)) == 10
    assert (again.cached_calls, again.usage.calls) == (4, 6)


def test_layers_may_be_renamed_and_added(tmp_path: Path) -> None:
    lab = numbered()
    first = ask(tmp_path / "j", plan_of("draft"), lab)
    more = plan_of("sketch", fuse=[Step("fuser")])
    again = ask(tmp_path / "j", more, lab)
    assert [c.text for c in again.trace.layers[0].outflow] == list(first.answers)
    assert (again.cached_calls, again.usage.calls) == (10, 1)


def test_steps_that_ask_the_same_get_replies_of_their_own(tmp_path: Path) -> None:
    lab = numbered()
    twice = make_plan({"draft": [*TEN, *TEN]}, answer=Answer(Choose.ALL))
    first = ask(tmp_path / "j", twice, lab)
    assert len(set(first.answers)) == 20
    again = ask(tmp_path / "j", twice, lab)
    assert again.answers == first.answers
    assert again.cached_calls == 20


CHANGED: dict[str, Any] = {
    "model": {"model": "other"},
    "temperature": {"temperature": 0.5},
    "top_p": {"top_p": 0.5},
    "max_tokens": {"max_tokens": 99},
    "stop": {"stop": ("x",)},
    "seed": {"seed": 1},
    "logprobs": {"logprobs": True},
    "extra": {"extra": {"top_k": 3}},
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
def test_another_model_or_setting_is_another_key(tmp_path: Path, change: dict[str, Any]) -> None:
    lab = numbered()
    for model in (MODEL, replace(MODEL, **change)):
        plan = make_plan({"draft": TEN}, models={"m": model}, answer=Answer(Choose.ALL))
        assert ask(tmp_path / "j", plan, lab).cached_calls == 0
    assert len(lab.requests) == 20


def test_another_question_is_another_key(tmp_path: Path) -> None:
    lab = numbered()
    for question in ("why?", "why not?"):
        assert ask(tmp_path / "j", plan_of(), lab, question=question).cached_calls == 0


def key_of(provider: ProviderSpec, **environ: str) -> str:
    spec: PlanSpec = replace(plan_of().spec, providers={"lab": provider})
    return CacheKeys(spec, environ).make("draft/draft.1#0.0", "m", "{}")


def test_provider_is_part_of_the_key_and_its_traffic_is_not() -> None:
    one = ProviderSpec("openai_compatible", {"base_url": "http://a/v1"})
    other = ProviderSpec("openai_compatible", {"base_url": "http://b/v1"})
    busy = ProviderSpec(
        "openai_compatible",
        {"base_url": "http://a/v1", "concurrency": 3, "rate": 2.0, "key": {"env": "LAB"}},
    )
    assert key_of(one) != key_of(other)
    assert key_of(one) == key_of(busy)
    openai = ProviderSpec("openai")
    assert key_of(openai) != key_of(openai, OPENAI_BASE_URL="http://a/v1")


@given(st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=5), st.integers(1, 3))
def test_no_two_calls_of_a_run_have_one_key(models: list[str], samples: int) -> None:
    named = {name: ModelSpec("lab", name, max_tokens=9) for name in ("a", "b")}
    steps = [Step("generator", name, {"samples": samples}) for name in models]
    inner = Nested("inner", {"draft": steps})
    spec = make_plan({"draft": [*steps, inner]}, models=named).spec
    keys = CacheKeys(spec, {})
    steps_of = list(walk_steps(spec.layers))
    made = [
        keys.make(f"x/{step.id}#{sample}.{turn}", model, f"{named[model].model} {sample}")
        for step in steps_of
        # A step's own model, and the other one in its stead.
        for model in named
        for sample in range(samples)
        for turn in range(2)
    ]
    assert len(steps_of) == 2 * len(models)
    assert len(set(made)) == len(made)


def test_reply_that_the_budget_shortened_is_not_found_by_who_asks_for_more(tmp_path: Path) -> None:
    lab = numbered()
    plan = make_plan({"draft": [Step("generator")]}, budget=BudgetSpec(completion_tokens=50))
    ask(tmp_path / "j", plan, lab)
    assert lab.requests[0].max_tokens == 50
    assert ask(tmp_path / "j", make_plan({"draft": [Step("generator")]}), lab).cached_calls == 0


def test_cached_reply_needs_no_budget(tmp_path: Path) -> None:
    lab = numbered()
    ask(tmp_path / "j", plan_of(), lab)
    small = replace(plan_of().spec, budget=BudgetSpec(calls=1, completion_tokens=16))
    again = ask(tmp_path / "j", Plan.from_spec(small), lab)
    assert (again.cached_calls, again.degraded) == (10, ())


def test_run_with_cached_replies_is_resumed_and_replayed_like_any_other(tmp_path: Path) -> None:
    lab = numbered()
    ask(tmp_path / "j", plan_of(samples=4), lab)
    first = ask(tmp_path / "j", plan_of(), lab)
    asked = len(lab.requests)
    for how in ({"resume": first.run_id}, {"replay": first.run_id}):
        again = run_sync(journal=tmp_path / "j", providers={"lab": lab}, **how)  # type: ignore[arg-type]
        assert (again.answers, again.usage, again.cached_calls) == (first.answers, first.usage, 4)
    assert len(lab.requests) == asked
    with RunStore(tmp_path / "j") as store:
        states = [call.state for call in store.calls(first.run_id)]
        assert states.count(CallState.CACHED) == 4
        assert store.summary(first.run_id).usage == first.usage
        (old,) = (run.id for run in store.list() if run.id != first.run_id)
        store.remove([old])
    assert ask(tmp_path / "j", plan_of(), lab).cached_calls == 10


def test_failures_are_never_cached(tmp_path: Path) -> None:
    empty: Scripted
    empty = Scripted(lambda _: Said("" if len(empty.requests) == 1 else "yes"))
    ask(tmp_path / "j", plan_of(samples=1), empty)
    again = ask(tmp_path / "j", plan_of(samples=1), empty)
    assert (again.answers, again.cached_calls, len(empty.requests)) == (("yes",), 1, 2)


def test_cache_without_a_journal_is_refused() -> None:
    with pytest.raises(JournalFailed, match="the cache is the journal, and there is none"):
        run_sync(plan_of(), "why?", providers={"lab": numbered()}, cache=True)
