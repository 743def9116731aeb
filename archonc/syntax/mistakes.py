"""Common malformed programs: each rule knows one, and says how to write it."""

from __future__ import annotations

import re
from collections.abc import Callable, Set

from archon_runtime.classes import dataclass
from archonc.diagnostic.codes_syntax import (
    GROUPED_DIGITS,
    UNCLOSED_TEXT,
    UNEXPECTED_TOKEN,
    UNKNOWN_STATEMENT,
)
from archonc.diagnostic.diagnostic import Edit
from archonc.diagnostic.suggest import suggest
from archonc.source import Span
from archonc.syntax.build_values import span_of
from archonc.syntax.token_list import MEMBERS, STATEMENTS, TokenList
from archonc.syntax.tree import Token

__all__ = ["Mistake", "Place", "recognise"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the parser stopped: a token that none of the *accepted* types fits."""

    tokens: TokenList
    index: int
    accepted: Set[str]

    @property
    def token(self) -> Token:
        """The token that fits nothing."""
        return self.tokens[self.index]

    def type_at(self, distance: int) -> str:
        """Type of a token near by; empty outside the file."""
        index = self.index + distance
        return self.tokens[index].type if 0 <= index < len(self.tokens) else ""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What a rule has to say."""

    message: str
    span: Span
    helps: tuple[str, ...]
    code: str = UNEXPECTED_TOKEN
    label: str = ""
    edits: tuple[Edit, ...] = ()


def recognise(place: Place) -> Mistake | None:
    """Find the first rule that knows the mistake."""
    return next((mistake for rule in _RULES if (mistake := rule(place))), None)


def _open_text(place: Place) -> Mistake | None:
    token, span = place.token, span_of(place.token)
    if token.type == "OPEN_RAW_TEXT":
        opening = Span(span.start, span.start + 3)
        message = 'the text that `"""` opens is never closed'
        return Mistake(message, opening, ('close it with `"""`',), UNCLOSED_TEXT)
    if token.type == "OPEN_TEXT":
        message = "the text is not closed on its line"
        helps = ('close it with `"`; a text of several lines stands in `"""`',)
        return Mistake(message, span, helps, UNCLOSED_TEXT)
    return None


def _single_quotes(place: Place) -> Mistake | None:
    token, span = place.token, span_of(place.token)
    if token.type != "QUOTED":
        return None
    text = token.text
    whole = len(text) > 1 and text.endswith("'") and not re.search(r'["\\]', text)
    edits = (Edit(span, f'"{text[1:-1]}"'),) if whole else ()
    return Mistake("a text stands in `\"`, not in `'`", span, ('write `"…"`',), edits=edits)


def _curly_quotes(place: Place) -> Mistake | None:
    if place.token.type != "STRAY" or place.token.text not in "“”„«»‘’`":
        return None
    message = f'a text stands in `"`, not in `{place.token.text}`'
    return Mistake(message, span_of(place.token), ('write `"…"`',))


def _semicolon(place: Place) -> Mistake | None:
    if place.token.type != "STRAY" or place.token.text != ";":
        return None
    span = span_of(place.token)
    helps = ("remove it; a new line or a comma separates",)
    # Where something follows on the line, nothing else separates the two.
    better = "" if place.type_at(1) in ("_SEP", "RBRACE", "$END") else ","
    return Mistake("`;` ends no statement here", span, helps, edits=(Edit(span, better),))


def _slash_comment(place: Place) -> Mistake | None:
    if place.token.type != "SLASH" or place.type_at(1) not in ("SLASH", "STAR"):
        return None
    span = span_of(place.token).to(span_of(place.tokens[place.index + 1]))
    written = place.tokens.source.text[span.start : span.end]
    return Mistake(f"`{written}` starts no comment", span, ("a comment starts with `#`",))


def _equals_for_colon(place: Place) -> Mistake | None:
    if place.token.type != "EQUAL" or "COLON" not in place.accepted:
        return None
    span = span_of(place.token)
    message = "`:` stands between a name and its value here, not `=`"
    name = place.tokens[place.index - 1]
    edit = Edit(Span(span_of(name).end, span.end), ":")
    return Mistake(message, span, (f"write `{name.text}:`",), edits=(edit,))


def _colon_for_equals(place: Place) -> Mistake | None:
    if place.token.type != "COLON" or "EQUAL" not in place.accepted:
        return None
    span = span_of(place.token)
    message = "`=` stands between a name and what it names, not `:`"
    return Mistake(message, span, ("write `=`",), edits=(Edit(span, " ="),))


def _grouped_digits(place: Place) -> Mistake | None:
    span = span_of(place.token)
    text = place.tokens.source.text
    group = re.compile(r",[0-9]{3}(?![0-9])").match(text, span.start - 1)
    if place.type_at(-2) != "NUMBER" or place.token.type != "NUMBER" or not group:
        return None
    first = span_of(place.tokens[place.index - 2])
    whole = re.compile(r"[^,\s]+(?:,[0-9]{3})+(?![0-9])").match(text, first.start)
    end = whole.end() if whole else span.end
    written = text[first.start : end]
    plain = written.replace(",", "")
    message = f"`{written}` groups its digits, and a comma separates"
    place_span = Span(first.start, end)
    edits = (Edit(place_span, plain),)
    return Mistake(message, place_span, (f"write `{plain}`",), GROUPED_DIGITS, edits=edits)


def _dash_in_name(place: Place) -> Mistake | None:
    tokens, index = place.tokens, place.index
    if place.token.type != "MINUS" or place.type_at(-1) != "NAME":
        return None
    if not tokens.touches(index) or not tokens.touches(index + 1):
        return None
    start = span_of(tokens[index - 1]).start
    match = re.compile(r"[\w.-]*\w").match(tokens.source.text, start)
    assert match, "a name begins there"
    better = re.sub(r"\W", "_", match.group())
    message = f"a name holds no `-`, but `{match.group()}` does"
    edits = (Edit(Span(start, match.end()), better),)
    return Mistake(message, Span(start, match.end()), (f"write `{better}`",), edits=edits)


def _leading_dot(place: Place) -> Mistake | None:
    if place.token.type != "DOT" or place.type_at(1) != "NUMBER" or "NUMBER" not in place.accepted:
        return None
    span = span_of(place.token).to(span_of(place.tokens[place.index + 1]))
    written = place.tokens.source.text[span.start : span.end]
    edits = (Edit(span, f"0{written}"),)
    return Mistake("a number starts with a digit", span, (f"write `0{written}`",), edits=edits)


def _bracket_on_next_line(place: Place) -> Mistake | None:
    following = place.type_at(1)
    if place.token.type != "_SEP" or following not in ("LBRACE", "LPAR", "LSQB"):
        return None
    if following not in place.accepted:
        return None
    bracket = place.tokens[place.index + 1]
    message = f"`{bracket.text}` stands on a line of its own, and a new line separates"
    helps = (f"put `{bracket.text}` at the end of the line before",)
    return Mistake(message, span_of(bracket), helps)


def _or_on_next_line(place: Place) -> Mistake | None:
    tokens, index = place.tokens, place.index
    if place.token.type == "_SEP" and "OR" in place.accepted:
        index += 1
    if tokens[index].type != "OR" or not tokens.is_first(index):
        return None
    if tokens[index + 1].type != "LBRACE":
        return None
    message = "`or` stands on a line of its own, and a new line separates"
    helps = ("write `} or {` on one line",)
    return Mistake(message, span_of(tokens[index]), helps)


def _quoted_name(place: Place) -> Mistake | None:
    tokens = place.tokens
    index = place.index - 1 if place.token.type == "COLON" else place.index
    if tokens[index].type != "TEXT" or tokens[index + 1].type != "COLON":
        return None
    name = tokens[index].text[1:-1]
    span = span_of(tokens[index])
    edits = (Edit(span, name),) if re.fullmatch(r"[A-Za-z_]\w*", name) else ()
    return Mistake("a name stands without quotes", span, (f"write `{name}:`",), edits=edits)


def _unknown_statement(place: Place) -> Mistake | None:
    if place.token.type != "NAME" or not place.tokens.is_first(place.index):
        return None
    words: tuple[str, ...]
    if "MODEL" in place.accepted:
        words, where = STATEMENTS, "a statement"
    elif "LAYER" in place.accepted and "NAME" not in place.accepted:
        words, where = MEMBERS, "a member of an architecture"
    else:
        return None
    word, span = place.token.text, span_of(place.token)
    message = f"`{word}` does not start {where}"
    guess = suggest(word, words)
    if guess:
        helps = (f"did you mean `{guess}`?",)
        return Mistake(message, span, helps, UNKNOWN_STATEMENT, edits=(Edit(span, guess),))
    if where != "a statement" and place.type_at(1) == "LPAR":
        edits = (Edit(span, f"layer {word}"),)
        return Mistake(message, span, (f"write `layer {word}(…)`",), UNKNOWN_STATEMENT, edits=edits)
    listed = ", ".join(f"`{known}`" for known in words[:-1])
    helps = (f"{where} starts with {listed} or `{words[-1]}`",)
    return Mistake(message, span, helps, UNKNOWN_STATEMENT)


_RULES: tuple[Callable[[Place], Mistake | None], ...] = (
    _open_text,
    _single_quotes,
    _curly_quotes,
    _semicolon,
    _slash_comment,
    _equals_for_colon,
    _colon_for_equals,
    _grouped_digits,
    _dash_in_name,
    _leading_dot,
    _bracket_on_next_line,
    _or_on_next_line,
    _quoted_name,
    _unknown_statement,
)
