"""Resuming a run with nested architectures: nothing is asked twice, and budgets inside hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from archon_runtime import Runtime
from archon_runtime.chat import ChatRequest
from archon_runtime.errors import ProviderRefused
from archon_runtime.journal import Journal
from archon_runtime.plan import BudgetSpec
from tests.runtime.scripted import Said, Scripted
from tests.runtime.techniques import run
from tests.runtime.test_nested_budget import calls, duel, say, slow, texts

pytestmark = pytest.mark.anyio
virtual = pytest.mark.parametrize("anyio_backend", ["virtual"], indirect=True)


@virtual
async def test_resumed_run_asks_nothing_again_inside(tmp_path: Path) -> None:
    def broken(request: ChatRequest) -> Said:
        refused = ProviderRefused("no such model") if request.purpose == "fuser" else None
        return replace(say(request), error=refused)

    given: Any = {"journal": tmp_path / "j"}
    with pytest.raises(ProviderRefused) as caught:
        await run(duel(BudgetSpec(calls=4)), Scripted(broken), **given)
    lab = Scripted(say)
    async with Runtime(providers={"lab": lab}, **given) as runtime:
        result = await runtime.run(resume=caught.value.run_id)
    assert [r.purpose for r in lab.requests] == ["fuser"]
    assert (result.usage.calls, result.degraded) == (10, ())
    assert calls(result)["both.a.rank"] == 1


@virtual
async def test_call_lost_inside_counts_in_the_nested_budget_after_resuming(tmp_path: Path) -> None:
    lab = slow(("ranker", "one"))
    async with Runtime(providers={"lab": lab}, journal=tmp_path / "j") as runtime:
        with anyio.move_on_after(5.0):
            await runtime.run(duel(BudgetSpec(calls=4)), "why?")
    journal = Journal.open(tmp_path / "j")
    (run_id,) = [row[0] for row in journal._connection.execute("SELECT id FROM runs")]
    journal.close()
    lab = Scripted(say)
    async with Runtime(providers={"lab": lab}, journal=tmp_path / "j") as runtime:
        result = await runtime.run(resume=run_id)
    assert [r.purpose for r in lab.requests] == ["fuser"]
    assert texts(result, "both") == ["generator one 0", "generator two 2"]
    assert (result.usage.calls, result.unknown_calls) == (9, 1)
