"""From tokens to a tree, past syntax errors: each is reported, and reading goes on.

The parser is LALR, so what it has read is a stack of states. After an error the stack is
cut back to a state that accepts the token to go on with: the word that starts the next
statement, a closing bracket, or the next argument inside the brackets that are open.
"""

from __future__ import annotations

from collections.abc import Iterator

from archon_runtime.classes import dataclass, field
from archonc.syntax.brackets import OpenBrackets
from archonc.syntax.grammar import CLOSERS, OPENERS
from archonc.syntax.lalr import Parser
from archonc.syntax.token_list import MEMBERS, STARTS, TokenList
from archonc.syntax.tree import Token, Tree

__all__ = ["Reader"]

# In these words' places a name and the same sign may follow too: `answer:`, `budget {`.
_AMBIGUOUS = frozenset({"ANSWER", "BUDGET"})

_PROGRAM_START = ("MODEL", "NAME")
# Not `layer`, which fits behind `maybe` as well.
_MEMBER_START = ("REPEAT", "NUMBER")
_IN_LAYER = (("BUDGET", "LBRACE"), ("NAME", "LPAR"), ("RBRACE",))


@dataclass
class Reader:
    """Feeds tokens to the parser; knows the brackets that are open, and can go back.

    `opened` holds, for each open bracket, its token's index and the height of the
    parser's stack with it on top; `blamed` the types of the opening brackets of which
    one too few or too many is known already.
    """

    tokens: TokenList
    opened: list[tuple[int, int]] = field(default_factory=list)
    blamed: set[str] = field(default_factory=set)
    _parser: Parser = field(default_factory=Parser)

    def feed(self, index: int) -> bool:
        """Read a token; false, if it fits nothing."""
        token = self.tokens[index]
        if not self._parser.feed(token):
            return False
        if token.type in OPENERS:
            self.opened.append((index, self.height))
        elif token.type in CLOSERS:
            self.opened.pop()
        return True

    def finish(self) -> Tree:
        """Read the end of the file; it must fit."""
        fits = self._parser.feed(self.tokens[len(self.tokens) - 1])
        tree = self._parser.values[0]
        assert fits
        assert isinstance(tree, Tree)
        return tree

    def is_complete(self) -> bool:
        """Tell whether the file may end here."""
        return self._parser.fits(self.height, ("$END",))

    def give_up(self) -> None:
        """Forget what is unfinished, so that the file may end here."""
        self.cut(self.find_height("$END") or 1)

    @property
    def height(self) -> int:
        """Height of the parser's stack."""
        return len(self._parser.states)

    @property
    def bracket(self) -> str | None:
        """Type of the innermost open bracket."""
        return self.tokens[self.opened[-1][0]].type if self.opened else None

    def accepted(self) -> frozenset[str]:
        """Types of the tokens that fit here."""
        return self._parser.accepted()

    def cut(self, height: int) -> None:
        """Forget what was read above a height of the stack."""
        self._parser.cut(height)
        while self.opened and self.opened[-1][1] > height:
            self.opened.pop()

    def find_height(self, *types: str, above: int = 1) -> int | None:
        """Find the greatest height at which tokens of these types fit one after another."""
        return next((at for at in self._heights(above) if self._parser.fits(at, types)), None)

    def _heights(self, above: int) -> Iterator[int]:
        """Give the heights to which the stack may be cut, the greatest first.

        A bracket that is closed stays so, though the parser may not yet have reduced it.
        """
        closed: list[tuple[int, int]] = []
        opened: list[int] = []
        for at, value in enumerate(self._parser.values, start=1):
            kind = value.type if isinstance(value, Token) else None
            if kind in OPENERS:
                opened.append(at)
            elif kind in CLOSERS:
                closed.append((opened.pop(), at))
        for height in range(self.height, above - 1, -1):
            if not any(opener < height <= closer for opener, closer in closed):
                yield height

    def statement_height(self, index: int) -> int | None:
        """Find the height at which the statement that starts at a token belongs."""
        word = self.tokens[index].type
        member = word.lower() in MEMBERS
        height = self.find_height(*(_MEMBER_START if member else _PROGRAM_START))
        if word != "BUDGET":
            return height
        # A layer's block takes a budget as well, beside calls; a record takes neither.
        inner = next(
            (
                at
                for at in self._heights((height or 0) + 1)
                if all(self._parser.fits(at, types) for types in _IN_LAYER)
            ),
            None,
        )
        return inner or height

    def skip_to(self, index: int, misplaced: int | None = None) -> int:
        """Go on after an error: skip tokens from *index*, cut the stack, say where.

        A statement that starts at *misplaced* is skipped like anything else.
        """
        inside, dropped = self._mend(index)
        useless: set[tuple[str, ...]] = set()
        tokens = self.tokens.tokens
        for at in range(index, len(tokens) - 1):
            kind = tokens[at].type
            if kind in STARTS and at != misplaced and self._may_start(at, inside):
                height = self.statement_height(at)
                if height is not None:
                    self.cut(height)
                    return at
            if at == dropped:
                continue
            if kind in OPENERS:
                inside.open(kind, at)
            elif kind in CLOSERS and inside.close(kind):
                continue
            elif kind in CLOSERS or (kind == "_SEP" and not inside and self.opened):
                # The stack stays as it is, so that what did not help once never will.
                goal = (kind, tokens[at + 1].type if kind == "_SEP" else "")
                if goal not in useless and self._continues(at, kind):
                    return at
                useless.add(goal)
        self.give_up()
        return len(tokens) - 1

    def _mend(self, index: int) -> tuple[OpenBrackets, int | None]:
        """Find out whether one bracket too few or too many is the mistake, and allow for it.

        Gives the brackets to take for open, each at this token, and one to ignore.
        """
        tokens, kind = self.tokens, self.tokens[index].type
        inside, brackets = OpenBrackets(), tokens.brackets
        if tokens.is_start(index):
            return inside, None
        accepted = self.accepted()
        for closer, opener in CLOSERS.items():
            surplus = 0 if opener in self.blamed else tokens.surplus(closer)
            if surplus == 1 and opener in accepted and brackets.is_balanced_with(index, opener):
                self.blamed.add(opener)
                inside.open(opener, index)
                return inside, None
            if surplus == -1 and kind == opener and brackets.is_balanced_without(index):
                self.blamed.add(opener)
                return inside, index
            missing = surplus == -1 and self.bracket == opener and closer in accepted
            if missing and brackets.is_balanced_with(index, closer):
                end = tokens[index - 1].end
                self._parser.feed(Token(closer, "", end, end))
                self.opened.pop()
                self.blamed.add(opener)
        return inside, None

    def _may_start(self, index: int, inside: OpenBrackets) -> bool:
        """Tell whether to go on at a statement, *inside* brackets that were skipped."""
        tokens = self.tokens
        if not tokens.is_start(index):
            return False
        brace = inside.place_of("LBRACE")
        if brace is not None:
            # A statement of the skipped block, unless it stands too far to the left for that.
            reach = tokens.indent(brace) - (tokens[index].type.lower() in MEMBERS)
            return tokens.indent(index) <= reach and not tokens.brackets.is_balanced()
        ambiguous = tokens[index].type in _AMBIGUOUS
        return not ambiguous or (not inside and self.bracket in (None, "LBRACE"))

    def _continues(self, at: int, kind: str) -> bool:
        """Cut the stack so that a separator or a closing bracket fits, if that is right."""
        if kind in CLOSERS:
            height = self.find_height(kind)
        elif self.tokens.is_start(at + 1):
            return False
        else:
            floor = self.opened[-1][1]
            # Between statements and members only a known word may start the next one.
            if self.find_height("_SEP", *_MEMBER_START, above=floor):
                return False
            height = self.find_height("_SEP", self.tokens[at + 1].type, above=floor)
        if height is None:
            return False
        self.cut(height)
        return True
