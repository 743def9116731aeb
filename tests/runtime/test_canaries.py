"""Keys everywhere, servers that repeat them, and a search in all that the runtime made."""

from __future__ import annotations

import json
import logging
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from archon_runtime import Plan, Runtime
from archon_runtime.errors import ArchonError
from archon_runtime.event import Event
from archon_runtime.plan import ModelSpec, ProviderSpec
from archon_runtime.providers.hide import hide_keys
from tests.runtime.echoing_server import CANARY, HOWS, echoing_server, environ, escaped
from tests.runtime.plans import Step, make_plan

ASKING = ("openai", "openai_compatible", "anthropic", "gemini")


def plan_of(kind: str, url: str) -> Plan:
    options: dict[str, Any] = {"base_url": url, "timeout": 5.0}
    if kind == "openai_compatible":
        options["key"] = {"env": "LAB_KEY"}
    model = ModelSpec("lab", "m", max_tokens=50)
    plan = make_plan({"draft": [Step("generator")]}, models={"m": model})
    return Plan.from_spec(replace(plan.spec, providers={"lab": ProviderSpec(kind, options)}))


class Seen:
    """All that a run made, as text."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def add(self, value: object) -> None:
        self.parts += [str(value), repr(value)]

    def add_error(self, error: ArchonError) -> None:
        self.add(error)
        self.parts += ["".join(traceback.format_exception(error)), error.help, error.place]
        self.parts += [repr(error.args), repr(vars(error))]

    def event(self, event: Event) -> None:
        self.add(event)


async def run(kind: str, how: str, server: str, journal: Path, seen: Seen) -> None:
    plan = plan_of(kind, f"{server}/{how}")
    seen.add(plan.to_json())
    async with Runtime(
        journal=journal, environ=environ(), on_event=seen.event, log_contents=True
    ) as runtime:
        try:
            result = await runtime.run(plan, "What is two and two?")
            seen.add(result)
            seen.add(json.dumps(result.to_json(), ensure_ascii=False))
        except ArchonError as error:
            seen.add_error(error)
        seen.add(vars(runtime._pool))
        # Now: when it is closed, the write-ahead log is gone.
        for each in journal.parent.iterdir():
            seen.parts.append(each.read_bytes().decode("latin-1"))


@pytest.mark.slow
@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)
@pytest.mark.parametrize("kind", ASKING)
async def test_no_key_is_in_anything_that_a_run_makes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    caplog.set_level(logging.DEBUG)
    all_seen = {how: Seen() for how in HOWS}
    async with echoing_server() as server, anyio.create_task_group() as group:
        for how, seen in all_seen.items():
            (tmp_path / how).mkdir()
            group.start_soon(run, kind, how, server, tmp_path / how / "journal", seen)
    for how, seen in all_seen.items():
        assert any("SQLite format 3" in part for part in seen.parts)
        assert_clean(seen.parts, how)
    assert len(caplog.records) > len(HOWS)
    assert_clean([caplog.text, repr([vars(record) for record in caplog.records])], "logs")


def assert_clean(parts: list[str], how: str) -> None:
    for part in parts:
        for spelling in (CANARY, CANARY.replace("/", "\\/"), "sk-canary"):
            where = part.find(spelling)
            assert where < 0, f"{how}: …{part[max(0, where - 200) : where + 60]}…"


@pytest.mark.parametrize(
    "raw",
    [
        f"a {CANARY} b",
        json.dumps(CANARY).replace("/", "\\/"),
        escaped(CANARY),
        escaped(CANARY).upper().replace("\\U", "\\u"),
        CANARY * 2,
    ],
)
def test_keys_are_hidden_however_they_are_spelt(raw: str) -> None:
    hidden = hide_keys(raw.encode(), [CANARY]).decode()
    assert "canary" not in hidden
    assert "…" in hidden
    with_quotes = hidden if hidden.startswith('"') else json.dumps(hidden)
    assert "canary" not in json.loads(with_quotes)


def test_what_is_no_key_is_left_alone() -> None:
    assert hide_keys(b"sk-canary", [CANARY, ""]) == b"sk-canary"
