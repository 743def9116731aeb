"""Each time-out against a real socket: what is said of it, and whether it may be billed."""

from __future__ import annotations

import anyio
import pytest

from archon_runtime.chat import ChatRequest, Message, Role
from archon_runtime.errors import ProviderTimeout
from archon_runtime.providers.http_settings import Timeouts, read_settings
from archon_runtime.providers.kinds import KINDS
from archon_runtime.providers.openai_compatible import OpenAICompatible
from tests.runtime.loopback import settings_for
from tests.runtime.raw_server import HEAD, Say, deaf_port, drip, raw_server

ASK = ChatRequest("m", (Message(Role.USER, "2 + 2?"),), "generator")
SHORT = 0.1
LONG = 5.0


async def time_out(url: str, timeouts: Timeouts) -> ProviderTimeout:
    provider = OpenAICompatible(settings_for(url, timeouts=timeouts))
    await provider.open()
    try:
        with anyio.fail_after(2), pytest.raises(ProviderTimeout) as caught:
            await provider.chat(ASK)
    finally:
        await provider.close()
    return caught.value


async def never(_: object) -> None:
    await anyio.sleep_forever()


CASES = [
    pytest.param(never, Timeouts(LONG, SHORT, LONG, LONG), "sent no reply", id="nothing"),
    pytest.param(
        drip(b"HTTP/1.1 200 OK\r\nX: ", b"x"),
        Timeouts(LONG, SHORT, LONG, LONG),
        "sent no reply within 0.1 s",
        id="head byte by byte",
    ),
    pytest.param(
        drip(HEAD + b"Content-Length: 900\r\n\r\n"),
        Timeouts(LONG, LONG, LONG, SHORT),
        "longer than 0.1 s in all",
        id="body byte by byte",
    ),
    pytest.param(never, Timeouts(LONG, LONG, LONG, SHORT), "in all", id="nothing in all"),
]


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize(("say", "timeouts", "part"), CASES)
async def test_time_out_after_sending_may_be_billed(
    say: Say, timeouts: Timeouts, part: str
) -> None:
    async with raw_server(say) as server:
        error = await time_out(server.url, timeouts)
    assert part in error.message
    assert error.billed
    assert server.asked == 1


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_pause_in_the_body_is_not_a_late_first_byte() -> None:
    async def begin(stream: anyio.abc.SocketStream) -> None:
        await stream.send(HEAD + b"Content-Length: 900\r\n\r\n{")
        await anyio.sleep_forever()

    async with raw_server(begin) as server:
        error = await time_out(server.url, Timeouts(LONG, LONG, SHORT, LONG))
    assert "stopped half-way, with nothing for 0.1 s" in error.message
    assert error.billed


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_bytes_that_keep_coming_are_no_pause() -> None:
    async with raw_server(drip(HEAD + b"Content-Length: 900\r\n\r\n")) as server:
        error = await time_out(server.url, Timeouts(LONG, LONG, SHORT, 0.25))
    assert "longer than 0.25 s in all" in error.message


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize(
    ("timeouts", "part"),
    [
        (Timeouts(SHORT, LONG, LONG, LONG), "was not reached within 0.1 s"),
        (Timeouts(LONG, LONG, LONG, SHORT), "longer than 0.1 s in all"),
    ],
)
async def test_connection_that_never_comes_was_not_billed(timeouts: Timeouts, part: str) -> None:
    with deaf_port() as port:
        error = await time_out(f"http://127.0.0.1:{port}/v1", timeouts)
    assert part in error.message
    assert not error.billed


def test_options_are_read() -> None:
    options = {
        "timeout": 60.0,
        "connect_timeout": 1.0,
        "first_byte_timeout": 20.0,
        "idle_timeout": 3.0,
    }
    read = read_settings("lab", KINDS["vllm"], options, {})
    assert read.timeouts == Timeouts(1.0, 20.0, 3.0, 60.0)


def test_first_byte_may_take_as_long_as_the_whole() -> None:
    read = read_settings("lab", KINDS["vllm"], {"timeout": 900.0}, {})
    assert read.timeouts == Timeouts(10.0, 900.0, 30.0, 900.0)
