"""From an AST back to a program's text, in the one style that there is."""

from archonc.format.printer import format_source, print_expr, print_program, print_statement

__all__ = ["format_source", "print_expr", "print_program", "print_statement"]
