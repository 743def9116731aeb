"""Find the members of an object by key: misspelt keys put right, unread ones reported."""

from __future__ import annotations

from archonc.diagnostic.codes_import import IGNORED_KEY, MISSPELT_KEY
from archonc.importer.findings import Findings
from archonc.importer.json_tree import JsonMember, JsonObject
from archonc.importer.keys import misspelt, why_ignored
from archonc.source import Span

__all__ = ["find_members", "opening"]

_SECRETS = ("apikey", "api_key", "api-key", "secret", "password", "access_key", "auth")


def find_members(
    tree: JsonObject, read: frozenset[str], owner: str, findings: Findings
) -> dict[str, JsonMember]:
    """Give the members that are read, by the right key; of two with one key the last.

    *owner* is what holds the keys, for messages: `generator`, `layer`.
    """
    found: dict[str, JsonMember] = {}
    given = frozenset(member.key for member in tree.members)
    for member in tree.members:
        right = member.key if member.key in read else misspelt(member.key, read, given)
        if right is None:
            _report_ignored(member, owner, findings)
            continue
        if right != member.key:
            _report_misspelt(member, right, owner, findings)
        found[right] = member
    return found


def opening(span: Span) -> Span:
    """Give the bracket at which an object or a list begins: a label of one character."""
    return Span(span.start, min(span.start + 1, span.end))


def _report_misspelt(member: JsonMember, right: str, owner: str, findings: Findings) -> None:
    findings.warn(
        MISSPELT_KEY,
        f"nothing reads `{member.key[:40]}` of a `{owner}`: imported as `{right}`",
        member.span,
        f"is it `{right}`?",
        helps=(f"write `{right}`",),
    )


def _report_ignored(member: JsonMember, owner: str, findings: Findings) -> None:
    key = member.key[:40]
    if any(word in member.key.casefold() for word in _SECRETS):
        findings.hide(member.value.span)
    why = why_ignored(member.key)
    findings.warn(
        IGNORED_KEY,
        f"nothing reads `{key}` of a `{owner}`: left out",
        member.span,
        "never read",
        notes=() if why is None else (why,),
        helps=("take it out",),
    )
