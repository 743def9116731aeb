"""`archonc import CONFIG.json`: from a published configuration to a program."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from archonc.cli.diagnostics import show
from archonc.cli.exit_codes import EXIT_ERROR, EXIT_USAGE
from archonc.importer import import_file
from archonc.importer.survey import survey_folder, survey_json, survey_lines, totals_json

__all__ = ["add_arguments", "execute"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", metavar="CONFIG.json", nargs="?", help="a configuration")
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE.archon",
        help="where to write; - is stdout; without it, beside the configuration",
    )
    parser.add_argument("--force", action="store_true", help="overwrite a file that is there")
    parser.add_argument(
        "--report",
        metavar="FOLDER",
        help="import all configurations below a folder, write none, and print what came of them",
    )
    parser.add_argument(
        "--format", choices=["text", "json"], default="text", help="how to print the report"
    )


def execute(args: argparse.Namespace) -> int:
    """Import one configuration, or report on a folder of them."""
    wrong = _wrong_usage(args)
    if wrong:
        print(f"archonc import: {wrong}", file=sys.stderr)
        return EXIT_USAGE
    if args.report is not None:
        return _report(Path(args.report), args.format)
    imported = import_file(Path(args.file))
    failed = show(imported.diagnostics, sys.stderr)
    if failed or imported.text is None:
        return EXIT_ERROR
    if args.output == "-":
        sys.stdout.write(imported.text)
        return 0
    return _write(Path(args.output or Path(args.file).with_suffix(".archon")), imported.text, args)


def _wrong_usage(args: argparse.Namespace) -> str | None:
    if args.report is not None:
        if args.file is not None or args.output is not None or args.force:
            return "--report writes nothing: give it a folder only"
        if not Path(args.report).is_dir():
            return f"--report takes a folder, and `{args.report}` is none"
        return None
    if args.file is None:
        return "name a configuration, or a folder with --report"
    if args.format != "text":
        return "--format belongs to --report"
    return None


def _report(folder: Path, form: str) -> int:
    rows = list(survey_folder(folder))
    if form == "json":
        for row in rows:
            print(json.dumps(survey_json(row), ensure_ascii=False))
        print(json.dumps(totals_json(rows), ensure_ascii=False))
        return 0
    for line in survey_lines(rows):
        print(line)
    return 0


def _write(path: Path, text: str, args: argparse.Namespace) -> int:
    try:
        # `x` refuses a file that is there in the same step that makes it.
        with path.open("w" if args.force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        print(f"error: `{path}` is there already; --force overwrites it", file=sys.stderr)
        return EXIT_ERROR
    except OSError as error:
        print(f"error: cannot write {path}: {error.strerror}", file=sys.stderr)
        return EXIT_ERROR
    print(f"wrote {path}", file=sys.stderr)
    return 0
