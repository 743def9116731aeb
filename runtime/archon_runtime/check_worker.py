"""Run check functions in an interpreter of their own: requests in, verdicts out.

This file is run as a program, also inside a sandbox, so it imports only the standard
library. It reads one JSON object a line. The first names the file: `{"nonce", "file",
"source", "function"}`; each later one is a candidate: `{"candidate", "question",
"data"}`. It answers each with one line: the nonce, a space, and a JSON object that is
`{"kind": "ready"}`, `{"kind": "verdict", "passed", "reason"}`, `{"kind": "raised",
"reason"}` (the function raised) or `{"kind": "broken", "reason"}` (it is no check
function).

What the check and the candidate print goes to the standard error, never among the
verdicts, and no program that they start inherits the way to answer.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
import types
from collections.abc import Callable
from typing import Any, NoReturn

_REASON_CHARS = 300


def main() -> None:
    """Answer requests until there are no more."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    me = os.getpid()
    first = json.loads(requests.readline())
    loaded = _load(first["file"], first["source"], first["function"])
    _reply(replies, first["nonce"], loaded if isinstance(loaded, dict) else {"kind": "ready"})
    for line in requests:
        answer = loaded if isinstance(loaded, dict) else _call(loaded, json.loads(line), first)
        if os.getpid() != me:
            os._exit(0)  # a fork that came back through the check: only its parent answers
        _reply(replies, first["nonce"], answer)


def _reply(replies: int, nonce: str, answer: dict[str, object]) -> None:
    rest = f"{nonce} {json.dumps(answer)}\n".encode()
    while rest:
        rest = rest[os.write(replies, rest) :]


def _load(file: str, source: str, function: str) -> Callable[..., Any] | dict[str, object]:
    """Make a module of the file and find the function, or say what is wrong."""
    module = types.ModuleType(os.path.splitext(os.path.basename(file))[0])
    module.__file__ = file
    sys.modules[module.__name__] = module  # dataclasses look their module up
    try:
        exec(compile(source, file, "exec", dont_inherit=True), module.__dict__)
    except BaseException as problem:  # whatever it is, SystemExit too, it is the file's own
        return {"kind": "broken", "reason": f"it cannot be imported: {_say(problem, file)}"}
    found = getattr(module, function, None)
    if found is None:
        return {"kind": "broken", "reason": f"there is no `{function}` in `{file}`"}
    if not callable(found):
        return {"kind": "broken", "reason": f"`{function}` is no function"}
    called: Callable[..., Any] = found
    return called


def _call(function: Callable[..., Any], request: Any, first: Any) -> dict[str, object]:
    """Check one candidate."""
    try:
        found = function(request["candidate"], request["question"], request["data"])
    except BaseException as problem:  # a candidate that is executed may raise anything
        return {"kind": "raised", "reason": _say(problem, first["file"])}
    match found:
        case bool():
            return {"kind": "verdict", "passed": found, "reason": ""}
        case (bool(passed), str(reason)):
            return {"kind": "verdict", "passed": passed, "reason": reason[:_REASON_CHARS]}
        case _:
            kind = type(found).__name__
            wrong = f"it returned `{kind}`, not a bool or a pair of a bool and a text"
            return {"kind": "broken", "reason": wrong}


def _say(problem: BaseException, file: str) -> str:
    """Say an exception in one line, with the last place in the user's file."""
    try:
        text = "".join(traceback.format_exception_only(problem)).strip().splitlines()[-1]
    except Exception:  # an exception may fail to say itself
        text = type(problem).__name__
    frames = traceback.extract_tb(problem.__traceback__)
    line = next((each.lineno for each in reversed(frames) if each.filename == file), None)
    if isinstance(problem, SyntaxError) and problem.filename == file:
        line = problem.lineno
    return text[:_REASON_CHARS] + (f" ({file}:{line})" if line else "")


def _exit() -> NoReturn:
    """End at once: threads that a check left behind must not keep the process alive."""
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
    _exit()
