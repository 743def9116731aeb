"""Target: any values are set, one a line, in a program with parameters and holes."""

from __future__ import annotations

import random

from archon_runtime import Plan
from archonc.compiler import compile_source
from archonc.source import Source
from tests.fuzz.programs import PIECES
from tests.fuzz.target import Target, assert_shown

__all__ = ["TARGET", "run"]

PROGRAM = """\
archon 1
model a = openai("gpt-4o-mini", temperature: 0.7, max_tokens: 1k)
model b = openai("gpt-4o", temperature: 0.7, max_tokens: 1k)
models both = [a, b]
prompt brief { user: "{{query}}, in short" }
architecture inner(m: model, n: int = 2) {
  layer generator(m, samples: n)
  answer: all
}
architecture space(
  n: int = 2, m: model = one_of(a, b), many: models = both, p: prompt = brief,
  share: number = 0.5, on: bool = true, words: text = "x"
) {
  layer draft { generator(many, samples: n, prompt: p), inner(m, n: 1) }
  repeat 0..1 { maybe layer critic(m), layer fuser(m, samples: 1..2) }
  either { layer ranker(b, keep: up_to(1)) } or { layer pick = ranker(subset_of([a, b], 1..1)) }
  answer: first
  require samples(draft) <= 12
}
"""
_NAMES = ("n", "m", "many", "p", "share", "on", "words", "repeat", "either", "maybe", "draft", "@1")
SETTINGS = (
    "n=3\nm=a\nmany=[a, b]\np=brief",
    "repeat=2\nfuser.samples=1\nfuser.samples@2=2\nmaybe=true\ncritic=true\ncritic@1=false",
    "either=2\npick=[a]\nm=b\nfuser.samples@1=1",
    'words="a, b"\non=false\nshare=20%\nmany=a',
)


def run(text: str) -> None:
    """Compile with the lines of *text* as settings."""
    words = text.split("\n")
    compilation = compile_source(
        Source("any.archon", PROGRAM), architecture="space", settings=words
    )
    assert_shown(compilation.diagnostics)
    if compilation.plan is not None:
        plan = Plan.from_spec(compilation.plan)
        assert Plan.from_json(plan.to_json()).hash == plan.hash


def mutate_settings(text: str, chance: random.Random) -> str:
    """Change a line, a name or a value."""
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    name, _, value = lines[at].partition("=")
    match chance.randrange(6):
        case 0:
            lines[at] = f"{chance.choice(_NAMES)}={value}"
        case 1:
            lines[at] = f"{name}={chance.choice(PIECES)}"
        case 2:
            cut = chance.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:cut] + chance.choice(PIECES) + lines[at][cut:]
        case 3:
            lines.insert(at, chance.choice(chance.choice(SETTINGS).split("\n")))
        case 4:
            lines[at] = f"{name}={chance.choice('[({')}{value}, {chance.choice(PIECES)}"
        case _:
            del lines[at]
    return "\n".join(lines)


TARGET = Target("set", run, lambda: SETTINGS, mutate_settings)
