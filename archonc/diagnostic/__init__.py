"""Diagnostics: what they are, their codes, and their text."""

from archonc.diagnostic.code import Code
from archonc.diagnostic.codes import CODES
from archonc.diagnostic.diagnostic import Diagnostic, DiagnosticSink, Edit, Label, Severity
from archonc.diagnostic.render_text import render_text
from archonc.diagnostic.suggest import suggest

__all__ = [
    "CODES",
    "Code",
    "Diagnostic",
    "DiagnosticSink",
    "Edit",
    "Label",
    "Severity",
    "render_text",
    "suggest",
]
