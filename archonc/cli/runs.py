"""`archonc runs list|show|prune|export`: what the journal has."""

from __future__ import annotations

import argparse
import json
import re
import sys
from datetime import timedelta
from pathlib import Path

from archon_runtime.errors import ArchonError
from archon_runtime.journal_read import RunStatus
from archon_runtime.runs import RunStore, RunSummary
from archonc.cli.exit_codes import EXIT_ERROR, EXIT_USAGE
from archonc.cli.report import clean, dollars, print_error
from archonc.cli.runs_show import print_run
from archonc.cli.state import journal_path

__all__ = ["add_arguments", "execute"]

_LISTED = 20
_QUESTION_CHARS = 60
_UNITS = {"min": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("action", choices=["list", "show", "prune", "export"])
    parser.add_argument("ids", metavar="ID", nargs="*", help="a run, or how its id begins")
    parser.add_argument("--journal", metavar="PATH", type=Path, help="where runs are written down")
    parser.add_argument("--all", action="store_true", help=f"list all, not the newest {_LISTED}")
    parser.add_argument(
        "--older-than", metavar="30d", type=_age, help="prune runs of that age: min, h, d or w"
    )
    parser.add_argument("--keep", metavar="N", type=_count, help="keep the newest N when pruning")
    parser.add_argument(
        "--dry-run", action="store_true", help="only tell what would be thrown away"
    )


def execute(args: argparse.Namespace) -> int:
    """Do it."""
    wrong = _usage_problem(args)
    if wrong:
        print(f"archonc runs {args.action}: {wrong}", file=sys.stderr)
        return EXIT_USAGE
    path = args.journal or journal_path()
    if not path.exists():
        # Looking must not make a journal.
        print(f"there are no runs: there is no journal {path}", file=sys.stderr)
        return EXIT_ERROR if args.ids else 0
    try:
        with RunStore(path) as store:
            match args.action:
                case "list":
                    _list(store, None if args.all else _LISTED)
                case "show":
                    run = store.find(args.ids[0])
                    print_run(store.summary(run), store.calls(run), store.result(run), sys.stdout)
                case "prune":
                    _prune(store, args)
                case _:
                    _export(store, args.ids)
    except ArchonError as error:
        print_error(error, sys.stderr)
        return EXIT_ERROR
    return 0


def _usage_problem(args: argparse.Namespace) -> str | None:
    if args.action == "show" and len(args.ids) != 1:
        return "name one run; `archonc runs list` lists them"
    if args.action in ("list", "prune") and args.ids:
        return "it takes no ID"
    pruning = args.older_than is not None or args.keep is not None
    if args.action == "prune" and not pruning:
        return "say what may go: `--older-than 30d`, `--keep N`, or both"
    if args.action != "prune" and (pruning or args.dry_run):
        return "`--older-than`, `--keep` and `--dry-run` are for `prune`"
    if args.action != "list" and args.all:
        return "`--all` is for `list`"
    return None


def _list(store: RunStore, most: int | None) -> None:
    found = store.list(None if most is None else most + 1)
    for run in found[:most]:
        print(_line(run))
    if most is not None and len(found) > most:
        print("there are older ones: archonc runs list --all", file=sys.stderr)


def _line(run: RunSummary) -> str:
    """Write a run in a line: id, when, plan, status, calls, cost, the question's first words."""
    question = " ".join(clean(run.question).split())
    if len(question) > _QUESTION_CHARS:
        question = question[: _QUESTION_CHARS - 1].rstrip() + "…"
    # What is not finished may be under way, or was killed: nobody can tell.
    status = "unfinished" if run.status is RunStatus.RUNNING else run.status.value
    calls = "1 call" if run.usage.calls == 1 else f"{run.usage.calls:,} calls"
    when = run.created.astimezone().strftime("%Y-%m-%d %H:%M")
    cost = dollars(run.usage.cost_usd)
    return f"{run.id}  {when}  {run.plan:<16} {status:<10} {calls:>9} {cost:>9}  {question}"


def _prune(store: RunStore, args: argparse.Namespace) -> None:
    old = store.old_runs(older_than=args.older_than, keep=args.keep or 0)
    for run in old:
        print(_line(run))
    runs = "1 run" if len(old) == 1 else f"{len(old):,} runs"
    if args.dry_run:
        print(f"{runs} would be thrown away", file=sys.stderr)
        return
    if old:
        store.remove([run.id for run in old])
    print(f"{runs} thrown away", file=sys.stderr)


def _export(store: RunStore, words: list[str]) -> None:
    # All are found before the first is written: half an export would look like a whole one.
    ids = [store.find(word) for word in words] or [run.id for run in reversed(store.list())]
    for run in ids:
        for line in store.export(run):
            print(json.dumps(line, ensure_ascii=True))


def _age(text: str) -> timedelta:
    found = re.fullmatch(r"(\d{1,6})(min|h|d|w)", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"`{text}` is no age; write one like `30d` or `12h`")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _count(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"`{text}` is no number of runs")
    return int(text)
