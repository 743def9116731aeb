"""`make simulate`: many random cases, on two cores; what they cover, and what they broke."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time

from tests.simulate.examine import Finding, Tally, examine

_SHOWN = 20
_SHOW_EVERY_S = 10.0
_CHUNK = 50


def main() -> int:
    """Play the cases of the seeds from SEED on; 0 if none broke a promise and all is covered."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulate", description=__doc__)
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0, help="the first one; each run has the next")
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    tally, begun_s = Tally(), time.monotonic()
    told_s = begun_s
    with multiprocessing.Pool(min(args.processes, args.runs)) as pool:
        seeds = range(args.seed, args.seed + args.runs)
        for finding in pool.imap_unordered(examine, seeds, chunksize=_CHUNK):
            tally.add([finding])
            if finding.broken and len(tally.broken) <= _SHOWN:
                _show(finding)
            if time.monotonic() - told_s > _SHOW_EVERY_S:
                told_s = time.monotonic()
                rate = tally.runs / (told_s - begun_s)
                print(f"{tally.runs:,} of {args.runs:,} runs, {rate:.0f}/s", flush=True)
    _conclude(tally, time.monotonic() - begun_s)
    # A handful of runs shows nothing about shares: it is a replay.
    is_covered = args.runs < 1000 or not tally.short()
    return 0 if is_covered and not tally.broken else 1


def _show(finding: Finding) -> None:
    print(f"seed {finding.seed}: replay it with `make simulate SEED={finding.seed} RUNS=1`")
    for promise in finding.broken:
        print(f"  {promise}")


def _conclude(tally: Tally, seconds: float) -> None:
    print(f"{tally.runs:,} runs with {tally.calls:,} calls in {seconds:.0f} s")
    for name, share, least in tally.shares():
        print(f"  {name:<20} {share:6.1%}  (at least {least:.0%})")
    for line in tally.short():
        print(f"too rare: {line}")
    print(f"{len(tally.broken):,} runs broke a promise")


if __name__ == "__main__":
    sys.exit(main())
