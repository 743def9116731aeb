"""Archon's compiler: from a program's text to a plan."""
