"""The exit codes of the command line; 0 is clean."""

from __future__ import annotations

__all__ = ["EXIT_ERROR", "EXIT_INTERNAL", "EXIT_INTERRUPTED", "EXIT_USAGE"]

EXIT_ERROR = 1
"""Diagnostics of severity error, or a failed run."""

EXIT_USAGE = 2
"""Wrong usage; argparse exits with it too."""

EXIT_INTERNAL = 70
EXIT_INTERRUPTED = 130
