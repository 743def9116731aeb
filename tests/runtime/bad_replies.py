"""Ways in which a server can answer badly, in bytes, and what each of them costs."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

import anyio
from anyio.abc import SocketStream

from archon_runtime.usage import Usage
from tests.runtime.loopback import completion
from tests.runtime.raw_server import HEAD, Say, drip

__all__ = ["BAD", "FREE", "GOOD", "WHOLE", "Bad", "refuses", "says", "sends"]

FREE = Usage(1)
LATE = "sent no reply within 0.15 s"
GOOD = Usage(1, 12, 1)


@dataclass(frozen=True)
class Bad:
    """What the server does, what of it stands in the trace, and its bill; None: not known.

    `is_late`: it takes a time-out to find out.
    """

    say: Say
    part: str
    bill: Usage | None = None
    is_late: bool = False


def says(raw: bytes) -> Say:
    async def say(stream: SocketStream) -> None:
        await stream.send(raw)

    return say


def http(body: bytes, status: str = "200 OK", *headers: str, length: object = None) -> bytes:
    stated = len(body) if length is None else length
    always = ("Content-Type: application/json", "Connection: close")
    lines = [f"HTTP/1.1 {status}", *always, *headers]
    lines.append(f"Content-Length: {stated}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def sends(payload: object, status: str = "200 OK", *headers: str) -> Say:
    return says(http(json.dumps(payload).encode(), status, *headers))


def refuses(status: str, *headers: str) -> Say:
    return sends({"error": {"message": "sorry"}}, status, *headers)


async def nothing(_: SocketStream) -> None:
    await anyio.sleep_forever()


def then_nothing(raw: bytes) -> Say:
    async def say(stream: SocketStream) -> None:
        await stream.send(raw)
        await anyio.sleep_forever()

    return say


async def endless(stream: SocketStream) -> None:
    await stream.send(HEAD + b"\r\n")
    while True:
        await stream.send(b" " * 65_536)


def date_of_now() -> str:
    return format_datetime(datetime.now(UTC), usegmt=True)


def choice(**changes: object) -> dict[str, object]:
    message = {"role": "assistant", "content": "four"}
    return completion(choices=[{"index": 0, "message": message, "finish_reason": "stop"} | changes])


WHOLE = http(json.dumps(completion()).encode())
_PAD = gzip.compress(b" " * 2_000_000)

BAD: Mapping[str, Bad] = {
    "hangs up at once": Bad(says(b""), "cut the reply off"),
    "says nothing": Bad(nothing, LATE, is_late=True),
    "stalls in its head": Bad(then_nothing(WHOLE[:40]), LATE, is_late=True),
    "drips its head": Bad(drip(b"HTTP/1.1 200 OK\r\nX: ", b"x"), LATE, is_late=True),
    "stalls in its body": Bad(then_nothing(WHOLE[:-9]), "stopped half-way", is_late=True),
    "drips its body": Bad(
        drip(HEAD + b"Content-Length: 99\r\n\r\n"), "0.25 s in all", is_late=True
    ),
    "cuts its head": Bad(says(WHOLE[:40]), "the reply off"),
    "cuts its body": Bad(says(WHOLE[:-9]), "cut the reply off"),
    "cuts a chunk": Bad(
        says(HEAD + b"Transfer-Encoding: chunked\r\n\r\n40\r\n{"), "cut the reply off"
    ),
    "states too long a length": Bad(says(http(b"{}", length=9)), "cut the reply off"),
    "states too short a length": Bad(says(http(b'{"choices": []}', length=9)), "the reply"),
    "states no number as length": Bad(says(http(b"{}", length="x")), "not well-formed HTTP"),
    "sends a header of 1 MB": Bad(
        says(http(b"{}", "200 OK", "X: " + "x" * 1_000_000)), "not well-formed HTTP"
    ),
    "speaks no HTTP": Bad(says(b"220 mail ready\r\n\r\n"), "not well-formed HTTP"),
    "sends a web page": Bad(says(http(b"<!doctype html><p>Hello")), "a web page"),
    "sends nothing": Bad(says(http(b"")), "the reply is empty"),
    "sends half of a JSON text": Bad(says(http(b'{"choices": [')), "not JSON"),
    "sends JSON without end": Bad(says(http(b"[" * 100_000)), "not JSON"),
    "sends other bytes": Bad(says(http(b"\xff\xfe\x00")), "not JSON"),
    "sends a list": Bad(sends([1, 2]), "not a JSON object"),
    "sends what it says is gzip": Bad(
        says(http(b"{}", "200 OK", "Content-Encoding: gzip")), "the reply"
    ),
    "sends a bomb": Bad(
        says(http(_PAD, "200 OK", "Content-Encoding: gzip")), "larger than 256 KiB"
    ),
    "sends without end": Bad(endless, "larger than 256 KiB"),
    "states a huge length": Bad(says(http(b"{", length=10**12)), "larger than 256 KiB"),
    "gives no choice": Bad(sends(completion(choices=[])), "no choice", GOOD),
    "gives an error in a 200": Bad(sends({"error": {"message": "no memory"}}), "no memory"),
    "gives no message": Bad(sends(choice(message=None)), "no message", GOOD),
    "gives no text": Bad(sends(completion("")), "text is empty", GOOD),
    "gives null": Bad(sends(choice(message={"content": None})), "text is empty", GOOD),
    "gives a number": Bad(sends(completion(4)), "not a text", GOOD),
    "spends all on thinking": Bad(
        sends(choice(message={"content": ""}, finish_reason="length")), "used up", GOOD
    ),
    "limits": Bad(refuses("429 Too Many"), "too many requests: sorry", FREE),
    "limits for a moment": Bad(refuses("429 T", "Retry-After: 0.01"), "too many requests", FREE),
    "limits until a date": Bad(
        refuses("429 T", f"Retry-After: {date_of_now()}"), "too many requests", FREE
    ),
    "limits with no sense": Bad(refuses("429 T", "Retry-After: soon"), "too many requests", FREE),
    "times out itself": Bad(refuses("408 Timeout"), "status 408"),
    "fails": Bad(refuses("500 Oops"), "status 500: sorry", FREE),
    "fails behind a gateway": Bad(refuses("502 Bad"), "status 502"),
    "is overloaded": Bad(refuses("503 Later", "Retry-After: 0"), "status 503", FREE),
    "is too slow for its gateway": Bad(refuses("504 Late"), "status 504"),
    "fails with a web page": Bad(says(http(b"<html>Oops", "500 Oops")), "status 500", FREE),
}
"""Failures that may pass, so that the call is made again."""
