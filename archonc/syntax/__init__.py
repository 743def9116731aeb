"""From a program's text to its AST."""

from archonc.syntax.parse import EDITION, parse_program
from archonc.syntax.read import read_source

__all__ = ["EDITION", "parse_program", "read_source"]
