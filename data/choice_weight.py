"""How much past choices of a record count when the same beginning is typed again: one rule for PC and hub.

A choice counts 1 when it is made and half as much each `HALF_LIFE` later. What is stored is its *mass*: what it
counts, seen from a day in the past. Masses are added and compared as they are; none is ever rewritten because time
went by, and their order never changes.

Source:
    Cormode, Shkapenyuk, Srivastava, Xu, "Forward Decay: A Practical Time Decay Model for Streaming Systems",
    ICDE 2009, section III, exponential decay.
"""

import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

HALF_LIFE = timedelta(days=30)
SHORTEST_PREFIX, LONGEST_PREFIX = 2, 12
"""Characters; a longer query is learned by its beginnings and as a whole."""
MOST_PREFERRED = 8
"""Records that one beginning of a query can prefer."""

_LANDMARK = datetime(2020, 1, 1, tzinfo=UTC)
_DAMPING = 2.0
_NUMBER = re.compile(r"\d{7}")
_SEPARATORS = re.compile(r"[\s\-./]")


def mass_of(at: datetime) -> float:
    """What a choice made `at` adds, positive; finite for every moment that `data.clock.usable` lets pass."""
    return math.exp2((at - _LANDMARK) / HALF_LIFE)


def shares(masses: Sequence[float], now: datetime) -> list[float]:
    """How far each record is preferred to its rivals for one beginning of a query, 0 up to but not 1.

    Args:
        masses: Those of all the rivals.
        now: A later moment gives smaller shares.

    Returns:
        In the order of `masses`: `w / (W + 2)`, with `w` what the record's choices count now and `W` the sum over all.
        So two fresh choices give a half, ten five sixths, and each choice of a rival takes something away.
    """
    divisor = sum(masses) + _DAMPING * mass_of(now)
    return [mass / divisor for mass in masses]


def prefixes(query: str) -> list[str]:
    """The beginnings under which a choice made for `query` is learned, shortest first, the whole last.

    Args:
        query: As `assistant.lookup.query.plain_query` makes it.

    Returns:
        At most `LONGEST_PREFIX`; empty for a query shorter than `SHORTEST_PREFIX`.
    """
    beginnings = [query[:end].rstrip() for end in range(SHORTEST_PREFIX, min(len(query), LONGEST_PREFIX) + 1)]
    return [one for one in dict.fromkeys([*beginnings, query]) if len(one) >= SHORTEST_PREFIX]


def holds_number(query: str) -> bool:
    """Whether there is a run of seven digits, written together or apart: it may be a phone or a customer number."""
    return _NUMBER.search(_SEPARATORS.sub("", query)) is not None
