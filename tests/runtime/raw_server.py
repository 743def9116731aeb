"""A server that says bytes, not HTTP: for what no HTTP library would do."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import anyio
from anyio.abc import SocketAttribute, SocketStream

__all__ = ["HEAD", "RawServer", "Say", "deaf_port", "drip", "raw_server"]

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

Say = Callable[[SocketStream], Awaitable[None]]


class RawServer:
    """What is running: its port, and how many requests it read in whole."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"


@asynccontextmanager
async def raw_server(say: Say) -> AsyncIterator[RawServer]:
    """Read a request from each connection, then let *say* write what it likes, and hang up."""
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    server = RawServer(listener.extra(SocketAttribute.local_port))

    async def serve(stream: SocketStream) -> None:
        async with stream:
            try:
                await read_request(stream)
                server.asked += 1
                await say(stream)
            except (anyio.BrokenResourceError, anyio.EndOfStream):
                return  # the client gave up, which is what is tested

    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, serve)
        yield server
        group.cancel_scope.cancel()


async def read_request(stream: SocketStream) -> None:
    """Read until a request's head and the body that its length states are there."""
    raw = b""
    while b"\r\n\r\n" not in raw:
        raw += await stream.receive()
    head, _, body = raw.partition(b"\r\n\r\n")
    (length,) = [
        int(h[15:]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length:")
    ]
    while len(body) < length:
        body += await stream.receive()


def drip(before: bytes, byte: bytes = b" ") -> Say:
    """Say *before* and then a byte every few milliseconds, for ever."""

    async def say(stream: SocketStream) -> None:
        await stream.send(before)
        while True:
            await anyio.sleep(0.02)
            await stream.send(byte)

    return say


@contextmanager
def deaf_port() -> Iterator[int]:
    """A port whose queue of connections is full, so that connecting never ends."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        try:
            for each in waiting:
                each.setblocking(False)
                each.connect_ex(listening.getsockname())
            yield listening.getsockname()[1]
        finally:
            for each in waiting:
                each.close()
