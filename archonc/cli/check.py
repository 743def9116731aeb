"""`archonc check FILE…`: silent and 0 if the programs are right."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from archonc.cli.diagnostics import Format, show
from archonc.cli.exit_codes import EXIT_ERROR

if TYPE_CHECKING:
    import argparse

__all__ = ["add_arguments", "execute", "execute_plain"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    # Imported here, as below: a plain check needs none of it.
    from archonc.cli.amounts import read_count, read_dollars
    from archonc.cli.compiler_options import add_compiler_options
    from archonc.cli.lint_code import lint_code

    parser.add_argument("files", metavar="FILE", nargs="+", help="an .archon file")
    parser.add_argument(
        "--format",
        choices=[each.value for each in Format],
        default=Format.TEXT.value,
        help="how diagnostics are written: json is one object a line, github workflow commands",
    )
    parser.add_argument("--fix", action="store_true", help="make the edits that are mechanical")
    parser.add_argument(
        "--diff", action="store_true", help="show what --fix would do, and write nothing"
    )
    parser.add_argument("--strict", action="store_true", help="warnings fail too")
    parser.add_argument(
        "--enable",
        metavar="LINT",
        type=lint_code,
        action="append",
        default=[],
        help="run a lint that is off by itself, by its code or name; may be repeated",
    )
    add_compiler_options(parser)
    gates = parser.add_argument_group(
        "gates", "limits on the most that any architecture of a file can spend, without retries"
    )
    gates.add_argument("--max-cost", metavar="$USD", type=read_dollars, help="such as $0.05")
    gates.add_argument("--max-calls", metavar="N", type=read_count, help="calls")
    gates.add_argument(
        "--max-depth", metavar="N", type=read_count, help="calls that must run one after another"
    )


def execute(args: argparse.Namespace) -> int:
    """Check each file; all are checked, whatever is wrong with the first."""
    failed = False
    for path in args.files:
        failed = _check(path, args) or failed
    return EXIT_ERROR if failed else 0


def execute_plain(words: Sequence[str]) -> int:
    """Check each file, as `execute` does where no option is given."""
    from archonc.compiler import check_file

    failed = False
    for path in words:
        failed = show(check_file(path), sys.stdout) or failed
    return EXIT_ERROR if failed else 0


def _check(path: str, args: argparse.Namespace) -> bool:
    from archonc.cli.compiler_options import make_compiler

    compiler = make_compiler(args, lints=True, enabled=tuple(args.enable))
    style = Format(args.format)
    failed, stream = False, sys.stdout
    if args.diff:
        from archonc.cli.fix import show_fixes

        # The diff alone is on stdout, so that `patch` can read it.
        stream = sys.stderr
        failed, found = show_fixes(path, compiler)
    elif args.fix:
        from archonc.cli.fix import fix_file

        try:
            found = fix_file(path, compiler)
        except OSError as error:
            print(f"error: cannot write {path}: {error.strerror}", file=sys.stderr)
            return True
    else:
        found = compiler.check_file(path)
    failed = show(found, stream, style=style, strict=args.strict) or failed
    if args.max_cost is None and args.max_calls is None and args.max_depth is None:
        return failed
    from archonc.cli.gates import show_exceeded

    return show_exceeded(path, args, stream) or failed
