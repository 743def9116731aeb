"""The codes of names (A02xx), flow and types (A03xx) and budgets (A04xx)."""

from __future__ import annotations

from archonc.diagnostic.code import Code

UNKNOWN_NAME = "A0201"
UNKNOWN_TECHNIQUE = "A0202"
UNKNOWN_PROVIDER = "A0203"
DUPLICATE_NAME = "A0204"
WRONG_KIND_OF_NAME = "A0205"
UNKNOWN_OPTION = "A0206"
LITERAL_SECRET = "A0207"
UNKNOWN_PLACEHOLDER = "A0208"
MISSING_PLACEHOLDER = "A0209"
SINGLE_BRACES = "A0210"
SEVERAL_ARCHITECTURES = "A0211"
NO_ARCHITECTURE = "A0212"
IMPORT_UNREADABLE = "A0213"
IMPORT_CYCLE = "A0214"
IMPORT_OUTSIDE = "A0215"
RECURSIVE_ARCHITECTURE = "A0216"
HOLES_LEFT = "A0217"
MISPLACED_HOLE = "A0218"
COMPONENT_WITH_HOLES = "A0219"
EMPTY_SPACE = "A0220"
UNKNOWN_TYPE = "A0221"
HOLES_MISSING = "A0222"
FALLBACK_CIRCLE = "A0223"
KEEPS_TOO_MANY = "A0301"
NO_CANDIDATES = "A0302"
DISCARDS_CANDIDATES = "A0303"
SEVERAL_LEFT = "A0304"
UNREAD_CRITIQUES = "A0305"
EMPTY_ARCHITECTURE = "A0306"
MIXED_TECHNIQUES = "A0307"
SEVERAL_STEPS = "A0308"
MISSING_MODEL = "A0309"
UNWANTED_MODEL = "A0310"
WRONG_TYPE = "A0311"
OUT_OF_RANGE = "A0312"
MISSING_OPTION = "A0313"
GIVEN_TWICE = "A0314"
CHECK_FILE_UNREADABLE = "A0315"
CHECK_FILE_OUTSIDE = "A0316"
CHECK_FUNCTION_MISSING = "A0317"
CONFLICTING_OPTIONS = "A0318"
MISPLACED_MEMBER = "A0319"
INVALID_VALUE = "A0320"
NO_TESTS = "A0321"
UNREAD_TESTS = "A0322"
REQUIRE_FAILS = "A0323"
ORDER_UNREADABLE = "A0324"
ORDER_MISSING = "A0325"
BUDGET_TOO_SMALL = "A0401"
NO_PRICE = "A0402"
WINDOW_TOO_SMALL = "A0403"
MAX_TOKENS_FILL_WINDOW = "A0404"

