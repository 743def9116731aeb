"""A server of chat completions that costs next to nothing, in a process of its own.

So that a benchmark measures the client: `python -m tests.benchmarks.fast_server` prints
its port, serves until its input closes, and counts nothing.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["fast_server"]

_BODY = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "m",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Two and two is four. " * 10},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 12, "completion_tokens": 60, "total_tokens": 72},
    }
).encode()
_REPLY = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(_BODY)
) + _BODY


class _Connection(asyncio.Protocol):
    """Answers each request of a connection, one after another, after *latency_s*."""

    def __init__(self, latency_s: float) -> None:
        self._latency_s = latency_s
        self._transport: asyncio.Transport | None = None
        self._raw = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._raw += data
        while (end := self._raw.find(b"\r\n\r\n")) >= 0:
            head = self._raw[:end].lower()
            start = head.index(b"content-length:") + 15
            length = int(head[start:].split(b"\r\n", 1)[0])
            if len(self._raw) < end + 4 + length:
                return
            self._raw = self._raw[end + 4 + length :]
            assert self._transport is not None
            if self._latency_s:
                asyncio.get_running_loop().call_later(
                    self._latency_s, self._transport.write, _REPLY
                )
            else:
                self._transport.write(_REPLY)


async def _serve(latency_s: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(latency_s), "127.0.0.1", 0, backlog=4096)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


@contextmanager
def fast_server(latency_s: float = 0.0) -> Iterator[str]:
    """Run the server; gives its base URL."""
    command = [sys.executable, "-m", "tests.benchmarks.fast_server", str(latency_s)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdin is not None
        try:
            yield f"http://127.0.0.1:{int(child.stdout.readline())}/v1"
        finally:
            child.stdin.close()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1])))
