"""`archonc new NAME`: begin a program, from the library or from the starter in it."""

from __future__ import annotations

import argparse
import re
import shlex
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

from archon_runtime.providers.kinds import KINDS
from archonc.cli.exit_codes import EXIT_ERROR, EXIT_USAGE
from archonc.cli.write_file import write_text
from archonc.diagnostic.suggest import suggest
from archonc.expand import Hole, expand, find_sites
from archonc.format import print_expr
from archonc.library import STARTER, LibraryFile, list_library
from archonc.syntax.nodes import Expr, ModelDecl

__all__ = ["add_arguments", "execute"]

SUFFIX = ".archon"
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "name",
        metavar="NAME",
        nargs="?",
        help=f"the architecture's name: NAME{SUFFIX} is written; or a path that ends in {SUFFIX}",
    )
    parser.add_argument(
        "--from",
        dest="origin",
        metavar="LIBRARY",
        help=f"the architecture of the library to begin with (default: {STARTER})",
    )
    parser.add_argument("--list", action="store_true", help="list the library")
    parser.add_argument("--force", action="store_true", help="write over a file that is there")


def execute(args: argparse.Namespace) -> int:
    """List the library, or write a file."""
    library = list_library()
    if args.list:
        if args.name or args.origin or args.force:
            return _refuse("`--list` stands alone. See `archonc new --help`")
        for each in library.values():
            print(f"{each.name}  ({each.fields['Calls']} calls)")
            print(textwrap.fill(each.title, 96, initial_indent="    ", subsequent_indent="    "))
        return 0
    if not args.name:
        return _refuse("name the architecture. See `archonc new --help`")
    origin = library.get(args.origin or STARTER)
    if origin is None:
        return _refuse(_unknown(args.origin, library))
    path = Path(args.name if args.name.endswith(SUFFIX) else f"{args.name}{SUFFIX}")
    wrong = _wrong_name(args.name, path, origin)
    text = None if wrong else origin.renamed(path.stem)
    if text is None:
        return _refuse(wrong or f"`{path.stem}` is a word of the language: choose another name")
    problem = _write(path, text, force=args.force)
    if problem:
        print(f"error: {problem}", file=sys.stderr)
        return EXIT_ERROR
    print(f"wrote {path}, from `{origin.name}` of the library. Next:")
    for step in _next_steps(path, origin):
        print(f"  {step}")
    return 0


def _refuse(why: str) -> int:
    print(f"archonc new: {why}", file=sys.stderr)
    return EXIT_USAGE


def _unknown(name: str, library: Mapping[str, LibraryFile]) -> str:
    near = suggest(name, library)
    hint = f"did you mean `{near}`?" if near else "see `archonc new --list`"
    return f"the library has no `{name}`; {hint}"


def _wrong_name(given: str, path: Path, origin: LibraryFile) -> str | None:
    if not given.endswith(SUFFIX) and path.name != str(path):
        return f"`{given}` is a path without `{SUFFIX}`: write `{path}`"
    if not IDENTIFIER.fullmatch(path.stem):
        return f"`{path.stem}` is no name: letters, digits and `_`, and no digit at its beginning"
    if path.stem in origin.taken:
        return f"`{origin.name}` has a `{path.stem}` of its own: choose another name"
    return None


def _write(path: Path, text: str, *, force: bool) -> str | None:
    """Write the file; what is wrong, if it cannot be written."""
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    try:
        if force:
            write_text(path, text)
        else:
            # `x` looks and creates in one step: nothing that is there is lost, whoever wrote it.
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except FileExistsError:
        return f"{path} is there already; `--force` writes over it"
    except OSError as error:
        return f"cannot write {path}: {error.strerror}"
    return None


def _next_steps(path: Path, origin: LibraryFile) -> Iterator[str]:
    file = shlex.quote(str(path))
    yield f"archonc check {file}"
    for model in origin.models:
        if model.call.callee.text == "local":
            yield f"archonc models pull {_first_text(model)}"
    for key in _keys(origin):
        yield f"export {key}=…"
    yield f'archonc run {file}{_settings(origin)} "…"'


def _first_text(model: ModelDecl) -> str:
    return print_expr(model.call.arguments[0].value).strip('"')


def _keys(origin: LibraryFile) -> list[str]:
    """Name the environment variables that its providers read their keys from."""
    kinds = [KINDS[each.call.callee.text] for each in origin.models]
    return list(dict.fromkeys(kind.key_env for kind in kinds if kind.key_env))


def _settings(origin: LibraryFile) -> str:
    """Choose the first of everything that a search space leaves open, as `--set` takes it."""
    chosen: dict[str, str] = {}

    def choose(hole: Hole) -> Expr:
        chosen[hole.id.partition("@")[0]] = print_expr(hole.choices[0])
        return hole.choices[0]

    declaration = origin.architecture
    expand(declaration, {}, find_sites(declaration), choose)
    return "".join(f" --set {name}={value}" for name, value in chosen.items())
