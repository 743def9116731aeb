"""A check that an imported program names; it is read, never run."""


def good(question: dict[str, object], candidate: str) -> bool:
    """Accept every candidate that is not empty."""
    return bool(candidate.strip())
