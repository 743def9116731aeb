"""`archonc simulate FILE-OR-PLAN --rate 50/s --for 1h`: what an architecture carries."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from archon_runtime.capacity.load import Load
from archon_runtime.capacity.report import Capacity
from archon_runtime.errors import ArchonError
from archon_runtime.plan_file import Plan
from archonc.cli.compiler_options import add_compiler_options
from archonc.cli.exit_codes import EXIT_ERROR, EXIT_USAGE
from archonc.cli.inputs import load_plan, read_data
from archonc.cli.quantities import (
    read_distribution,
    read_model,
    read_rate,
    read_seconds,
    read_share,
)
from archonc.cli.report import print_error
from archonc.cli.simulate_report import print_capacity
from archonc.cli.write_file import write_text
from archonc.diagnostic.suggest import suggest

__all__ = ["add_arguments", "execute"]

_EVERY = 500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add = parser.add_argument
    add("file", metavar="FILE-OR-PLAN", help="an .archon file, or a plan (.json)")
    add("--rate", type=read_rate, required=True, help="questions that arrive, as `50/s`")
    add("--for", dest="duration", type=read_seconds, required=True, help="how long, as `1h`")
    add(
        "--latency",
        type=read_distribution,
        default="1s",
        help="of a call: `1.2s`, `lognormal(1.2s, 0.5)` (median and sigma), `uniform(1s, 3s)`, "
        "`exponential(2s)`; 1s if it is not given",
    )
    add("--errors", type=read_share, default="0%", help="the share of calls that fail, as `2%%`")
    add("--limit", type=read_rate, help="calls that each provider lets start, as `600/min`")
    add("--concurrency", type=int, help="calls that each provider lets run at once")
    add(
        "--tokens",
        type=lambda text: read_distribution(text, "tokens"),
        help="length of a completion, as `300` or `uniform(100, 500)`",
    )
    add(
        "--model",
        action="append",
        type=read_model,
        default=[],
        metavar="NAME:SETTINGS",
        help="what differs for one of the plan's models, as "
        "`judge:latency=2s,errors=5%%,limit=60/min`",
    )
    add("--question", default=Load(1.0, 1.0).question, help="what is asked")
    add("--data", metavar="F.json", help="the question's data, for prompts")
    add("--seed", type=int, default=0, help="the same seed gives the same figures")
    add("--most", type=int, default=Load(1.0, 1.0).most_questions, help="questions, at most")
    add("--json", action="store_true", help="print the figures as JSON")
    add("-o", "--output", metavar="OUT.svg", help="draw a plot")
    add_compiler_options(parser)


def execute(args: argparse.Namespace) -> int:
    """Simulate, and print what came of it."""
    output = Path(args.output) if args.output else None
    wrong = _usage_problem(args, output)
    if wrong:
        print(f"archonc simulate: {wrong}. See `archonc simulate --help`", file=sys.stderr)
        return EXIT_USAGE
    try:
        plan = load_plan(args.file, args)
        if plan is None:
            return EXIT_ERROR
        unknown = _unknown_model(args, plan)
        if unknown:
            print(f"archonc simulate: {unknown}", file=sys.stderr)
            return EXIT_USAGE
        found = _simulate(plan, _make_load(args))
    except ArchonError as error:
        print_error(error, sys.stderr)
        return EXIT_ERROR
    if found is None:
        return EXIT_ERROR
    if args.json:
        print(json.dumps(found.to_json(), indent=2))
    else:
        print_capacity(found, sys.stdout)
    return 0 if output is None or _draw(found, output) else EXIT_ERROR


def _usage_problem(args: argparse.Namespace, output: Path | None) -> str | None:
    if args.concurrency is not None and args.concurrency < 1:
        return "`--concurrency` is at least 1"
    if args.most < 1:
        return "`--most` is at least 1"
    if not args.duration:
        return "`--for` is more than nothing"
    if output is not None and output.suffix != ".svg":
        return "the output's name ends in .svg"
    return None


def _unknown_model(args: argparse.Namespace, plan: Plan) -> str | None:
    for name, _ in args.model:
        if name not in plan.spec.models:
            near = suggest(name, list(plan.spec.models))
            hint = f"; did you mean `{near}`?" if near else ""
            return f"the plan has no model `{name}`{hint}"
    return None


def _make_load(args: argparse.Namespace) -> Load:
    return Load(
        rate_per_s=args.rate,
        duration_s=args.duration,
        latency_s=args.latency,
        errors=args.errors,
        limit_per_s=args.limit,
        concurrency=args.concurrency,
        tokens=args.tokens,
        models=dict(args.model),
        seed=args.seed,
        question=args.question,
        data=read_data(args.data) if args.data else {},
        most_questions=args.most,
    )


def _simulate(plan: Plan, load: Load) -> Capacity | None:
    from archon_runtime.capacity.simulate import simulate

    shown = sys.stderr.isatty()

    def tell(questions: int) -> None:
        if shown and questions % _EVERY == 0:
            print(f"\r{questions:,} questions", end="", file=sys.stderr, flush=True)

    try:
        found = simulate(plan, load, tell)
    except ImportError:
        print("error: simulating needs the package trio, whose clock can jump", file=sys.stderr)
        print("  = help: pip install 'archonc[sim]'", file=sys.stderr)
        return None
    if shown:
        print("\r\x1b[K", end="", file=sys.stderr)
    return found


def _draw(found: Capacity, output: Path) -> bool:
    from archonc.cli.simulate_plot import render_plot

    try:
        write_text(output, render_plot(found))
    except ImportError:
        print("error: drawing an SVG needs the package drawsvg", file=sys.stderr)
        print("  = help: pip install 'archonc[graph]'", file=sys.stderr)
        return False
    except OSError as error:
        print(f"error: cannot write {output}: {error.strerror}", file=sys.stderr)
        return False
    return True
