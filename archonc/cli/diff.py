"""`archonc diff A B`: what changed in meaning between two programs or plans."""

from __future__ import annotations

import argparse
import json

from archon_runtime.classes import fields
from archonc.cli.compiler_options import add_compiler_options
from archonc.cli.exit_codes import EXIT_ERROR
from archonc.cli.inputs import load_spec
from archonc.report.changes import Change, compare

__all__ = ["add_arguments", "execute"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("before", metavar="A", help="an .archon file, or a plan (.json)")
    parser.add_argument("after", metavar="B", help="another one")
    add_compiler_options(parser)
    parser.add_argument(
        "--format", choices=["text", "json"], default="text", help="for people, or for programs"
    )


def execute(args: argparse.Namespace) -> int:
    """Compare; 1 if anything changed in meaning (or one of the two cannot be read), else 0."""
    before = load_spec(args.before, args)
    after = load_spec(args.after, args)
    if before is None or after is None:
        return EXIT_ERROR
    changes = compare(before, after)
    if args.format == "json":
        found = {"changed": bool(changes), "changes": [_to_json(each) for each in changes]}
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        from archonc.report.changes_text import render_changes

        print(render_changes(changes), end="")
    return EXIT_ERROR if changes else 0


def _to_json(change: Change) -> dict[str, str | None]:
    return {each.name: getattr(change, each.name) for each in fields(Change)}
