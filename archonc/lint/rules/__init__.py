"""The rules; each has a page in `specs/diagnostics`."""
