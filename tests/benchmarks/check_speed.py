"""`archonc check`, the whole process: one file as a multiple of `python -c pass`, and many.

Also what a large file takes, valid or garbage, in this process.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from archonc.diagnostic import DiagnosticSink
from archonc.source import Source
from archonc.syntax import parse_program

__all__ = ["make_program", "measure_check"]

ROUNDS = 15
FILES = 146
GARBAGE_CHARS = 5_000_000

# 50 lines, and all that a program usually has; each number gives another program.
PROGRAM = """\
# Program {n}: five models draft, one criticises and ranks, a program's own words fuse.
archon 1

provider lab_{n} = openai_compatible(base_url: "https://models.example/v{n}")

model small_{n} = lab_{n}(
  "small-{n}"
  temperature: 0.7
  max_tokens: 1k
)
model wide_{n} = lab_{n}("wide-{n}", temperature: 0.9, max_tokens: 2k)
model quick_{n} = ollama("quick:{n}b", temperature: 0.7, max_tokens: 1k)
model calm_{n} = ollama("calm:{n}b", temperature: 0.2, max_tokens: 1k)
model judge_{n} = openai("gpt-4o-mini", temperature: 0, max_tokens: 2k)

models drafters_{n} = [small_{n}, wide_{n}, quick_{n}, calm_{n}]

prompt brief_{n} {{
  system: "You answer in at most {n} words."
  user: \"""
    {{{{query}}}}

    Think first; then give the answer on a line of its own.
  \"""
}}

# The panel: many drafts, few survivors, one answer.
architecture panel_{n} {{
  budget {{
    calls: 3{n}
    tokens: 900k
    time: 9min
    on_exhausted: degrade
  }}

  layer draft {{
    generator(drafters_{n}, samples: 2, prompt: brief_{n})
    generator(judge_{n})
  }}
  layer critic(judge_{n})
  layer ranker(judge_{n}, keep: 5)
  layer fuser(small_{n})
}}

# A cheap one: votes of a single small model.
architecture vote_{n} {{
  budget {{ calls: 9, tokens: 90k }}
  layer generator(quick_{n}, samples: 8)
  layer voter(extract: number)
}}
"""


def make_program(number: int) -> str:
    """Write one of many programs that are all different, and all right."""
    return PROGRAM.format(n=number)


def seconds(*command: str) -> float:
    """Wall time of one process, in seconds."""
    # Compiled modules are kept, as on an ordinary installation.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    begun = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def measure_check() -> None:
    """Print all."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"program_{number}.archon") for number in range(1, FILES + 1)]
        for number, path in enumerate(files, start=1):
            path.write_text(make_program(number), encoding="utf-8")
        measure_processes([str(path) for path in files])
    for name, make in LARGE.items():
        measure_parse(name, make())


def measure_processes(files: list[str]) -> None:
    """Print the ratio for one file, and the time for all; the commands take turns."""
    archonc = str(Path(sys.executable).parent / "archonc")
    nothing = (sys.executable, "-c", "pass")
    seconds(archonc, "check", files[0])
    pairs = [(seconds(archonc, "check", files[0]), seconds(*nothing)) for _ in range(ROUNDS)]
    checking, passing = (statistics.median(column) for column in zip(*pairs, strict=True))
    lines = len(PROGRAM.splitlines())
    print(
        f"archonc check, one file of {lines} lines: {checking / passing:.1f} times "
        f"`python -c pass` ({1000 * checking:.0f} ms against {1000 * passing:.0f} ms, "
        f"median of {ROUNDS})"
    )
    every = statistics.median(seconds(archonc, "check", *files) for _ in range(ROUNDS // 3))
    print(f"archonc check, {len(files)} different files of {lines} lines: {every:.2f} s")


def measure_parse(name: str, text: str) -> None:
    """Print how long one text takes to be read."""
    source = Source("large.archon", text)
    begun = time.perf_counter()
    parse_program(source, DiagnosticSink(source))
    spent = time.perf_counter() - begun
    print(f"reading {name} ({len(text) / 1e6:.1f} MB): {spent:.2f} s")


def _layers() -> str:
    layers = "  layer generator(m, samples: 4)\n" * 10_000
    return f"archon 1\nmodel m = f()\narchitecture many {{\n{layers}}}\n"


def _json() -> str:
    row = {"name": "a text", "values": [1, 2.5, None], "inner": {"yes": True}}
    return json.dumps([row] * (GARBAGE_CHARS // len(json.dumps(row)) + 1))[:GARBAGE_CHARS]


def _python() -> str:
    text = Path(statistics.__file__).read_text(encoding="utf-8")
    return (text * (GARBAGE_CHARS // len(text) + 1))[:GARBAGE_CHARS]


def _words() -> str:
    chance = random.Random(1)
    words = ("layer", "model", "of", "what", "a", "time", "budget", "it", "was", "\n")
    return " ".join(chance.choices(words, k=GARBAGE_CHARS // 5))


LARGE: dict[str, Callable[[], str]] = {
    "10,000 layers": _layers,
    "JSON": _json,
    "Python": _python,
    "words": _words,
    "brackets on one line": lambda: "()[]{}" * (GARBAGE_CHARS // 6),
}
