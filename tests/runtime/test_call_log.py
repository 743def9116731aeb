"""Structured logs: a record for each call, with its contents only on request."""

from __future__ import annotations

import json
import logging
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from archon_runtime import run_sync
from archon_runtime.call_log import LOGGER_NAME
from archon_runtime.chat import ChatRequest
from archon_runtime.errors import ProviderRateLimited, ProviderTimeout
from archon_runtime.plan import ModelSpec
from archon_runtime.usage import Price
from tests.runtime.plans import Step, make_plan
from tests.runtime.scripted import Said, Scripted

ROOT = Path(__file__).resolve().parents[2]
MODEL = ModelSpec("lab", "real-name", max_tokens=100, price=Price(Decimal(1), Decimal(2)))
PLAN = make_plan(
    {"draft": [Step("generator", options={"samples": 2})], "fuse": [Step("fuser")]},
    models={"m": MODEL},
)


def flaky() -> Scripted:
    """The first draft is refused once, the fuser's first bill is not known."""
    failed: set[str] = set()

    def script(request: ChatRequest) -> Said:
        if request.sample == 0 and request.purpose not in failed:
            failed.add(request.purpose)
            limited = ProviderRateLimited("slow down, secretly said")
            late = ProviderTimeout("too late", billed=True)
            return Said(error=limited if request.purpose == "generator" else late)
        return Said(f"secretly said {request.sample}")

    return Scripted(script)


def logged(caplog: pytest.LogCaptureFixture, **options: Any) -> list[dict[str, Any]]:
    with caplog.at_level(logging.INFO, LOGGER_NAME):
        run_sync(PLAN, "secretly asked?", providers={"lab": flaky()}, **options)
    records = [record for record in caplog.records if record.name == LOGGER_NAME]
    return [{**vars(each)["archon"], "level": each.levelname} for each in records]


def test_each_attempt_of_a_call_is_one_record(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    found = logged(caplog, journal=tmp_path / "j")
    assert json.loads(json.dumps(found)) == found
    assert sorted((each["call"], each["attempt"], each["outcome"]) for each in found) == [
        ("draft/draft.1#0.0", 1, "failed"),
        ("draft/draft.1#0.0", 2, "replied"),
        ("draft/draft.1#1.0", 1, "replied"),
        ("fuse/fuse.1#0.0", 1, "unknown"),
        ("fuse/fuse.1#0.0", 2, "replied"),
    ]
    (good,) = (each for each in found if each["sample"] == 1)
    assert good.pop("latency_ms") >= 0
    assert len(good.pop("run")) == 8
    assert good == {
        "event": "call",
        "call": "draft/draft.1#1.0",
        "layer": "draft",
        "step": "draft.1",
        "sample": 1,
        "attempt": 1,
        "model": "m",
        "model_id": "real-name",
        "outcome": "replied",
        "error": None,
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "cost_usd": "0.00002",
        "from_journal": False,
        "level": "INFO",
    }
    assert {each["error"] for each in found} == {None, "R0133", "R0135"}
    assert {each["level"] for each in found if each["error"]} == {"WARNING"}


def test_nothing_that_was_said_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    found = logged(caplog)
    assert len(found) == 5
    assert "secretly" not in json.dumps(found) + caplog.text


def test_contents_are_logged_on_request(caplog: pytest.LogCaptureFixture) -> None:
    found = logged(caplog, log_contents=True)
    first = next(each for each in found if each["outcome"] == "failed")
    assert first["messages"] == [["user", "secretly asked?"]]
    assert first["reply"] is None
    assert first["error_message"] == "R0133: slow down, secretly said"
    replies = [each["reply"] for each in found if each["outcome"] == "replied"]
    assert sorted(replies) == ["secretly said 0", "secretly said 0", "secretly said 1"]


def test_replies_of_the_journal_are_marked(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    lab = Scripted(lambda _: Said())
    run = run_sync(PLAN, "why?", providers={"lab": lab}, journal=tmp_path / "j").run_id
    caplog.clear()
    with caplog.at_level(logging.INFO, LOGGER_NAME):
        run_sync(resume=run, journal=tmp_path / "j")
    found = [vars(each)["archon"] for each in caplog.records]
    assert [each["from_journal"] for each in found] == [True] * 3
    assert {each["run"] for each in found} == {run}


def test_fields_are_those_of_the_specification(caplog: pytest.LogCaptureFixture) -> None:
    spec = (ROOT / "specs" / "runtime.md").read_text(encoding="utf-8")
    rule = spec.partition("**L1**")[2]
    assert all(f"`{name}`" in rule for name in logged(caplog, log_contents=True)[0])
