"""One question with its answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.lookup.lookup import Hit

MOST_EQUALS = 10
"""A query that more records than these answer equally well or better is not asked: a list has ten places."""


@dataclass(frozen=True, slots=True)
class Question:
    """A query and the records that it means.

    Attributes:
        category: The way in which it is typed.
        meant: Names or ids of right records; any one of them will do.
    """

    category: str
    query: str
    meant: frozenset[str]

    def place_in(self, hits: Sequence[Hit]) -> int | None:
        """Where the first right record stands, from 1; None where none does."""
        for place, hit in enumerate(hits, 1):
            if hit.id in self.meant or hit.name in self.meant:
                return place
        return None
