"""The whole import: from a configuration's text to a program that compiles, or to reasons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from archon_runtime.plan import PlanSpec
from archonc.compiler import compile_source
from archonc.diagnostic.codes_syntax import FILE_EMPTY, FILE_IS_FOLDER, FILE_TOO_LARGE
from archonc.diagnostic.diagnostic import Diagnostic, DiagnosticSink
from archonc.diagnostic.render_text import render_text
from archonc.format import format_source
from archonc.importer.findings import Findings
from archonc.importer.flow import walk
from archonc.importer.json_read import read_json
from archonc.importer.read_config import read_config
from archonc.importer.write import write_program
from archonc.source import Source
from archonc.syntax.read import read_source

__all__ = ["Imported", "import_file", "import_source"]

_HELPS = {
    FILE_EMPTY: "give the path of a configuration: a JSON object with `layers`",
    FILE_IS_FOLDER: "name a file in it, or read all of them with `archonc import --report FOLDER`",
    FILE_TOO_LARGE: "give the path of a configuration; they have some hundred lines",
}


@dataclass(frozen=True, slots=True)
class Imported:
    """A program's text and its plan (None if it was refused), and all diagnostics, by place.

    `layers` and `left` (candidates at the end, as the language writes them) are those of
    the program.
    """

    text: str | None
    plan: PlanSpec | None
    diagnostics: tuple[Diagnostic, ...]
    layers: int = 0
    left: str = ""


def import_file(path: Path) -> Imported:
    """Read and import one file; what is wrong with it is in the result's diagnostics."""
    source = read_source(path)
    if isinstance(source, Diagnostic):
        helps = (_HELPS[source.code],) if source.code in _HELPS else source.helps
        return Imported(None, None, (replace(source, helps=helps),))
    return import_source(source)


def import_source(source: Source) -> Imported:
    """Import a configuration; it is compiled before it is given out."""
    findings = Findings(source)
    tree = read_json(source, findings)
    config = None if tree is None else read_config(tree, findings)
    walked = None if config is None else walk(config, findings)
    found, name = findings.diagnostics, Path(source.name).name
    if config is None or walked is None:
        return Imported(None, None, found)
    written = Source("imported.archon", write_program(config.name, name, walked, found))
    text = format_source(written, DiagnosticSink(written)) or written.text
    compilation = compile_source(Source(written.name, text))
    if compilation.plan is None:
        # Whatever is wrong with a configuration was found before: this is a bug of the import.
        shown = "\n".join(render_text(each) for each in compilation.diagnostics)
        raise AssertionError(f"the imported program does not compile:\n{shown}")
    return Imported(text, compilation.plan, found, len(walked.layers), str(walked.left))
