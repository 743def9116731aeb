"""What `archonc run` is given: a plan or a program, a question, its data."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archon_runtime.chat import Message, Role
from archon_runtime.errors import PlanInvalid, QuestionInvalid
from archon_runtime.plan import PlanSpec
from archon_runtime.plan_file import Plan

if TYPE_CHECKING:
    import argparse

    from archonc.compiler import CompiledFile

__all__ = ["load_plan", "load_spec", "read_data", "read_messages", "read_question", "tell_left_out"]


def load_spec(path: str, args: argparse.Namespace) -> PlanSpec | None:
    """Load what a plan or a program says; None if what is wrong with it was shown."""
    try:
        plan = load_plan(path, args)
    except PlanInvalid as error:
        from archonc.cli.report import print_error

        print_error(error, sys.stderr)
        return None
    return None if plan is None else plan.spec


def tell_left_out(path: str, compiled: CompiledFile) -> None:
    """Say which architectures of a file are no plans yet, so that nobody misses them."""
    for each in compiled.left_out:
        open_part = "it has holes, or parameters without a value"
        print(f"note: {path}: `{each.name}` is left out: {open_part}", file=sys.stderr)


def load_plan(path: str, args: argparse.Namespace) -> Plan | None:
    """Load a plan (`.json`) or compile a program; None if its diagnostics were shown.

    A program is not linted: `archonc check` is for that.

    Raises:
        PlanInvalid: the plan file cannot be used.
    """
    if path.endswith(".json"):
        return Plan.load(path)
    # Imported here: a plan runs without the compiler.
    from archonc.cli.compiler_options import make_compiler
    from archonc.cli.diagnostics import show

    compilation = make_compiler(args).compile_file(path)
    failed = show(compilation.diagnostics, sys.stderr)
    if failed or compilation.plan is None:
        return None
    return Plan.from_spec(compilation.plan)


def read_question(word: str) -> str:
    """Take the question as given; `-` is standard input.

    Raises:
        QuestionInvalid: standard input is not UTF-8.
    """
    if word != "-":
        return word
    try:
        return sys.stdin.buffer.read().decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise QuestionInvalid(
            f"it is not UTF-8: {error.reason} at byte {error.start}", place="standard input"
        ) from error


def read_messages(path: str) -> tuple[Message, ...]:
    """Read a conversation: a JSON list of objects with `role` and `content`.

    Raises:
        QuestionInvalid: the file is not that.
    """
    raw = _read_json(path)
    if not isinstance(raw, list) or not raw:
        raise QuestionInvalid(
            "it is no list of messages",
            place=path,
            help='write `[{"role": "user", "content": "…"}]`',
        )
    return tuple(_read_message(each, f"{path}#/{number}") for number, each in enumerate(raw))


def _read_message(raw: Any, place: str) -> Message:
    roles = ", ".join(f"`{role}`" for role in Role)
    if not isinstance(raw, dict) or set(raw) != {"role", "content"}:
        raise QuestionInvalid("a message has `role` and `content`, nothing else", place=place)
    if raw["role"] not in set(Role):
        raise QuestionInvalid(f"the role is one of {roles}", place=f"{place}/role")
    if not isinstance(raw["content"], str):
        raise QuestionInvalid("the content is a text", place=f"{place}/content")
    return Message(Role(raw["role"]), raw["content"])


def read_data(path: str) -> Mapping[str, object]:
    """Read the question's data: a JSON object.

    Raises:
        QuestionInvalid: the file is not that.
    """
    raw = _read_json(path)
    if not isinstance(raw, dict):
        raise QuestionInvalid("the data is no JSON object", place=path, help='write `{"name": …}`')
    return raw


def _read_json(path: str) -> Any:
    try:
        return json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise QuestionInvalid(f"cannot read it: {error.strerror}", place=path) from error
    except UnicodeDecodeError as error:
        raise QuestionInvalid(f"it is not UTF-8 at byte {error.start}", place=path) from error
    except (ValueError, RecursionError) as error:
        raise QuestionInvalid(f"it is not JSON: {error}", place=path) from error
