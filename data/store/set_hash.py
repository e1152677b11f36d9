"""A 128-bit hash of a set of records that can be kept up to date one record at a time.

The sum of the members' hashes modulo 2**128: the order of additions does not matter, and a record is taken out by
subtracting it. Two stores that hold the same records have the same sum; that two different sets share one by accident
has odds of about 2**-128. It guards against faults, not against an attacker who can choose records.

Source:
    Clarke et al., "Incremental Multiset Hash Functions", ASIACRYPT 2003, MSet-Add-Hash.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from data.fields import EMPTY, Doc, Json, Kind, canonical_json

GLOBAL = "global"
"""The bucket of everything that every cache holds."""

Part = tuple[str, str]
"""What is counted and hashed by itself: a bucket and a kind."""

_HASH_BYTES = 16
_MODULUS = 1 << 8 * _HASH_BYTES
_NO_VALUE = "\0"
"""Text that no field of text may hold; its quotes cannot stand inside another text either."""
_BETWEEN = f",{canonical_json(_NO_VALUE)},".encode()


def row_hash(kind: Kind, doc: Doc) -> int:
    """The hash of one record in canonical form, 0 to 2**128 - 1.

    Later fields count up to the last that is not empty: one that a cache does not have yet, and that holds nothing,
    makes no difference.
    """
    values = _counted(kind, [doc[field.name] for field in kind.fields])
    hashed = blake2b(_encoded(kind.name + canonical_json([*values])), digest_size=_HASH_BYTES)
    return int.from_bytes(hashed.digest(), "big")


def row_hashes(kind: Kind, docs: Iterable[Doc]) -> list[int]:
    """What `row_hash` answers for each of many records, in their order: all are put into JSON in one go."""
    values = ([doc[field.name] for field in kind.fields] for doc in docs)
    return [int.from_bytes(one, "big") for one in value_hashes(kind, values)]


def value_hashes(kind: Kind, records: Iterable[Sequence[Json]]) -> list[bytes]:
    """What `hash_bytes` makes of the `row_hash` of each of many records, in their order.

    Args:
        kind: Of the records.
        records: The values of each in the order of the kind's fields.
    """
    values = [_counted(kind, record) for record in records] if kind.fields[-1].later else list(records)
    parted: list[Any] = [_NO_VALUE] * (2 * len(values))
    parted[::2] = values
    texts = _encoded(f"{canonical_json(parted)[1:-1]},").split(_BETWEEN)[:-1]
    if len(texts) != len(values):  # a field of JSON may hold even this
        texts = [_encoded(canonical_json([*each])) for each in values]
    name = _encoded(kind.name)
    return [blake2b(name + text, digest_size=_HASH_BYTES).digest() for text in texts]


def _counted(kind: Kind, record: Sequence[Json]) -> Sequence[Json]:
    """The values that count of a record."""
    if not kind.fields[-1].later:
        return record
    values = list(record)
    first = sum(not field.later for field in kind.fields)
    while len(values) > first and values[-1] in EMPTY:
        values.pop()
    return values


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class SetSum:
    """How many records, and the sum of their hashes."""

    rows: int = 0
    set_hash: int = 0

    @staticmethod
    def of(hashes: Iterable[int]) -> "SetSum":
        """The sum of records with these hashes."""
        every = list(hashes)
        return SetSum(len(every), sum(every) % _MODULUS)

    def plus(self, hashed: int) -> "SetSum":
        """With one record more."""
        return SetSum(self.rows + 1, (self.set_hash + hashed) % _MODULUS)

    def minus(self, hashed: int) -> "SetSum":
        """With one record less."""
        return SetSum(self.rows - 1, (self.set_hash - hashed) % _MODULUS)

    def __add__(self, other: "SetSum") -> "SetSum":
        return SetSum(self.rows + other.rows, (self.set_hash + other.set_hash) % _MODULUS)

    def to_json(self) -> list[int | str]:
        """`[rows, hash in hex]`."""
        return [self.rows, f"{self.set_hash:032x}"]

    @staticmethod
    def from_json(value: list[int | str]) -> "SetSum":
        """What `to_json` wrote."""
        rows, set_hash = value
        return SetSum(int(rows), int(str(set_hash), 16))


Sums = Mapping[Part, SetSum]
"""A `SetSum` for each part; parts without records may be left out."""


def same_sums(left: Sums, right: Sums) -> bool:
    """Whether both say the same of every part."""
    return not differing(left, right)


def differing(left: Sums, right: Sums) -> list[Part]:
    """The parts of which the two say different things, in order."""
    return sorted(part for part in {*left, *right} if left.get(part, SetSum()) != right.get(part, SetSum()))


def by_kind(sums: Sums) -> dict[str, SetSum]:
    """The sums of each kind over all buckets."""
    found: dict[str, SetSum] = {}
    for (_, kind), one in sums.items():
        found[kind] = found.get(kind, SetSum()) + one
    return found


def hash_bytes(hashed: int) -> bytes:
    """The 16 bytes under which a hash is stored."""
    return hashed.to_bytes(_HASH_BYTES, "big")
