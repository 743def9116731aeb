"""The entry point: find the command, run it, turn failures into messages and exit codes."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from archonc.cli.exit_codes import EXIT_ERROR, EXIT_INTERNAL, EXIT_INTERRUPTED, EXIT_USAGE
from archonc.collector import pause_collector

if TYPE_CHECKING:
    import argparse
    from importlib.metadata import EntryPoints

__all__ = ["Command", "main"]


class Command(Protocol):
    """A module that is a command; other packages register theirs in `archonc.commands`."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's arguments."""
        ...

    def execute(self, args: argparse.Namespace) -> int:
        """Do it; the result is the exit code."""
        ...


@runtime_checkable
class PlainCommand(Command, Protocol):
    """A command that needs no argparse, which is slow to load, where no option is given."""

    def execute_plain(self, words: Sequence[str]) -> int:
        """Do it with all defaults; none of the words, of which there is one, is an option."""
        ...


# Modules are imported when their command is called: `check` must not load what `run` needs.
COMMANDS = {
    "new": ("archonc.cli.new", "begin a program, from the library of architectures"),
    "check": ("archonc.cli.check", "check programs; silent if they are right"),
    "fmt": ("archonc.cli.fmt", "lay programs out in the one style that there is"),
    "compile": ("archonc.cli.compile", "compile a program to a plan (JSON)"),
    "explain": ("archonc.cli.explain", "what a code means, or what a program does and costs"),
    "graph": ("archonc.cli.graph", "draw an architecture (SVG, or Mermaid text)"),
    "diff": ("archonc.cli.diff", "what changed in meaning between two programs or plans"),
    "run": ("archonc.cli.run", "answer a question with a program or a plan"),
    "runs": ("archonc.cli.runs", "list, show, prune or export the runs of the journal"),
    "simulate": ("archonc.cli.simulate", "tell what an architecture carries, on virtual time"),
    "import": ("archonc.cli.import_command", "turn a published JSON configuration into a program"),
    "models": ("archonc.cli.models", "list the models that run on this machine, or fetch one"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        return _dispatch(words)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader went away (`archonc … | head`); Python must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_ERROR
    except Exception:  # the last line of defence: whatever gets here is a bug
        import traceback

        traceback.print_exc()
        print("archonc: internal error, please report it with the lines above", file=sys.stderr)
        return EXIT_INTERNAL


def _dispatch(words: list[str]) -> int:
    if words[:1] == ["--version"]:
        from importlib.metadata import version

        print(f"archonc {version('archonc')}")
        return 0
    if not words or words[0] in {"-h", "--help", "help"}:
        print(_overview(), end="", file=sys.stdout if words else sys.stderr)
        return 0 if words else EXIT_USAGE
    name, rest = words[0], words[1:]
    with pause_collector():
        command = _find(name)
        if command is None:
            return _unknown(name)
        if rest and isinstance(command, PlainCommand) and not any(w.startswith("-") for w in rest):
            return command.execute_plain(rest)
    # Imported here: a plain command does without it.
    import argparse

    summary = COMMANDS[name][1] if name in COMMANDS else None
    parser = argparse.ArgumentParser(prog=f"archonc {name}", description=summary)
    command.add_arguments(parser)
    return command.execute(parser.parse_intermixed_args(rest))


def _find(name: str) -> Command | None:
    if name in COMMANDS:
        return cast("Command", importlib.import_module(COMMANDS[name][0]))
    registered = _registered().select(name=name)
    return cast("Command", next(iter(registered)).load()) if registered else None


def _registered() -> EntryPoints:
    # Imported here: the built-in commands do without it.
    from importlib.metadata import entry_points

    return entry_points(group="archonc.commands")


def _unknown(name: str) -> int:
    from archonc.diagnostic.suggest import suggest

    near = suggest(name, COMMANDS)
    hint = f"; did you mean `{near}`?" if near else ""
    print(f"archonc: `{name}` is no command{hint} See `archonc --help`", file=sys.stderr)
    return EXIT_USAGE


def _overview() -> str:
    lines = ["usage: archonc COMMAND …", ""]
    lines += [f"  {name:<9} {summary}" for name, (_, summary) in COMMANDS.items()]
    lines += [f"  {each.name:<9} from {each.value}" for each in _registered()]
    lines += ["", "`archonc COMMAND --help` tells more; `archonc --version` the version.", ""]
    return "\n".join(lines)
