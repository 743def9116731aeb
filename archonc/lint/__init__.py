"""Lints: what a program without errors surely does not mean. One rule, one file."""

from __future__ import annotations

from archonc.lint.runner import lint

__all__ = ["lint"]
