"""Target: any text is imported as a configuration, or refused."""

from __future__ import annotations

import functools

from archonc.diagnostic import DiagnosticSink, Severity
from archonc.format import format_source
from archonc.importer import import_source
from archonc.source import Source
from tests.archonc.import_configs import (
    component,
    config,
    critic,
    evaluator,
    fuser,
    generator,
    ranker,
    unit_tests,
)
from tests.fuzz.json_parts import mutate_json
from tests.fuzz.programs import ROOT
from tests.fuzz.target import Target, assert_shown

__all__ = ["TARGET", "run"]


def run(text: str) -> None:
    """Import *text*: there is a formatted program, or an error."""
    imported = import_source(Source("any.json", text))
    assert_shown(imported.diagnostics)
    refused = any(each.severity is Severity.ERROR for each in imported.diagnostics)
    assert (imported.text is None) == refused
    if imported.text is not None:
        program = Source("imported.archon", imported.text)
        assert format_source(program, DiagnosticSink(program)) == imported.text


@functools.cache
def configs() -> tuple[str, ...]:
    """Golden configurations, and made-up ones of all types of component."""
    golden = sorted((ROOT / "tests" / "golden" / "import").glob("*.json"))
    return (
        *(path.read_text(encoding="utf-8") for path in golden),
        config(unit_tests(), [generator(3), generator(model="m")], evaluator(first_pass=True)),
        config(generator(4), critic(), ranker(2), fuser(2), component("verifier"), fuser()),
        config([generator(2), generator(2, model_type="Together_API")], ranker(1), name="a b"),
        config([fuser(), fuser(2)], ranker(1, use_critiques=True), initial_generator=3),
        config(generator(8), component("verifier", samples=1, first_k=2), fuser(temperature=0)),
    )


TARGET = Target("import", run, configs, mutate_json)
