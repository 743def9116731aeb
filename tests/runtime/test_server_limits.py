"""What a server says of its limits, on virtual time: calls wait rather than be refused."""

from __future__ import annotations

from datetime import UTC, datetime

import anyio
import pytest

from archon_runtime.errors import ProviderRateLimited
from archon_runtime.limits import Traffic
from archon_runtime.providers.server_limits import parse_reset
from archon_runtime.usage import Usage
from tests.runtime.paced import Paced

virtual = pytest.mark.parametrize("anyio_backend", ["virtual"], indirect=True)

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


def said(**changes: str) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in changes.items()}


def hear(paced: Paced, headers: dict[str, str]) -> None:
    assert paced.admit("m", Usage(1, 10, 10)) == 0
    paced.pace.heard(paced.pace.take("m"), "m", headers)


OPENAI = {
    "x-ratelimit-limit-requests": "60",
    "x-ratelimit-remaining-requests": "0",
    "x-ratelimit-reset-requests": "1m0s",
}


@pytest.mark.anyio
@virtual
async def test_server_without_requests_left_is_waited_for() -> None:
    paced = Paced()
    hear(paced, OPENAI)
    assert paced.admit("m", Usage(1)) == pytest.approx(1.0)
    assert paced.admit("other", Usage(1)) == 0
    await anyio.sleep(1.0)
    assert paced.admit("m", Usage(1)) == 0
    assert paced.admit("m", Usage(1)) == pytest.approx(1.0)


@pytest.mark.anyio
@virtual
async def test_limit_without_its_size_is_waited_for_until_its_reset() -> None:
    paced = Paced()
    hear(paced, {k: v for k, v in OPENAI.items() if "-limit-" not in k})
    assert paced.admit("m", Usage(1)) == pytest.approx(60)
    await anyio.sleep(60)
    assert paced.admit("m", Usage(1)) == 0


@pytest.mark.anyio
@virtual
async def test_tokens_left_are_compared_with_the_estimate() -> None:
    paced = Paced()
    left = said(
        x_ratelimit_limit_tokens="6000",
        x_ratelimit_remaining_tokens="100",
        x_ratelimit_reset_tokens="59s",
    )
    hear(paced, left)
    assert paced.admit("m", Usage(1, 60, 40)) == 0
    assert paced.admit("m", Usage(1, 60, 40)) == pytest.approx(1.0)


@pytest.mark.anyio
@virtual
@pytest.mark.parametrize(
    ("kind", "estimate"),
    [
        ("requests", Usage(1)),
        ("tokens", Usage(1, 1)),
        ("input-tokens", Usage(1, 1)),
        ("output-tokens", Usage(1, 0, 1)),
    ],
)
async def test_anthropic_s_headers_are_read(kind: str, estimate: Usage) -> None:
    paced = Paced()
    reset = datetime.now(UTC).replace(year=2999).isoformat().replace("+00:00", "Z")
    start = f"anthropic-ratelimit-{kind}-"
    hear(paced, {f"{start}limit": "5", f"{start}remaining": "0", f"{start}reset": reset})
    assert paced.admit("m", estimate) > 1e9
    with pytest.raises(ProviderRateLimited, match="asks to wait for"):
        async with Traffic(1, paced=paced).turn("m", estimate):
            raise AssertionError("it was let through")


@pytest.mark.anyio
@virtual
async def test_requests_that_the_server_had_not_seen_count_too() -> None:
    paced = Paced()
    first = [paced.admit("m", Usage(1)) for _ in range(3)]
    assert first == [0, 0, 0]
    keys = [paced.pace.take("m") for _ in range(3)]
    left = {**OPENAI, "x-ratelimit-remaining-requests": "3"}
    paced.pace.heard(keys[0], "m", left)
    assert paced.admit("m", Usage(1)) == 0
    assert paced.admit("m", Usage(1)) > 0


@pytest.mark.anyio
@virtual
async def test_call_that_was_not_sent_is_taken_back() -> None:
    paced = Paced()
    hear(paced, {**OPENAI, "x-ratelimit-remaining-requests": "1"})
    traffic = Traffic(4, paced=paced)
    for _ in range(3):
        async with traffic.turn("m", Usage(1)):
            pass
    assert paced.admit("m", Usage(1)) == 0


@pytest.mark.anyio
@virtual
async def test_calls_wait_in_the_order_they_came_and_hold_up_no_other_model() -> None:
    paced = Paced()
    hear(paced, OPENAI)
    traffic = Traffic(64, paced=paced)
    order: list[str] = []

    async def call(name: str, model: str) -> None:
        async with traffic.turn(model, Usage(1)) as turn:
            turn.sent = True
            paced.pace.take(model)
            order.append(name)

    async with anyio.create_task_group() as group:
        for name, model in [("a", "m"), ("b", "m"), ("c", "m"), ("d", "other")]:
            group.start_soon(call, name, model)
            await anyio.sleep(0.001)
    assert order == ["d", "a", "b", "c"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-ratelimit-remaining-requests": "0"},
        {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "0s"},
        {"x-ratelimit-remaining-requests": "-1", "x-ratelimit-reset-requests": "60s"},
        {"x-ratelimit-remaining-requests": "nan", "x-ratelimit-reset-requests": "60s"},
        {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "soon"},
    ],
)
@pytest.mark.anyio
@virtual
async def test_headers_without_sense_limit_nothing(headers: dict[str, str]) -> None:
    paced = Paced()
    hear(paced, headers)
    assert paced.admit("m", Usage(1)) == 0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("6m0s", 360),
        ("2m59.56s", 179.56),
        ("120ms", 0.12),
        ("1h2m3s", 3723),
        ("7", 7),
        ("0.5", 0.5),
        (str(int(NOW.timestamp()) + 30), 30),
        ("2026-01-01T12:00:30Z", 30),
        ("2026-01-01T11:00:00Z", 0),
        ("2026-01-01T12:00:30", None),
        ("soon", None),
        ("", None),
        ("-5", None),
    ],
)
def test_reset_is_read_in_all_forms(value: str, seconds: float | None) -> None:
    read = parse_reset(value, NOW)
    assert read == (seconds if seconds is None else pytest.approx(seconds))
