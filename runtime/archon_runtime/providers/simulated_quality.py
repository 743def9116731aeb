"""Hidden quality of simulated answers: how it is drawn, and how a text carries it.

A quality lies between 0 and 1, and an answer is right from a half upward. It is drawn
so that a model's skill is exactly the share of its answers that are right, over all
questions: quality = Phi(Phi^-1(skill) - sqrt(c) * D - sqrt(1 - c) * E) with the
question's difficulty D and the sample's own error E both standard normal. D is the
same for all models and samples, so c is the share of an error that they have in
common: with much of it, more samples help less, as with real models.

Source: the one-factor Gaussian copula (Vasicek's model of correlated defaults).
"""

from __future__ import annotations

import hashlib
import math
import re
from statistics import NormalDist

__all__ = [
    "carries_quality",
    "draw",
    "draw_normal",
    "draw_quality",
    "hide_quality",
    "quality_from",
    "quality_of",
    "show_quality",
]

_NORMAL = NormalDist()
_TOKEN = re.compile(r"sim-([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})")
_STEPS = 0xFFFF
# Unicode's tag characters mirror ASCII, show as nothing and are no white space: a text
# in a user's own format can carry a token that its checker never sees.
_TO_TAGS = {code: code + 0xE0000 for code in range(0x20, 0x7F)}
_FROM_TAGS = {tag: code for code, tag in _TO_TAGS.items()}


def draw(*identity: object) -> float:
    """Draw a number between 0 and 1, both excluded, from *identity* alone."""
    digest = hashlib.sha256(repr(identity).encode("utf-8", "surrogatepass")).digest()
    return (int.from_bytes(digest[:6], "big") + 0.5) / 2**48


def draw_normal(*identity: object) -> float:
    """Draw a standard normal number from *identity* alone."""
    return _NORMAL.inv_cdf(draw(*identity))


def draw_quality(
    skill: float, correlation: float, *, seed: int, question: str, model: str, sample: int
) -> float:
    """Draw the quality of one sample, from the names given and nothing else."""
    difficulty = draw_normal(seed, "difficulty", question)
    own = draw_normal(seed, "own error", question, model, sample)
    error = math.sqrt(correlation) * difficulty + math.sqrt(1 - correlation) * own
    return quality_from(skill, -error)


def quality_from(quality: float, shift: float) -> float:
    """Move a quality by *shift* standard deviations; it stays between 0 and 1."""
    if quality in (0.0, 1.0):
        return quality
    return _NORMAL.cdf(_NORMAL.inv_cdf(quality) + shift)


def show_quality(quality: float, *identity: object) -> str:
    """Write a token that carries *quality*; one can't read it off, nor be taken in by chance."""
    nonce = f"{round(draw('nonce', *identity) * _STEPS):04x}"
    masked = f"{round(quality * _STEPS) ^ _mask(nonce):04x}"
    return f"sim-{nonce}{masked}{_check(nonce, masked)}"


def hide_quality(quality: float, *identity: object) -> str:
    """Write the same token in characters that show as nothing."""
    return show_quality(quality, *identity).translate(_TO_TAGS)


def quality_of(text: str) -> float | None:
    """Read the quality that *text* carries; of several tokens the first counts."""
    for nonce, masked, check in _TOKEN.findall(text.translate(_FROM_TAGS)):
        if check == _check(nonce, masked):
            return (int(masked, 16) ^ _mask(nonce)) / _STEPS
    return None


def carries_quality(text: str) -> bool:
    """Tell whether *text* carries a token."""
    return quality_of(text) is not None


def _mask(nonce: str) -> int:
    return int(hashlib.sha256(f"mask {nonce}".encode()).hexdigest()[:4], 16)


def _check(nonce: str, masked: str) -> str:
    return hashlib.sha256(f"check {nonce} {masked}".encode()).hexdigest()[:4]
