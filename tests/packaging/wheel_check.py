"""Run by `make wheel` with the interpreter of an environment that holds only the wheel.

What the checkout hides would show here: a file that the wheel lacks, a package that is
not declared, a plan that needs the compiler.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent

RUN_WITHOUT_COMPILER = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] in {'archonc', 'lark'}:
            raise ImportError(f'{name} is blocked')

sys.meta_path.insert(0, Blocked())
from archon_runtime import Plan, Runtime, run_sync
plan = Plan.load(sys.argv[1])
result = run_sync(plan, 'What is two and two?')
assert result.answer, result
print(result.answer)
"""

SIMULATED = """
archon 1
model small = simulated("small", max_tokens: 200)
architecture three { layer generator(small, samples: 3)
  answer: first }
"""


def run(*command: str, cwd: str) -> str:
    """Run a command that must succeed, in a folder that is not the checkout."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} exited {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def begin_programs(folder: str) -> None:
    """Begin a program with the starter, and one from each of the library, and check them."""
    listed = run(str(BIN / "archonc"), "new", "--list", cwd=folder)
    names = [line.split()[0] for line in listed.split("\n") if line and line[0] != " "]
    assert len(names) >= 12, listed
    run(str(BIN / "archonc"), "new", "hello", cwd=folder)
    for number, name in enumerate(names):
        run(str(BIN / "archonc"), "new", f"mine_{number}", "--from", name, cwd=folder)
    files = [str(path) for path in Path(folder).glob("*.archon")]
    assert len(files) == len(names) + 1
    printed = run(str(BIN / "archonc"), "check", *files, cwd=folder)
    assert printed == "", printed


def main() -> None:
    """Check every example, compile one program, run its plan without the compiler."""
    with tempfile.TemporaryDirectory() as folder:
        where = run(sys.executable, "-c", "import archonc; print(archonc.__file__)", cwd=folder)
        assert str(ROOT / "archonc") not in where, f"the checkout is imported: {where}"
        examples = [str(path) for path in sorted((ROOT / "examples").glob("*.archon"))]
        assert examples
        printed = run(str(BIN / "archonc"), "check", *examples, cwd=folder)
        assert printed == "", printed
        begin_programs(folder)
        assert run(str(BIN / "archonc"), "explain", "A0301", cwd=folder).startswith("A0301")
        assert run(str(BIN / "archonc"), "explain", examples[0], cwd=folder)
        Path(folder, "three.archon").write_text(SIMULATED, encoding="utf-8")
        run(str(BIN / "archonc"), "compile", "three.archon", "-o", "three.json", cwd=folder)
        run(sys.executable, "-c", RUN_WITHOUT_COMPILER, "three.json", cwd=folder)
    print(f"wheel: {len(examples)} examples checked, a plan ran without the compiler")


if __name__ == "__main__":
    main()
