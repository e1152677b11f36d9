"""Storing what plain rows make: records that the store does not have, referring to records that it has."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from data.fields import FieldType, Kind
from data.store import change_log
from data.store.rows import chunks
from data.store.schema import RECORDS
from data.store.set_hash import GLOBAL
from data.store.store import Writing
from sync.central.plain_rows import Made, PlainRows
from sync.central.reader import SourceRow


class NewRecords:
    """Stores new records of one kind.

    Args:
        writing: The transaction.
        kind: Of the records.
        plain: Makes them of rows.
    """

    def __init__(self, writing: Writing, kind: Kind, plain: PlainRows) -> None:
        self.writing = writing
        self._kind = kind
        self._plain = plain
        self._references = [(at, one.target) for at, one in enumerate(kind.fields) if one.type is FieldType.REF]
        self._known: dict[str, set[str]] = {target: set() for _, target in self._references}
        self._buckets: dict[tuple[str | None, ...], str] = {}
        self._head = change_log.head(writing.connection)

    def go_on(self, writing: Writing) -> None:
        """Goes on in the next transaction; what was looked up is forgotten only where somebody else wrote meanwhile."""
        own, self.writing = self.writing.revision or self._head, writing
        self._head = change_log.head(writing.connection)
        if self._head != own:
            self._buckets.clear()
            for known in self._known.values():
                known.clear()

    def add(self, rows: Sequence[SourceRow]) -> Mapping[int, Made]:
        """The records of the plain rows among these that are not stored yet, now stored, by the row's place."""
        ids = [row.cells[0] for row in rows if row.cells[0].isprintable()]  # no database takes others
        stored = self._stored(self._kind.name, ids) if self._may_be_stored(ids) else set[str]()
        new = [number for number, row in enumerate(rows) if row.cells[0] not in stored]
        unread = [number for number in new if rows[number].made is None]
        made = dict(zip(unread, self._plain.made([rows[number].cells for number in unread]), strict=True))
        found = {number: one for number in new if (one := rows[number].made or made[number]) is not None}
        for at, target in self._references:
            asked = {str(one[0][at]) for one in found.values() if one[0][at]}
            self._look_up(target, asked)
            known = self._known[target]
            if not asked <= known:
                found = {number: one for number, one in found.items() if not one[0][at] or one[0][at] in known}
        self._find_buckets(values for values, _ in found.values())
        stored_now = [(*values, hashed, self._bucket(values)) for values, hashed in found.values()]
        self.writing.add_new(self._kind.name, stored_now)
        return found

    def _find_buckets(self, made: Iterable[Sequence[object]]) -> None:
        """Learns the buckets of what is supplied from where these are."""
        if not self._kind.scoped:
            return
        unknown = {self._supplied_by(values) for values in made} - self._buckets.keys()
        names = [self._kind.fields[at].name for at, _ in self._references]
        docs = {one: dict(zip(names, one, strict=True)) for one in unknown}
        finder = self.writing.buckets
        finder.expect(docs.values())
        self._buckets.update({one: finder.bucket(self._kind.name, doc) for one, doc in docs.items()})

    def _bucket(self, values: Sequence[object]) -> str:
        return self._buckets[self._supplied_by(values)] if self._kind.scoped else GLOBAL

    def _supplied_by(self, values: Sequence[Any]) -> tuple[str | None, ...]:
        return tuple([values[at] for at, _ in self._references])

    def _look_up(self, target: str, ids: set[str]) -> None:
        """Learns which of `ids` are those of records."""
        self._known[target].update(self._stored(target, ids - self._known[target]))

    def _may_be_stored(self, ids: list[str]) -> bool:
        """Whether records with any of `ids` may be there: one question for numbers that came in order."""
        first, last = min(ids, default=""), max(ids, default="")
        joined, lengths = "".join(ids), {len(one) for one in ids}
        if not (joined.isascii() and joined.isdecimal() and len(lengths) == 1):
            return True  # databases do not agree on what is between other texts
        table = RECORDS[self._kind.name]
        between = select(table.c.id).where(table.c.id.between(first, last)).limit(1)
        return self.writing.connection.execute(between).first() is not None

    def _stored(self, kind: str, ids: Iterable[str]) -> set[str]:
        table, found = RECORDS[kind], set[str]()
        for some in chunks(ids):
            found.update(self.writing.connection.execute(select(table.c.id).where(table.c.id.in_(some))).scalars())
        return found
