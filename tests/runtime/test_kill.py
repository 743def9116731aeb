"""Real processes killed at random moments, and resumed: the books against the server's own."""

from __future__ import annotations

import json
import os
import secrets
import signal
import sqlite3
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import anyio
import pytest
from anyio.streams.buffered import BufferedByteReceiveStream

from archon_runtime.journal import CallState, Journal
from archon_runtime.usage import NOTHING, Usage
from tests.runtime.counting_server import CountingServer, Served, counting_server, identity
from tests.runtime.killed_often import PRICE

ROOT = Path(__file__).resolve().parents[2]
MOMENTS = 200
AT_ONCE = 4
MOST_S = 180.0
REQUESTS = 10  # of a run that nothing befalls: six drafts, critic, its repair, ranker, fuser


@dataclass
class Story:
    """What befell one question: its run, the kills, and its end."""

    question: str
    run: str = ""
    kills: int = 0
    committed: list[tuple[int, frozenset[str]]] = field(default_factory=list)
    """At each kill: requests served until then, and the identities of committed replies."""
    result: dict[str, Any] | None = None


@dataclass
class Ground:
    """What all stories share; *left* counts the kills that are still to come."""

    server: CountingServer
    journal: Path
    seed: str
    left: int = MOMENTS
    told: int = 0
    stories: list[Story] = field(default_factory=list)


@pytest.mark.slow
@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)
async def test_run_that_is_killed_at_any_moment_goes_on_and_its_books_are_right(
    tmp_path: Path,
) -> None:
    seed = os.environ.get("ARCHON_KILL_SEED") or secrets.token_hex(4)
    try:
        async with counting_server(seed) as server:
            ground = Ground(server, tmp_path / "journal.sqlite", seed)
            with anyio.fail_after(MOST_S):
                async with anyio.create_task_group() as group:
                    for _ in range(AT_ONCE):
                        group.start_soon(tell_stories, ground)
        assert sum(story.kills for story in ground.stories) >= MOMENTS
        for story in ground.stories:
            check(story, ground)
    except BaseException:
        print(f"kill test: again with ARCHON_KILL_SEED={seed}", file=sys.stderr)  # noqa: T201
        raise


async def tell_stories(ground: Ground) -> None:
    """Run, kill and resume, one question after the other, until there were kills enough."""
    command = [sys.executable, "-m", "tests.runtime.killed_often"]
    async with await anyio.open_process(command, cwd=ROOT, stderr=None) as zygote:
        assert zygote.stdout is not None
        assert zygote.stdin is not None
        lines = BufferedByteReceiveStream(zygote.stdout)
        while ground.left > 0:
            number, ground.told = ground.told, ground.told + 1
            story = Story(f"question {number}")
            ground.stories.append(story)
            random = Random(f"{ground.seed} {number}")
            while story.result is None:
                job = {"url": ground.server.url, "journal": str(ground.journal)}
                job |= {"resume": story.run} if story.run else {"question": f"<{story.question}>"}
                await zygote.stdin.send(json.dumps(job).encode() + b"\n")
                await one_sitting(ground, story, random, lines)
        await zygote.stdin.aclose()


async def one_sitting(
    ground: Ground, story: Story, random: Random, lines: BufferedByteReceiveStream
) -> None:
    """Follow a child to its end, which a kill may bring about; note what it left."""
    word, rest = (await lines.receive_until(b"\n", 99)).decode().split()
    assert word == "started"
    pid = int(rest)
    before = ground.server.count(story.question)
    async with anyio.create_task_group() as group:
        if ground.left > 0 and story.kills < 3:
            after = before + random.randint(0, REQUESTS - min(before, REQUESTS - 1))
            delay_s = random.uniform(0, 0.3 if after == before else 0.02)
            group.start_soon(kill_later, ground.server, story.question, after, delay_s, pid)
        while word != "ended":
            line = (await lines.receive_until(b"\n", 99_999)).decode()
            word, _, rest = line.partition(" ")
            if word == "result":
                story.result = json.loads(rest)
        group.cancel_scope.cancel()
    if int(rest) == -signal.SIGKILL:
        # It may have come to its end in the moment before; then there is nothing to resume.
        ground.left -= 1
        story.kills += 1
        story.committed.append((ground.server.count(story.question), note_committed(ground, story)))
    else:
        assert int(rest) == 0, f"{story} ended with {rest}"
        assert story.result is not None
        story.run = story.run or find_run(ground.journal, story.question)


