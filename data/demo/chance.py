"""Repeatable chance, built on `random.Random.random` alone.

Python promises the same numbers from the same seed in every version for that method only.
"""

import random
from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")


class Chance:
    """One stream of repeatable random numbers."""

    def __init__(self, seed: int) -> None:
        self.fraction = random.Random(seed).random  # noqa: S311 - repeatable is the point
        """A number from 0 up to, not including, 1."""

    def below(self, count: int) -> int:
        """A whole number from 0 up to, not including, `count`."""
        return int(self.fraction() * count)

    def pick(self, items: Sequence[T]) -> T:
        """One of `items`, each as likely as another."""
        return items[int(self.fraction() * len(items))]

    def mobile(self) -> str:
        """An invented mobile number: 11 digits."""
        return f"13{'89'[int(self.fraction() * 2)]}{int(self.fraction() * 1e8):08d}"

    def landline(self) -> str:
        """An invented landline number of Huludao."""
        return f"0429-{2 + self.below(6)}{self.below(10**6):06d}"


class Weighted(Generic[T]):
    """Items of which some are likelier than others."""

    def __init__(self, items: Sequence[T], weights: Sequence[float]) -> None:
        self._items = items
        self._edges = list(accumulate(weights))

    def pick(self, chance: Chance) -> T:
        """One of the items, as likely as its weight says."""
        return self._items[bisect(self._edges, chance.fraction() * self._edges[-1])]
