"""Make the parser's tables: `make parser`.

Lark reads the grammar, builds its LALR tables and its lexer; what they hold is written
as a Python module, so that a compiler at work needs no Lark and builds no table. States
are numbered in the order in which they are reached, rules as the grammar has them: the
same grammar gives the same file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lark import Lark, Token
from lark.grammar import Rule
from lark.lexer import BasicLexer, PatternStr, UnlessCallback
from lark.parsers.lalr_analysis import Shift

__all__ = ["GRAMMAR", "TABLES", "build_lark", "make_tables"]

ROOT = Path(__file__).resolve().parents[1]
GRAMMAR = ROOT / "grammar" / "archon.lark"
TABLES = ROOT / "archonc" / "syntax" / "tables.py"

HEAD = '''"""The parser's tables, made from grammar/archon.lark: `make parser`. Not to be edited."""

from __future__ import annotations

__all__ = ["ACTIONS", "GOTOS", "IGNORED", "LEXER", "ROWS", "RULES", "WORDS"]
'''


class _ErrorTerminals:
    """Keep the terminals that no rule uses: they catch what is wrong in a text."""

    always_accept = ("OPEN_RAW_TEXT", "OPEN_TEXT", "QUOTED", "STRAY")

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        return stream


def build_lark() -> Lark:
    """Build Lark's own parser of the grammar; the tests compare ours with it."""
    return Lark(
        GRAMMAR.read_text(encoding="utf-8"),
        start="program",
        parser="lalr",
        lexer="basic",
        propagate_positions=True,
        maybe_placeholders=False,
        postlex=_ErrorTerminals(),
    )


def make_tables(lark: Lark) -> str:
    """Write the module's text."""
    # Lark has no public way to its tables; its own `save` reads the same attributes.
    parser: Any = lark.parser
    table = parser.parser._parse_table
    lexer: BasicLexer = parser.lexer.lexer
    names = sorted({rule.origin.name for rule in lark.rules})
    # Lark stops in its end state; ours takes `$END` there like any other token.
    end = table.end_states["program"]
    states = {**table.states, end: {"$END": (Shift, "read")}, "read": {}}
    automaton = _Automaton(states, {rule: at for at, rule in enumerate(lark.rules)})
    numbers = automaton.number(table.start_states["program"])
    rows = automaton.actions(numbers)
    distinct = list(dict.fromkeys(rows))
    parts = [
        HEAD,
        *_lexer_parts(lexer),
        "# What to do in a state at a token: the state to go to, or ~ the rule to reduce.",
        _listing("ACTIONS: tuple[dict[str, int], ...]", map(_mapping, distinct)),
        "# The row of each state.",
        _listing("ROWS", _wrapped(str(distinct.index(row)) for row in rows)),
        "# Where a reduced rule leads from the state below it: one row for each rule's name.",
        _listing(
            "GOTOS: tuple[dict[int, int], ...]",
            (_mapping(automaton.gotos(name, numbers)) for name in names),
        ),
        "# A rule's name, how many values it takes, its row of GOTOS, and what it keeps of them:",
        "# all (None), or their places, as ~place where the children of an inlined rule stand for",
        "# it. A rule without a name passes on the one value that it takes.",
        _listing(
            "RULES: tuple[tuple[str, int, int, tuple[int, ...] | None], ...]",
            (_rule(rule, names.index(rule.origin.name)) for rule in lark.rules),
        ),
    ]
    return "\n".join(parts)


def _lexer_parts(lexer: BasicLexer) -> list[str]:
    # The attribute builds the scanner, with the words below taken out of it.
    (pattern,) = lexer.scanner._mres
    ((name, words),) = lexer.callback.items()
    assert name == "NAME"
    assert isinstance(words, UnlessCallback)
    (ignored,) = lexer.ignore_types
    found: dict[str, str] = {}
    for terminal in words.scanner.terminals:
        assert isinstance(terminal.pattern, PatternStr)
        found[terminal.pattern.value] = terminal.name
    alternatives = (f"    {branch!r}" for branch in _branches(pattern.pattern))
    return [
        "# One branch for each terminal, in the order in which they are tried.",
        "LEXER = (\n" + "\n".join(alternatives) + "\n)\n",
        f"IGNORED = {ignored!r}\n",
        "# The names that are terminals of their own.",
        _braced("WORDS", (f"{word!r}: {kind!r}" for word, kind in sorted(found.items()))),
    ]


def _branches(pattern: str) -> list[str]:
    first, *rest = pattern.split("|(?P<")
    return [first, *("|(?P<" + branch for branch in rest)]


@dataclass(frozen=True, slots=True)
class _Automaton:
    """Lark's states, whatever it calls them: at a symbol an action and its target."""

    states: Mapping[Any, Mapping[str, tuple[Any, Any]]]
    rules: Mapping[Rule, int]

    def number(self, start: Any) -> dict[Any, int]:
        """Number the states in the order in which they are reached from the first."""
        numbers = {start: 0}
        waiting = [start]
        for state in waiting:
            for _, (action, target) in sorted(self.states[state].items(), key=lambda row: row[0]):
                if action is Shift and target not in numbers:
                    numbers[target] = len(numbers)
                    waiting.append(target)
        return numbers

    def actions(self, numbers: Mapping[Any, int]) -> list[tuple[tuple[str, int], ...]]:
        """Give what each state does at each terminal."""
        return [
            tuple(
                (str(kind), numbers[target] if action is Shift else ~self.rules[target])
                for kind, (action, target) in sorted(self.states[state].items())
                if kind.isupper()
            )
            for state in numbers
        ]

    def gotos(self, name: str, numbers: Mapping[Any, int]) -> tuple[tuple[int, int], ...]:
        """Give where a rule's name leads, from each state in which it may be read."""
        return tuple(
            (number, numbers[self.states[state][name][1]])
            for state, number in numbers.items()
            if name in self.states[state]
        )


def _rule(rule: Rule, row: int) -> str:
    keep_all = rule.options.keep_all_tokens
    kept = tuple(
        ~at if not symbol.is_term and symbol.name.startswith("_") else at
        for at, symbol in enumerate(rule.expansion)
        if keep_all or not (symbol.is_term and getattr(symbol, "filter_out", False))
    )
    assert not rule.alias
    assert not rule.options.expand1
    name = rule.options.template_source or rule.origin.name
    # A rule of one other, which will be inlined anyway: its value is the other's.
    passes = name.startswith("_") and len(rule.expansion) == 1 and not rule.expansion[0].is_term
    if passes:
        return repr(("", 1, row, None))
    whole = kept == tuple(range(len(rule.expansion)))
    return repr((str(name), len(rule.expansion), row, None if whole else kept))


def _mapping(row: Sequence[tuple[str | int, int]]) -> str:
    return "{" + ", ".join(f"{key!r}: {value}" for key, value in row) + "}"


def _listing(name: str, rows: Iterable[str]) -> str:
    return f"{name} = (\n" + "".join(f"    {row},\n" for row in rows) + ")\n"


def _braced(name: str, rows: Iterable[str]) -> str:
    return f"{name} = {{\n" + "".join(f"    {row},\n" for row in rows) + "}\n"


def _wrapped(numbers: Iterable[str], width: int = 20) -> Iterator[str]:
    every = list(numbers)
    for at in range(0, len(every), width):
        yield ", ".join(every[at : at + width])


if __name__ == "__main__":
    TABLES.write_text(make_tables(build_lark()), encoding="utf-8")
    print(f"wrote {TABLES.relative_to(ROOT)}")
