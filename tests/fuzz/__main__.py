"""Fuzz all targets, one after another: `python -m tests.fuzz --seconds 600 --seed 1`.

Needs atheris (`make fuzz` installs it). Each target begins with the same seeds and, of
one SEED, goes the same way as far as its time reaches.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.targets import TARGETS

FOLDER = Path("build/fuzz")
_COVERAGE = re.compile(r"cov: (\d+) ft: (\d+)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one target. `found` are the files of the inputs that failed."""

    name: str
    runs: int
    edges: int
    features: int
    found: tuple[Path, ...]
    ended: bool


def main() -> int:
    """Run the targets that are named, or all; 1 if anything failed."""
    arguments = _parser().parse_args()
    names = arguments.targets or list(TARGETS)
    seed = arguments.seed or random.randrange(1, 2**31)
    share = max(1, round(arguments.seconds / len(names)))
    shutil.rmtree(FOLDER, ignore_errors=True)
    print(f"fuzzing {', '.join(names)}: {share} s each, SEED={seed}", flush=True)
    outcomes = []
    for name in names:
        outcomes.append(_fuzz(name, seed, share))
        print(_line(outcomes[-1]), flush=True)
    found = [path for each in outcomes for path in each.found]
    failed = bool(found) or not all(each.ended for each in outcomes)
    total = sum(each.runs for each in outcomes)
    print(
        f"{total:,} executions, {len(found)} failures" + (f", kept in {FOLDER}" if failed else "")
    )
    return int(failed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("--seconds", type=int, default=60, help="for all targets together")
    parser.add_argument("--seed", type=int, help="go the same way again (default: a new one)")
    parser.add_argument("targets", nargs="*", help=f"some of: {', '.join(TARGETS)}")
    return parser


def _fuzz(name: str, seed: int, seconds: int) -> Outcome:
    FOLDER.mkdir(parents=True, exist_ok=True)
    log = FOLDER / f"{name}.log"
    command = [sys.executable, "-m", "tests.fuzz.run_target", name, str(FOLDER)]
    with log.open("w", encoding="utf-8") as file:
        done = subprocess.run(
            [*command, str(seed), str(seconds)],
            stdout=file,
            stderr=subprocess.STDOUT,
            # Sets are gone through in the order of their hashes.
            env={**os.environ, "PYTHONHASHSEED": "0"},
            check=False,
        )
    text = log.read_text(encoding="utf-8", errors="replace")
    for line in re.findall(r"^FOUND .*$", text, re.MULTILINE):
        print(line)
    if done.returncode:
        print(
            f"{name} ended with {done.returncode}; the end of {log}:",
            *text.split("\n")[-20:],
            sep="\n",
        )
    runs = re.search(r"number_of_executed_units: (\d+)", text)
    edges, features = (_COVERAGE.findall(text) or [("0", "0")])[-1]
    found = sorted([*FOLDER.glob(f"{name}-*.input"), *FOLDER.glob(f"{name}-*-*")])
    executed = int(runs[1]) if runs else 0
    return Outcome(name, executed, int(edges), int(features), tuple(found), done.returncode == 0)


def _line(outcome: Outcome) -> str:
    covered = f"{outcome.edges:,} edges, {outcome.features:,} features"
    failures = f"{len(outcome.found)} failures" if outcome.found else "clean"
    ended = "" if outcome.ended else ", and it did not end by itself"
    return f"{outcome.name:8} {outcome.runs:9,} executions, {covered}: {failures}{ended}"


if __name__ == "__main__":
    sys.exit(main())
