"""Storing what plain rows make: records that the store does not have, referring to records that it has."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select

from data.fields import Doc, FieldType, Kind
from data.store.prepared import Prepared
from data.store.rows import chunks
from data.store.schema import RECORDS
from data.store.set_hash import GLOBAL
from data.store.store import Counts, Writing
from sync.central.plain_rows import Made, PlainRows
from sync.central.reader import SourceRow

_REMEMBERED = 200_000


class NewRecords:
    """Stores new records of one kind.

    Args:
        writing: The transaction.
        kind: Of the records.
        plain: Makes them of rows.
    """

    def __init__(self, writing: Writing, kind: Kind, plain: PlainRows) -> None:
        self._writing = writing
        self._kind = kind
        self._plain = plain
        self._references = [(at, one.target) for at, one in enumerate(kind.fields) if one.type is FieldType.REF]
        self._known: dict[str, set[str]] = {target: set() for _, target in self._references}

    def add(self, rows: Sequence[SourceRow]) -> dict[int, Doc]:
        """The records of the plain rows among these that are not stored yet, now stored, by the row's place."""
        ids = [row.cells[0] for row in rows if row.cells[0].isprintable()]  # no database takes others
        stored = self._stored(self._kind.name, ids) if self._may_be_stored(ids) else set[str]()
        new = [number for number, row in enumerate(rows) if row.cells[0] not in stored]
        unread = [number for number in new if rows[number].made is None]
        made = dict(zip(unread, self._plain.made([rows[number].cells for number in unread]), strict=True))
        found = {number: one for number in new if (one := rows[number].made or made[number]) is not None}
        for at, target in self._references:
            self._look_up(target, {str(one[0][at]) for one in found.values() if one[0][at]})
            known = self._known[target]
            found = {number: one for number, one in found.items() if not one[0][at] or one[0][at] in known}
        return self._put(found)

    def _put(self, found: Mapping[int, Made]) -> dict[int, Doc]:
        docs: dict[int, Doc] = {n: dict(zip(self._kind.by_name, one, strict=True)) for n, (one, _) in found.items()}
        customers, finder = self._kind.name == "customer", self._writing.buckets
        added = [
            {**doc, "row_hash": found[n][1], "bucket": finder.bucket("customer", doc) if customers else GLOBAL}
            for n, doc in docs.items()
        ]
        phones = [(str(doc["id"]), doc["phone"]) for doc in docs.values()] if customers else []
        supplying = [str(doc["id"]) for doc in docs.values()] if self._kind.name == "feeder" else []
        self._writing.put_prepared(Prepared(self._kind.name, added, [], 0, [], phones, [], supplying), Counts())
        return docs

    def _look_up(self, target: str, ids: set[str]) -> None:
        """Learns which of `ids` are those of records."""
        known = self._known[target]
        unknown = ids - known
        if len(known) + len(unknown) > _REMEMBERED:
            known.clear()
            unknown = ids
        known.update(self._stored(target, unknown))

    def _may_be_stored(self, ids: list[str]) -> bool:
        """Whether records with any of `ids` may be there: one question for numbers that came in order."""
        first, last = min(ids, default=""), max(ids, default="")
        joined, lengths = "".join(ids), {len(one) for one in ids}
        if not (joined.isascii() and joined.isdecimal() and len(lengths) == 1):
            return True  # databases do not agree on what is between other texts
        table = RECORDS[self._kind.name]
        between = select(table.c.id).where(table.c.id.between(first, last)).limit(1)
        return self._writing.connection.execute(between).first() is not None

    def _stored(self, kind: str, ids: Iterable[str]) -> set[str]:
        table, found = RECORDS[kind], set[str]()
        for some in chunks(ids):
            found.update(self._writing.connection.execute(select(table.c.id).where(table.c.id.in_(some))).scalars())
        return found