async def kill_later(
    server: CountingServer, question: str, count: int, delay_s: float, pid: int
) -> None:
    await server.reached(question, count)
    await anyio.sleep(delay_s)
    with suppress(ProcessLookupError):  # it ended in this very moment
        os.kill(pid, signal.SIGKILL)


def note_committed(ground: Ground, story: Story) -> frozenset[str]:
    story.run = story.run or find_run(ground.journal, story.question)
    rows = calls_of(ground.journal, story.run)
    return frozenset(row.identity for row in rows if row.state is CallState.REPLIED)


@dataclass(frozen=True)
class Row:
    """A call in the journal."""

    key: str
    attempt: int
    identity: str
    state: CallState
    usage: Usage
    text: str | None
    reservation: Usage


def find_run(path: Path, question: str) -> str:
    """The id of the run that was asked *question*; empty if it was killed before it began."""
    found = query(path, "SELECT id FROM runs WHERE question LIKE ?", f"%<{question}>%")
    assert len(found) <= 1
    return str(found[0][0]) if found else ""


def calls_of(path: Path, run: str) -> list[Row]:
    if not path.exists() or not run:
        return []
    journal = Journal.open(path)
    past = {(call.key, call.attempt): call for call in journal.past_calls(run)}
    journal.close()
    asked = query(path, "SELECT key, attempt, request FROM calls WHERE run = ?", run)
    return [
        Row(
            key,
            attempt,
            identity(json.loads(request)),
            call.state,
            call.usage or NOTHING,
            call.reply.text if call.reply else None,
            call.reservation,
        )
        for key, attempt, request in asked
        for call in [past[key, attempt]]
    ]


def query(path: Path, statement: str, *values: str) -> list[Any]:
    if not path.exists():
        return []
    connection = sqlite3.connect(path, timeout=10)
    try:
        return connection.execute(statement, values).fetchall()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return []
        raise
    finally:
        connection.close()


def check(story: Story, ground: Ground) -> None:
    """Hold the journal and the result against what the server knows."""
    served = ground.server.served.get(story.question, [])
    rows = calls_of(ground.journal, story.run)
    check_nothing_paid_twice(story, served, rows)
    check_nothing_missing(served, rows)
    assert story.result is not None
    total = sum((row.usage for row in rows), NOTHING)
    assert story.result["usage"] == total.to_json()
    (cost,) = query(ground.journal, "SELECT cost_usd FROM runs WHERE id = ?", story.run)[0]
    assert cost == str(total.cost_usd)


def check_nothing_paid_twice(story: Story, served: list[Served], rows: list[Row]) -> None:
    for count, committed in story.committed:
        again = committed.intersection(each.identity for each in served[count:])
        assert not again, f"{story.question} ({story.run}) was asked again for a committed reply"
    replied = Counter(row.key for row in rows if row.state is CallState.REPLIED)
    assert set(replied.values()) == {1}
    assert len(replied) == REQUESTS
    last = {row.key: row.attempt for row in sorted(rows, key=lambda row: row.attempt)}
    assert all(row.attempt == last[row.key] for row in rows if row.state is CallState.REPLIED)


def check_nothing_missing(served: list[Served], rows: list[Row]) -> None:
    """Every request that arrived is a row; every row with a reply is one that was served."""
    answers = {each.text: each for each in served if each.text is not None}
    for row in rows:
        assert row.state is not CallState.INTENT
        if row.state is CallState.REPLIED:
            assert row.text is not None
            reply = answers.pop(row.text)
            counts = (reply.prompt_tokens, reply.completion_tokens)
            assert reply.identity == row.identity
            assert row.usage == Usage(1, *counts, PRICE.cost_usd(*counts))
        elif row.state is CallState.UNKNOWN:
            assert row.usage == row.reservation
    arrived = Counter(each.identity for each in served)
    booked = Counter(row.identity for row in rows if row.usage.calls)
    unknown = Counter(row.identity for row in rows if row.state is CallState.UNKNOWN)
    assert set(booked) == set(arrived)
    for who, count in booked.items():
        # A lost intent may have been sent, or not: it is booked in both cases.
        assert arrived[who] <= count <= arrived[who] + unknown[who]
    billed = sum(each.prompt_tokens + each.completion_tokens for each in served)
    assert billed <= sum(row.usage.tokens for row in rows)
