"""What can be seen in a file's tokens without parsing them: lines, statements, brackets."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property

from archon_runtime.classes import dataclass
from archonc.source import Source, Span
from archonc.syntax.brackets import Brackets, OpenBrackets
from archonc.syntax.build_values import span_of
from archonc.syntax.grammar import CLOSERS, KEYWORDS, OPENERS
from archonc.syntax.tree import Token

__all__ = ["MEMBERS", "STARTS", "STATEMENTS", "TokenList"]

STATEMENTS = (
    "archon",
    "import",
    "provider",
    "model",
    "models",
    "prompt",
    "architecture",
    "search",
)
"""The words that start a statement of a file."""

MEMBERS = ("layer", "maybe", "budget", "answer", "require", "repeat", "either")
"""The words that start a member of an architecture."""

STARTS = frozenset(word.upper() for word in (*STATEMENTS, *MEMBERS))
"""The types of both."""

_WORD = KEYWORDS | {"NAME"}
_DECLARING = frozenset(word.upper() for word in (*STATEMENTS, "as"))

# What follows a keyword where it is one; elsewhere it is a name, which none of these follows.
_FOLLOWERS: dict[str, frozenset[str]] = {
    "ARCHON": frozenset({"NUMBER"}),
    "IMPORT": frozenset({"TEXT", "RAW_TEXT", "OPEN_TEXT"}),
    "LAYER": _WORD,
    "MAYBE": frozenset({"LAYER"}),
    "BUDGET": frozenset({"LBRACE"}),
    "ANSWER": frozenset({"COLON"}),
    "REQUIRE": _WORD | {"NUMBER"},
    "REPEAT": _WORD | {"NUMBER"},
    "EITHER": frozenset({"LBRACE"}),
}


_BLANK = re.compile(r"[^\S\n]*")


@dataclass(frozen=True)
class TokenList:
    """The tokens of a source, `$END` last."""

    source: Source
    tokens: Sequence[Token]

    @cached_property
    def brackets(self) -> Brackets:
        """The brackets among the tokens."""
        kinds = [token.type for token in self.tokens]
        places = [at for at, kind in enumerate(kinds) if kind in OPENERS or kind in CLOSERS]
        return Brackets([kinds[at] for at in places], places)

    def __getitem__(self, index: int) -> Token:
        return self.tokens[index]

    def __len__(self) -> int:
        return len(self.tokens)

    def line(self, index: int) -> int:
        """Line of a token, from 1."""
        return self.source.line_column(span_of(self.tokens[index]).start)[0]

    def indent(self, index: int) -> int:
        """How far the line of a token is indented, in characters."""
        start = self.tokens[index].start
        _, column = self.source.line_column(start)
        match = _BLANK.match(self.source.text, start - column + 1)
        return len(match.group()) if match else 0

    def is_first(self, index: int) -> bool:
        """Tell whether a token is the first after a separator, or of all."""
        return index == 0 or self.tokens[index - 1].type == "_SEP"

    def touches(self, index: int) -> bool:
        """Tell whether nothing lies between a token and the one before it."""
        return index > 0 and self.tokens[index - 1].end == self.tokens[index].start

    def is_start(self, index: int) -> bool:
        """Tell whether a statement, or a member of an architecture, surely starts here."""
        kind = self.tokens[index].type
        if kind not in STARTS or not self.is_first(index):
            return False
        follower = self.tokens[index + 1].type
        if follower in _FOLLOWERS.get(kind, _WORD):
            return True
        # `model = …` at the edge of the file is a declaration that lacks its name.
        return kind.lower() in STATEMENTS and follower == "EQUAL" and self.indent(index) == 0

    def declared(self) -> frozenset[str]:
        """Names that the file declares, as far as its tokens tell, readable or not."""
        names: set[str] = set()
        for index, token in enumerate(self.tokens[:-1]):
            following = self.tokens[index + 1]
            if following.type not in _WORD:
                continue
            # A misspelt keyword declares as well, if it stands at the edge of the file.
            misspelt = token.type == "NAME" and self.is_first(index) and self.indent(index) == 0
            if token.type in _DECLARING or misspelt:
                names.add(following.text)
        return frozenset(names)

    def too_deep(self, limit: int) -> Span | None:
        """Find the first bracket that is nested deeper than *limit*."""
        if len(self.brackets.kinds) <= limit:
            return None
        opened = OpenBrackets()
        for kind, place in zip(self.brackets.kinds, self.brackets.places, strict=True):
            if kind in CLOSERS:
                opened.close(kind)
                continue
            opened.open(kind, place)
            if len(opened) > limit:
                return span_of(self.tokens[place])
        return None

    def surplus(self, closer: str) -> int:
        """Count how many more closing brackets of a kind there are than opening ones."""
        counts = self.brackets.counts
        return counts[closer] - counts[CLOSERS[closer]]

    def dedented_pair(self, first: int, end: int) -> int | None:
        """Find a bracket, from *first* on, whose partner stands too far to the left.

        The closing bracket that starts a line further left than the line of its
        partner was surely meant for a bracket further out.
        """
        opened: list[int] = []
        places = self.brackets.places
        for index in places[bisect_left(places, first) : bisect_left(places, end)]:
            if self.tokens[index].type in OPENERS:
                opened.append(index)
            elif opened:
                opener = opened.pop()
                if self.is_first(index) and self.indent(index) < self.indent(opener):
                    return opener
        return None
