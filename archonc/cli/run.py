"""`archonc run FILE-OR-PLAN QUESTION`: the answer on stdout, all else on stderr."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import anyio

from archon_runtime import Plan, Result, Runtime
from archon_runtime.chat import Message
from archon_runtime.errors import ArchonError
from archonc.cli.compiler_options import add_compiler_options
from archonc.cli.exit_codes import EXIT_ERROR, EXIT_INTERRUPTED, EXIT_USAGE
from archonc.cli.inputs import load_plan, read_data, read_messages, read_question
from archonc.cli.progress import make_progress
from archonc.cli.report import clean, print_candidates, print_error, print_summary
from archonc.cli.state import journal_path

__all__ = ["add_arguments", "execute"]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the runtime is given; no plan means that the journal has it."""

    plan: Plan | None
    question: str | tuple[Message, ...] | None
    data: Mapping[str, object] | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "file", metavar="FILE-OR-PLAN", nargs="?", help="an .archon file, or a plan (.json)"
    )
    parser.add_argument("question", metavar="QUESTION", nargs="?", help="- is standard input")
    parser.add_argument("--messages", metavar="F.json", help="a conversation instead of QUESTION")
    parser.add_argument("--data", metavar="F.json", help="the question's data, for checkers")
    add_compiler_options(parser)
    parser.add_argument("--resume", metavar="ID", help="go on with a run that was stopped")
    parser.add_argument(
        "--replay", metavar="ID", help="run again on the replies in the journal; asks nobody"
    )
    parser.add_argument(
        "--cache",
        action="store_true",
        help="use what earlier runs were answered to the same requests; sampling is not fresh then",
    )
    parser.add_argument("--journal", metavar="PATH", type=Path, help="where runs are written down")
    parser.add_argument("--json", action="store_true", help="print the whole result as JSON")
    parser.add_argument(
        "--show", choices=["candidates"], help="what each layer saw and did, on stderr"
    )
    parser.add_argument(
        "--unsafe-checks",
        action="store_true",
        help="run checkers without a sandbox: they execute what a model wrote, with your rights",
    )


def execute(args: argparse.Namespace) -> int:
    """Run, and print what came of it."""
    wrong = _usage_problem(args)
    if wrong:
        print(f"archonc run: {wrong}. See `archonc run --help`", file=sys.stderr)
        return EXIT_USAGE
    try:
        asked = _read_inputs(args)
        if asked is None:
            return EXIT_ERROR
        return anyio.run(partial(_run, args, asked))
    except ArchonError as error:
        print_error(error, sys.stderr)
        return EXIT_ERROR


def _usage_problem(args: argparse.Namespace) -> str | None:
    if args.resume and args.replay:
        return "give `--resume` or `--replay`, not both"
    if args.cache and args.replay:
        return "`--replay` asks nobody, so there is nothing to `--cache`"
    if args.resume or args.replay:
        if args.question or args.messages or args.data:
            option = "--resume" if args.resume else "--replay"
            return f"`{option}` takes the question from the journal"
        return None
    if not args.file:
        return "name a program or a plan, or a run to `--resume` or `--replay`"
    if args.question and args.messages:
        return "give a QUESTION or `--messages`, not both"
    if args.question is None and not args.messages:
        return "ask something: a QUESTION, `-` for standard input, or `--messages F.json`"
    return None


def _read_inputs(args: argparse.Namespace) -> _Asked | None:
    plan = load_plan(args.file, args) if args.file else None
    if args.file and plan is None:
        return None
    if args.resume or args.replay:
        return _Asked(plan, None, None)
    data = read_data(args.data) if args.data else None
    asked = read_messages(args.messages) if args.messages else read_question(args.question)
    return _Asked(plan, asked, data)


async def _run(args: argparse.Namespace, asked: _Asked) -> int:
    for line in asked.plan.executes if asked.plan else ():
        print(f"note: {line}", file=sys.stderr)
    if args.unsafe_checks:
        print("note: --unsafe-checks: what should be in a sandbox is not", file=sys.stderr)
    interrupted: list[signal.Signals] = []
    with make_progress(sys.stderr) as progress:
        async with Runtime(
            journal=args.journal or journal_path(),
            unsafe_checks=args.unsafe_checks,
            cache=args.cache,
            on_event=progress,
        ) as runtime:
            # What came of it is printed before the providers are closed, which may take a while.
            try:
                result = await _run_until_interrupted(runtime, args, asked, interrupted)
            except ArchonError as error:
                progress.close()
                print_error(error, sys.stderr)
                return EXIT_INTERRUPTED if interrupted else EXIT_ERROR
            progress.close()
            _print_result(args, result, interrupted=bool(interrupted))
    return EXIT_INTERRUPTED if interrupted else 0


async def _run_until_interrupted(
    runtime: Runtime, args: argparse.Namespace, asked: _Asked, interrupted: list[signal.Signals]
) -> Result:
    """Answer; the first interrupt asks for the best so far, the second one ends it all."""

    async def watch() -> None:
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            async for each in signals:
                if interrupted:
                    raise KeyboardInterrupt
                interrupted.append(each)
                runtime.stop()

    try:
        async with anyio.create_task_group() as group:
            group.start_soon(watch)
            result = await runtime.run(
                asked.plan, asked.question, asked.data, resume=args.resume, replay=args.replay
            )
            group.cancel_scope.cancel()
    except BaseExceptionGroup as errors:
        # One of the two tasks failed; which one is of no interest to the caller.
        raise errors.exceptions[0] from errors
    return result


def _print_result(args: argparse.Namespace, result: Result, *, interrupted: bool) -> None:
    if args.show == "candidates":
        print_candidates(result, sys.stderr)
    if args.replay:
        print("replayed from the journal: nothing was asked or paid now; then:", file=sys.stderr)
    print_summary(result, sys.stderr, interrupted=interrupted)
    if args.json:
        print(json.dumps(result.to_json(), indent=2, ensure_ascii=False), flush=True)
        return
    text = "\n\n".join(result.answers)
    print(clean(text) if sys.stdout.isatty() else text, flush=True)
