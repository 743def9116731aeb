"""The codes of reading a file (A00xx) and of syntax (A01xx)."""

from __future__ import annotations

from archonc.diagnostic.code import Code

FILE_MISSING = "A0001"
FILE_IS_FOLDER = "A0002"
FILE_UNREADABLE = "A0003"
FILE_EMPTY = "A0004"
FILE_NOT_UTF8 = "A0005"
LONE_CARRIAGE_RETURN = "A0006"
FILE_TOO_LARGE = "A0007"
SETTING_INVALID = "A0008"
CHAIN_TOO_LONG = "A0009"

UNEXPECTED_TOKEN = "A0101"
UNCLOSED_BRACKET = "A0102"
UNMATCHED_BRACKET = "A0103"
UNCLOSED_TEXT = "A0104"
UNKNOWN_ESCAPE = "A0105"
UNKNOWN_UNIT = "A0106"
GROUPED_DIGITS = "A0107"
NUMBER_TOO_LONG = "A0108"
NAME_NOT_ASCII = "A0109"
FORBIDDEN_CHARACTER = "A0110"
NESTED_TOO_DEEP = "A0111"
EDITION_MISSING = "A0112"
EDITION_UNKNOWN = "A0113"
EDITION_MISPLACED = "A0114"
UNKNOWN_STATEMENT = "A0115"
MISPLACED_STATEMENT = "A0116"

SYNTAX_CODES: tuple[Code, ...] = (
    Code(FILE_MISSING, "file-missing", "there is no file at this path"),
    Code(FILE_IS_FOLDER, "file-is-folder", "a folder stands where a file is wanted"),
    Code(FILE_UNREADABLE, "file-unreadable", "the system refuses to read the file"),
    Code(FILE_EMPTY, "file-empty", "the file holds nothing but blank space"),
    Code(FILE_NOT_UTF8, "file-not-utf8", "the file holds bytes that are not UTF-8"),
    Code(LONE_CARRIAGE_RETURN, "lone-carriage-return", "a line ends with CR but no LF"),
    Code(FILE_TOO_LARGE, "file-too-large", "the file is larger than 5 MB"),
    Code(SETTING_INVALID, "setting-invalid", "`--set` gives something that cannot be"),
    Code(CHAIN_TOO_LONG, "chain-too-long", "a chain of more than 100 imports"),
    Code(UNEXPECTED_TOKEN, "unexpected-token", "something stands where the syntax has no place"),
    Code(UNCLOSED_BRACKET, "unclosed-bracket", "an opening bracket has no closing one"),
    Code(UNMATCHED_BRACKET, "unmatched-bracket", "a closing bracket fits no opening one"),
    Code(UNCLOSED_TEXT, "unclosed-text", "a text has no closing quotes"),
    Code(UNKNOWN_ESCAPE, "unknown-escape", "a backslash in a text starts no known escape"),
    Code(UNKNOWN_UNIT, "unknown-unit", "a number ends with letters that are no unit"),
    Code(GROUPED_DIGITS, "grouped-digits", "the digits of a number are grouped, as in 1,000"),
    Code(NUMBER_TOO_LONG, "number-too-long", "a number has more than 18 digits"),
    Code(NAME_NOT_ASCII, "name-not-ascii", "a name has letters outside a to z"),
    Code(FORBIDDEN_CHARACTER, "forbidden-character", "the file holds an invisible character"),
    Code(NESTED_TOO_DEEP, "nested-too-deep", "brackets or sums are nested too deep"),
    Code(EDITION_MISSING, "edition-missing", "the file does not say its edition"),
    Code(EDITION_UNKNOWN, "edition-unknown", "the file asks for an edition that does not exist"),
    Code(EDITION_MISPLACED, "edition-misplaced", "the edition is not the first statement"),
    Code(UNKNOWN_STATEMENT, "unknown-statement", "a line starts with a word that starts nothing"),
    Code(MISPLACED_STATEMENT, "misplaced-statement", "a statement stands where it does not belong"),
)
