"""What a match must score to be more than a guess."""

WEAK_UNDER, WEAK_FUZZY_UNDER = 60.0, 85.0
"""Scores under which a result is a guess that an agent must look at twice; the second, of a name with slips in it."""

GUESSED = "fuzzy"
"""The reason of a match that the query does not stand for as it was typed."""


def is_weak(reason: str, score: float) -> bool:
    """Whether a match of this reason and score is a guess."""
    return score < (WEAK_FUZZY_UNDER if reason == GUESSED else WEAK_UNDER)
