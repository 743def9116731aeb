"""`archonc check` on an example, the whole process, as a multiple of `python -c pass`."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

__all__ = ["measure_check"]

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 15


def seconds(*command: str) -> float:
    """Wall time of one process, in seconds."""
    # Compiled modules are kept, as on an ordinary installation.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    begun = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def measure_check() -> None:
    """Print the ratio for the longest example; the two commands take turns."""
    example = max((ROOT / "examples").glob("*.archon"), key=lambda path: path.stat().st_size)
    check = (str(Path(sys.executable).parent / "archonc"), "check", str(example))
    nothing = (sys.executable, "-c", "pass")
    seconds(*check)
    pairs = [(seconds(*check), seconds(*nothing)) for _ in range(ROUNDS)]
    checking, passing = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(
        f"archonc check {example.name}: {checking / passing:.1f} times `python -c pass` "
        f"({1000 * checking:.0f} ms against {1000 * passing:.0f} ms, median of {ROUNDS})"
    )
