"""Hold a file's architectures against the gates of `archonc check`."""

from __future__ import annotations

import argparse
import json
from decimal import Decimal
from typing import TextIO

from archonc.cli.compiler_options import make_compiler
from archonc.cli.diagnostics import Format
from archonc.cli.inputs import tell_left_out
from archonc.diagnostic.render_github import workflow_command
from archonc.report.gates import Exceeded, Gates, check_gates

__all__ = ["show_exceeded"]


def show_exceeded(path: str, args: argparse.Namespace, stream: TextIO) -> bool:
    """Print each gate that an architecture of the file exceeds; tell whether there is one.

    A file with an error passes here: its diagnostics have failed it already.
    """
    gates = Gates(args.max_cost, args.max_calls, args.max_depth)
    compiled = make_compiler(args).compile_each(path)
    tell_left_out(path, compiled)
    found = [each for plan in compiled.plans for each in check_gates(plan, gates)]
    for each in found:
        print(_line(path, each, Format(args.format)), file=stream)
    return bool(found)


def _line(path: str, found: Exceeded, style: Format) -> str:
    message = f"{found.message}; {found.gate} allows less"
    match style:
        case Format.TEXT:
            return f"error: {path}: {message}"
        case Format.GITHUB:
            return workflow_command("error", {"file": path, "title": found.gate}, message)
        case Format.JSON:
            return json.dumps(
                {
                    "gate": found.gate.split()[0].removeprefix("--"),
                    "severity": "error",
                    "message": message,
                    "file": path,
                    "architecture": found.architecture,
                    "layer": found.layer,
                    "limit": _number(found.limit),
                    "bound": _number(found.bound),
                }
            )


def _number(value: Decimal | int | None) -> int | str | None:
    # Dollars as text, so that they stay exact.
    return f"{value:f}" if isinstance(value, Decimal) else value
