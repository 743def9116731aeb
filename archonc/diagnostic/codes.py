"""The one table of diagnostic codes, by number."""

from __future__ import annotations

from collections.abc import Mapping

from archonc.diagnostic.code import Code
from archonc.diagnostic.codes_check import CHECK_CODES
from archonc.diagnostic.codes_import import IMPORT_CODES
from archonc.diagnostic.codes_lint import LINT_CODES
from archonc.diagnostic.codes_syntax import SYNTAX_CODES

__all__ = ["CODES"]

CODES: Mapping[str, Code] = {
    code.code: code for code in (*SYNTAX_CODES, *CHECK_CODES, *IMPORT_CODES, *LINT_CODES)
}
"""Each code by its number.

A00xx files, A01xx syntax, A02xx names, A03xx flow, A04xx budgets, A05xx imported configurations,
Lxxx lints.
"""
