"""The AST: one frozen class a construct, each with its span; nothing is resolved yet."""

from __future__ import annotations

from decimal import Decimal

from archon_runtime.classes import dataclass
from archonc.source import Span

__all__ = [
    "AnswerMember",
    "ArchitectureDecl",
    "Argument",
    "Block",
    "Bool",
    "BrokenMember",
    "BudgetMember",
    "Call",
    "Comparison",
    "Component",
    "Edition",
    "EitherMember",
    "ExampleMember",
    "Expr",
    "ImportDecl",
    "LayerMember",
    "ListExpr",
    "Member",
    "ModelDecl",
    "ModelsDecl",
    "Name",
    "Number",
    "Operation",
    "Parameter",
    "Program",
    "PromptDecl",
    "PromptText",
    "ProviderDecl",
    "RangeExpr",
    "Record",
    "Reference",
    "RepeatMember",
    "RequireMember",
    "SearchDecl",
    "Statement",
    "Text",
    "without_spans",
]


@dataclass(frozen=True, slots=True)
class Name:
    """An identifier where something is named or declared."""

    text: str
    span: Span


# Expressions


@dataclass(frozen=True, slots=True)
class Reference:
    """A name that stands for something: `qwen`, `lib.qwen`; parts are one or more."""

    parts: tuple[Name, ...]
    span: Span

    @property
    def text(self) -> str:
        """The name as written, parts joined by dots."""
        return ".".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class Number:
    """A number with its unit as written: `2k` is 2 and `k`, `$0.25` is 0.25 and `$`."""

    value: Decimal
    unit: str
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Text:
    """A text, escapes and indentation already worked out. `raw`: written with `\"\"\"`."""

    value: str
    raw: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Bool:
    """`true` or `false`."""

    value: bool
    span: Span


@dataclass(frozen=True, slots=True)
class ListExpr:
    """`[a, b]`."""

    items: tuple[Expr, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Argument:
    """`value` or `name: value`, in a call or a record (where it has a name)."""

    name: Name | None
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Record:
    """`{ name: value }`."""

    fields: tuple[Argument, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """`name(…)`: a technique, a provider, `env`, `one_of`; what it means is decided later."""

    callee: Reference
    arguments: tuple[Argument, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class RangeExpr:
    """`1..8`."""

    low: Number
    high: Number
    span: Span


@dataclass(frozen=True, slots=True)
class Operation:
    """Arithmetic in `require`: `left * right`; the operator is `+`, `-`, `*` or `/`."""

    operator: str
    left: Expr
    right: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison in `require`; the operator is `<=`, `<`, `>=`, `>`, `==` or `!=`."""

    operator: str
    left: Expr
    right: Expr
    span: Span


Expr = (
    Reference | Number | Text | Bool | ListExpr | Record | Call | RangeExpr | Operation | Comparison
)


# Members of an architecture


@dataclass(frozen=True, slots=True)
class Block:
    """`{ … }` with members of an architecture, in order; the span holds both braces."""

    members: tuple[Member, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Component:
    """One technique in a layer, with its label if it has one: `a: best_of(n: 4)`."""

    label: Name | None
    call: Call
    span: Span


@dataclass(frozen=True, slots=True)
class BudgetMember:
    """`budget { … }`."""

    record: Record
    span: Span


@dataclass(frozen=True, slots=True)
class LayerMember:
    """A layer in one of its three forms; `maybe layer` is a hole.

    `layer ranker(…)` has no name and one component; `layer pick = ranker(…)` has
    both; `layer draft { … }` is a block with a name and any number of components; only
    there it has settings, such as `quorum: 6`, each with its name.
    """

    name: Name | None
    components: tuple[Component, ...]
    budgets: tuple[BudgetMember, ...]
    settings: tuple[Argument, ...]
    block: bool
    maybe: bool
    span: Span


@dataclass(frozen=True, slots=True)
class AnswerMember:
    """`answer: first`."""

    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class RequireMember:
    """`require candidates(draft) <= 12`."""

    condition: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class RepeatMember:
    """`repeat 2 { … }` or, a hole, `repeat 0..3 { … }`."""

    count: Expr
    body: Block
    span: Span


@dataclass(frozen=True, slots=True)
class EitherMember:
    """`either { … } or { … }`: two or more branches, each possibly empty."""

    branches: tuple[Block, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class BrokenMember:
    """A member that could not be read: nobody knows what it was. It is reported already."""

    span: Span


Member = (
    BudgetMember
    | LayerMember
    | AnswerMember
    | RequireMember
    | RepeatMember
    | EitherMember
    | BrokenMember
)


# Statements


@dataclass(frozen=True, slots=True)
class Edition:
    """`archon 1`."""

    number: Number
    span: Span


@dataclass(frozen=True, slots=True)
class ImportDecl:
    """`import "models.archon" as lib`."""

    path: Text
    alias: Name
    span: Span


@dataclass(frozen=True, slots=True)
class ProviderDecl:
    """`provider lab = openai_compatible(…)`."""

    name: Name
    call: Call
    span: Span


@dataclass(frozen=True, slots=True)
class ModelDecl:
    """`model qwen = together(…)`."""

    name: Name
    call: Call
    span: Span


@dataclass(frozen=True, slots=True)
class ModelsDecl:
    """`models proposers = [a, b]`."""

    name: Name
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class PromptText:
    """`system: "…"` or `user: \"\"\"…\"\"\"` in a prompt or an example."""

    name: Name
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class ExampleMember:
    """`example { user: "…", assistant: "…" }`."""

    texts: tuple[PromptText, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class PromptDecl:
    """`prompt strict { system: …, example { … }, user: … }`, members in their order."""

    name: Name
    members: tuple[PromptText | ExampleMember, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Parameter:
    """`n: int = 8`."""

    name: Name
    type: Name
    default: Expr | None
    span: Span


@dataclass(frozen=True, slots=True)
class ArchitectureDecl:
    """`architecture panel(…) { … }`."""

    name: Name
    parameters: tuple[Parameter, ...]
    body: Block
    span: Span


@dataclass(frozen=True, slots=True)
class SearchDecl:
    """`search tune over panel_space { … }`."""

    name: Name
    over: Reference
    fields: tuple[Argument, ...]
    span: Span


Statement = (
    ImportDecl | ProviderDecl | ModelDecl | ModelsDecl | PromptDecl | ArchitectureDecl | SearchDecl
)


@dataclass(frozen=True, slots=True)
class Program:
    """A whole file.

    `broken` names the declarations that could not be read, so that nobody calls
    them unknown.
    """

    edition: Edition | None
    statements: tuple[Statement, ...]
    broken: frozenset[str]
    span: Span


def without_spans(node: object) -> object:
    """Turn a node into nested tuples that are equal where the nodes say the same.

    Numbers are compared by value and unit: `1.0` is `1`, but `2k` is not `2000`.
    """
    if isinstance(node, tuple):
        return tuple(without_spans(each) for each in node)
    if isinstance(node, Number):
        return "Number", node.value, node.unit
    fields = getattr(type(node), "__dataclass_fields__", None)
    if fields is None:
        return node
    names = [name for name in fields if name != "span"]
    return (type(node).__name__, *(without_spans(getattr(node, name)) for name in names))
