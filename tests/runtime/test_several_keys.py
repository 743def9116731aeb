"""Runs with several keys against a server that counts and judges them."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import web

from archon_runtime import Result, Runtime
from archon_runtime.errors import ArchonError, KeyRefused, ProviderRateLimited
from archon_runtime.event import Event
from archon_runtime.providers.openai_compatible import OpenAICompatible
from archon_runtime.usage import Usage
from tests.runtime.loopback import CANARY, Loopback, completion, loopback, settings_for
from tests.runtime.plans import Step, make_plan

pytestmark = pytest.mark.anyio

KEYS = [CANARY, f"{CANARY}-two", f"{CANARY}-three"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Door:
    """A server that judges the keys: `judge` gives the status for a key (0, 1 or 2)."""

    def __init__(self) -> None:
        self.judge: Callable[[int], int] = lambda key: 200
        self.asked: Counter[int] = Counter()
        self.retry_after: dict[int, str] = {}

    async def handle(self, _: Loopback, request: web.Request) -> web.StreamResponse:
        word = request.headers["Authorization"].removeprefix("Bearer ")
        key = KEYS.index(word)
        self.asked[key] += 1
        status = self.judge(key)
        if status == 200:
            return web.json_response(completion())
        told = {"Retry-After": self.retry_after[key]} if key in self.retry_after else {}
        refusal = {"error": {"message": f"not with {word}"}}
        return web.json_response(refusal, status=status, headers=told)


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
async def server(door: Door) -> AsyncIterator[Loopback]:
    async with loopback(behaviours={"door": door.handle}) as running:
        yield running


async def run(
    server: Loopback, samples: int, journal: Path | None = None, events: list[Event] | None = None
) -> Result:
    plan = make_plan({"draft": [Step("generator", options={"samples": samples})]})
    lab = OpenAICompatible(settings_for(server.url("door"), more=tuple(KEYS[1:])))
    seen = [] if events is None else events
    async with Runtime(providers={"lab": lab}, journal=journal, on_event=seen.append) as runtime:
        return await runtime.run(plan, "why?")


def kinds(result: Result) -> Counter[str]:
    return Counter(note.kind for layer in result.trace.layers for note in layer.notes)


async def test_keys_share_the_calls(server: Loopback, door: Door) -> None:
    await run(server, 9)
    assert door.asked == {0: 3, 1: 3, 2: 3}


@pytest.mark.parametrize("status", [429, 401, 402, 403])
async def test_bad_key_is_passed_over_and_its_calls_are_counted(
    server: Loopback, door: Door, status: int
) -> None:
    door.judge = lambda key: status if key == 1 else 200
    door.retry_after[1] = "60"
    result = await run(server, 9)
    assert len(result.candidates) == 9
    assert result.usage == Usage(door.asked.total(), 9 * 12, 9)
    assert kinds(result) == {"key": door.asked[1]}


async def test_limits_of_all_keys_are_the_provider_s(server: Loopback, door: Door) -> None:
    door.judge = lambda key: 429
    door.retry_after = {0: "300", 1: "200", 2: "300"}
    with pytest.raises(ProviderRateLimited) as caught:
        await run(server, 1)
    assert caught.value.usage == Usage(calls=3)
    assert caught.value.retry_after_s == pytest.approx(200, abs=5)
    assert door.asked == {0: 1, 1: 1, 2: 1}


async def test_refusal_of_all_keys_names_their_variables(server: Loopback, door: Door) -> None:
    door.judge = lambda key: 401
    with pytest.raises(KeyRefused) as caught:
        await run(server, 1)
    assert caught.value.usage == Usage(calls=3)
    assert "`LAB_KEY`, `LAB_KEY_2`, `LAB_KEY_3`" in caught.value.help


@pytest.mark.parametrize("bad", [0, 1, 3])
async def test_no_key_is_in_what_is_kept_or_shown(
    server: Loopback, door: Door, tmp_path: Path, bad: int
) -> None:
    door.judge = lambda key: 401 if key < bad else 200
    events: list[Event] = []
    shown = ""
    try:
        shown = repr(await run(server, 3, tmp_path / "j.db", events))
    except ArchonError as error:
        shown = "".join(traceback.format_exception(error)) + error.help + repr(vars(error))
    shown += repr(events)
    assert "LAB_KEY" in shown or bad < 3
    assert CANARY not in shown
    assert CANARY.encode() not in all_of(tmp_path)


def all_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())
