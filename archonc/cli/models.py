"""`archonc models list|pull`: the models that run on this machine."""

from __future__ import annotations

import argparse
import os
import sys

from archon_runtime.errors import ArchonError
from archon_runtime.weights.fetch import pull
from archon_runtime.weights.known import WEIGHTS, cache_folder, list_models
from archonc.cli.exit_codes import EXIT_ERROR, EXIT_USAGE
from archonc.cli.report import print_error

__all__ = ["add_arguments", "execute"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "action",
        choices=["list", "pull"],
        help="which models there are, or fetch one's weights into the cache folder",
    )
    parser.add_argument("name", metavar="NAME", nargs="?", help=", ".join(WEIGHTS))


def execute(args: argparse.Namespace) -> int:
    """List or fetch."""
    cache = cache_folder(os.environ)
    if args.action == "list":
        for status in list_models(cache):
            weights = status.weights
            where = (
                status.path if status.present else f"not here: archonc models pull {weights.name}"
            )
            size = f"{weights.size_bytes / 1_000_000:.0f} MB"
            print(f"{weights.name}  {weights.title}, {size}, {weights.licence}  {where}")
        return 0
    if args.name is None:
        print(f"archonc models pull: name a model: {', '.join(WEIGHTS)}", file=sys.stderr)
        return EXIT_USAGE
    try:
        pull(args.name, cache=cache, report=lambda line: print(line, file=sys.stderr))
    except ArchonError as error:
        print_error(error, sys.stderr)
        return EXIT_ERROR
    return 0