CHECK_CODES: tuple[Code, ...] = (
    Code(UNKNOWN_NAME, "unknown-name", "a model or a prompt is named that nothing declares"),
    Code(UNKNOWN_TECHNIQUE, "unknown-technique", "a layer calls a technique that does not exist"),
    Code(UNKNOWN_PROVIDER, "unknown-provider", "a model is of a provider that does not exist"),
    Code(DUPLICATE_NAME, "duplicate-name", "two things have the same name"),
    Code(
        WRONG_KIND_OF_NAME,
        "wrong-kind-of-name",
        "a name stands for another kind of thing than is wanted",
    ),
    Code(
        UNKNOWN_OPTION, "unknown-option", "an option, setting or part has a name that nothing knows"
    ),
    Code(LITERAL_SECRET, "literal-secret", "a key or password is written into the program"),
    Code(
        UNKNOWN_PLACEHOLDER, "unknown-placeholder", "a prompt has a placeholder that nothing fills"
    ),
    Code(
        MISSING_PLACEHOLDER,
        "missing-placeholder",
        "a prompt lacks a placeholder that its technique needs",
    ),
    Code(SINGLE_BRACES, "single-braces", "a placeholder in single braces stays as it is written"),
    Code(
        SEVERAL_ARCHITECTURES,
        "several-architectures",
        "the file has several architectures and none was chosen",
    ),
    Code(NO_ARCHITECTURE, "no-architecture", "the architecture to compile is not in the file"),
    Code(IMPORT_UNREADABLE, "import-unreadable", "a file that is imported cannot be read"),
    Code(IMPORT_CYCLE, "import-cycle", "files import each other in a circle"),
    Code(IMPORT_OUTSIDE, "import-outside", "an imported file lies outside the project"),
    Code(
        RECURSIVE_ARCHITECTURE,
        "recursive-architecture",
        "an architecture is a component of itself",
    ),
    Code(HOLES_LEFT, "holes-left", "an architecture with holes is compiled without choosing"),
    Code(MISPLACED_HOLE, "misplaced-hole", "a hole stands where nothing can be chosen"),
    Code(
        COMPONENT_WITH_HOLES,
        "component-with-holes",
        "an architecture with holes of its own is used as a component",
    ),
    Code(EMPTY_SPACE, "empty-space", "no point of a search space is a valid architecture"),
    Code(HOLES_MISSING, "holes-missing", "a search is over an architecture without holes"),
    Code(FALLBACK_CIRCLE, "fallback-circle", "a model is a fallback of itself"),
    Code(UNKNOWN_TYPE, "unknown-type", "a parameter has a type that does not exist"),
    Code(KEEPS_TOO_MANY, "keeps-too-many", "a layer keeps more candidates than flow in"),
    Code(NO_CANDIDATES, "no-candidates", "a layer works on candidates and none flow in"),
    Code(
        DISCARDS_CANDIDATES,
        "discards-candidates",
        "a layer throws away the candidates that flow in",
    ),
    Code(
        SEVERAL_LEFT,
        "several-left",
        "several candidates are left and nothing says which is the answer",
    ),
    Code(UNREAD_CRITIQUES, "unread-critiques", "critiques are asked for and nobody reads them"),
    Code(EMPTY_ARCHITECTURE, "empty-architecture", "an architecture or a layer holds nothing"),
    Code(MIXED_TECHNIQUES, "mixed-techniques", "a layer mixes techniques"),
    Code(SEVERAL_STEPS, "several-steps", "a layer holds several of a technique that stands alone"),
    Code(MISSING_MODEL, "missing-model", "a technique that asks a model was given none"),
    Code(UNWANTED_MODEL, "unwanted-model", "a technique was given a model that it has no use for"),
    Code(WRONG_TYPE, "wrong-type", "a value is of another kind than its option takes"),
    Code(OUT_OF_RANGE, "out-of-range", "a value is too small or too large"),
    Code(MISSING_OPTION, "missing-option", "something is left out that must be given"),
    Code(GIVEN_TWICE, "given-twice", "something that stands once is given twice"),
    Code(CHECK_FILE_UNREADABLE, "check-file-unreadable", "the file of a check cannot be read"),
    Code(
        CHECK_FILE_OUTSIDE,
        "check-file-outside",
        "the file of a check is outside the program's folder",
    ),
    Code(
        CHECK_FUNCTION_MISSING,
        "check-function-missing",
        "the file of a check does not define its function",
    ),
    Code(CONFLICTING_OPTIONS, "conflicting-options", "two options exclude each other"),
    Code(
        MISPLACED_MEMBER, "misplaced-member", "a member of an architecture stands in a repetition"
    ),
    Code(INVALID_VALUE, "invalid-value", "a value has the right type but cannot be used"),
    Code(NO_TESTS, "no-tests", "a layer reads unit tests and nobody wrote any"),
    Code(UNREAD_TESTS, "unread-tests", "unit tests are asked for and nobody reads them"),
    Code(REQUIRE_FAILS, "require-fails", "a `require` does not hold"),
    Code(ORDER_UNREADABLE, "order-unreadable", "the file that orders a list cannot be used"),
    Code(ORDER_MISSING, "order-missing", "the file that orders a list is not there yet"),
    Code(
        BUDGET_TOO_SMALL, "budget-too-small", "a budget is less than the least that will be spent"
    ),
    Code(NO_PRICE, "no-price", "the cost is limited and the price of a model is not known"),
    Code(
        WINDOW_TOO_SMALL, "window-too-small", "what a model is shown cannot fit its context window"
    ),
    Code(
        MAX_TOKENS_FILL_WINDOW,
        "max-tokens-fill-window",
        "`max_tokens` leaves no room in the context window",
    ),
)
