"""Whether a longer query can mean no other names than the one before, so that nothing has to be read for it.

A query's ways to be read are lists of clauses, as `assistant.lookup.candidates.clauses` makes them: a name answers a
way if it has one of the tokens of every clause. All that is said here follows from which tokens
`data.names.tokens.name_tokens` gives one name together.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from assistant.lookup.ranking import Candidate
from data.names.tokens import name_tokens

Clauses = tuple[str, ...]

_LETTERS_OF = {"l": "ln", "h": "hf", "i": ""}
"""First letters of the readings whose sound begins so, where it is not that letter alone; "" for any."""


def only_narrows(ways: Iterable[Clauses], before: Sequence[Clauses]) -> bool:
    """Whether every name that answers one of `ways` also answers one of those `before`; false where it may not."""
    return all(any(_implies(way, other) for other in before) for way in ways)


def answers(candidate: Candidate, ways: Iterable[Clauses]) -> bool:
    """Whether a name answers one of the ways."""
    has_none_of = set(name_tokens(candidate.text, candidate.readings)).isdisjoint
    return any(not any(has_none_of(_tokens(clause)) for clause in way) for way in ways)


def _implies(way: Clauses, other: Clauses) -> bool:
    return all(any(_is_within(narrow, wide) for narrow in way) for wide in other)


@lru_cache(maxsize=64)
def _is_within(narrow: str, wide: str) -> bool:
    """Whether a name that has one of the tokens of one clause has one of the other's."""
    if narrow == wide:
        return True
    wanted = _tokens(wide)
    return all(token in wanted or _brings(token, wanted) for token in _tokens(narrow))


def _brings(token: str, wanted: frozenset[str]) -> bool:
    """Whether every name with this token surely has one of those wanted too."""
    kind, first, second = token[0], token[1:3], token[3:]
    if kind == "i":
        return any(other[0] == "i" and other[1:] in token for other in wanted)
    if kind not in "sm":
        return False
    if f"u{first}" in wanted or (kind == "s" and f"u{second}" in wanted):
        return True
    letters = _LETTERS_OF.get(second[0], second[0])
    return kind == "s" and bool(letters) and all(f"m{first}{letter}" in wanted for letter in letters)


@lru_cache(maxsize=32)
def _tokens(clause: str) -> frozenset[str]:
    return frozenset(clause.split('"')[1::2])
