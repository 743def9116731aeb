"""Run one target under atheris until its time is up: `python -m tests.fuzz.run_target`.

What raises is kept, one file for each place that raises, and the run goes on, so that
one run finds all there is. It is a process of its own: libFuzzer ends the process.
"""

from __future__ import annotations

import hashlib
import random
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["archonc", "archon_runtime"]):
    from tests.fuzz.target import Target, decode, encode
    from tests.fuzz.targets import TARGETS

# What atheris puts into the code makes it about twice as slow; a slow input is run again
# without that by the test that it becomes.
MOST_SECONDS = 4.0
MOST_CHARS = 10_000


@dataclass
class Watch:
    """Runs inputs and keeps those that fail, by what raised where."""

    target: Target
    folder: Path
    kept: set[str] = field(default_factory=set)

    def try_input(self, data: bytes) -> None:
        """Run one input, which may not raise and not take long."""
        text = decode(data)
        begun = time.process_time()
        try:
            self.target.run(text)
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            self._keep(f"{type(error).__name__} {frames[-1].filename}:{frames[-1].lineno}", data)
            return
        if time.process_time() - begun > MOST_SECONDS and len(text) < MOST_CHARS:
            self._keep("slow", data)

    def _keep(self, reason: str, data: bytes) -> None:
        if reason in self.kept:
            return
        self.kept.add(reason)
        name = f"{self.target.name}-{hashlib.sha256(reason.encode()).hexdigest()[:8]}"
        (self.folder / f"{name}.input").write_bytes(data)
        sys.stderr.write(f"FOUND {reason}: {name}.input\n")


def main() -> None:
    """Fuzz: `NAME FOLDER SEED SECONDS`; seeds are laid down in FOLDER/NAME."""
    name, folder, seed, seconds = sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4]
    target = TARGETS[name]
    corpus = folder / name
    corpus.mkdir(parents=True)
    for number, text in enumerate(target.seeds()):
        (corpus / f"{number:03}").write_bytes(encode(text))
    watch = Watch(target, folder)

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if chance.random() < 0.1:
            return bytes(atheris.Mutate(data, max_size))
        return encode(target.mutate(decode(data), chance))[:max_size]

    options = (f"-seed={seed}", f"-max_total_time={seconds}", "-max_len=20000", "-timeout=60")
    quiet = ("-print_final_stats=1", "-verbosity=1", f"-artifact_prefix={folder}/{name}-")
    arguments = [sys.argv[0], *options, *quiet, str(corpus)]
    atheris.Setup(arguments, watch.try_input, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
