"""Storing what plain rows make: records that the store does not have, referring to records that it has."""

from collections.abc import Iterable, Sequence
from itertools import chain

from sqlalchemy import select

from data.fields import FieldType, Kind
from data.store import change_log
from data.store.among import among
from data.store.schema import RECORDS
from data.store.set_hash import GLOBAL
from data.store.store import Writing
from sync.central.plain_rows import Made

_REFERENCES = frozenset({FieldType.REF, FieldType.REFS})


class NewRecords:
    """Stores new records of one kind.

    Args:
        writing: The transaction.
        kind: Of the records.
    """

    def __init__(self, writing: Writing, kind: Kind) -> None:
        self.writing = writing
        self._kind = kind
        self._references = [(at, one) for at, one in enumerate(kind.fields) if one.type in _REFERENCES]
        self._known: dict[str, set[str]] = {one.target: set() for _, one in self._references}
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

    def add(self, made: Made) -> Made:
        """Stores those of some records that are not stored yet and refer to what is; answers which."""
        new = self._not_stored(made)
        for at, field in self._references:
            several = field.type is FieldType.REFS
            asked = set(chain.from_iterable(new.columns[at]) if several else new.columns[at]) - {None}
            known = self._looked_up(field.target, asked)
            if not asked <= known:
                whole = known.issuperset if several else (known | {None}).__contains__
                new = new.only([whole(one) for one in new.columns[at]])
        if new.at:
            self.writing.add_new(self._kind.name, new.columns, new.hashes, self._buckets_of(new))
        return new

    def _not_stored(self, made: Made) -> Made:
        ids = made.columns[0]
        stored = self._stored(self._kind.name, ids) if self._may_be_stored(ids) else None
        return made.only([one not in stored for one in ids]) if stored else made

    def _buckets_of(self, made: Made) -> list[str]:
        """The bucket of each record; those of what is supplied from where others were are known."""
        if not self._kind.scoped:
            return [GLOBAL] * len(made.at)
        names = [field.name for _, field in self._references]
        supplied = list(zip(*(made.columns[at] for at, _ in self._references), strict=True))
        unknown = set(supplied) - self._buckets.keys()
        docs = {one: dict(zip(names, one, strict=True)) for one in unknown}
        finder = self.writing.buckets
        finder.expect(docs.values())
        self._buckets.update({one: finder.bucket(self._kind.name, doc) for one, doc in docs.items()})
        return list(map(self._buckets.__getitem__, supplied))

    def _looked_up(self, target: str, ids: set[str]) -> set[str]:
        """The ids that are those of records, as far as they were asked for: these, and others before."""
        known = self._known[target]
        if unknown := ids - known:
            known |= self._stored(target, unknown)
        return known

    def _may_be_stored(self, ids: Sequence[str]) -> bool:
        """Whether records with any of `ids` may be there: one question for numbers that came in order."""
        first, last = min(ids, default=""), max(ids, default="")
        joined, lengths = "".join(ids), {len(one) for one in ids}
        if not (joined.isascii() and joined.isdecimal() and len(lengths) == 1):
            return True  # databases do not agree on what is between other texts
        table = RECORDS[self._kind.name]
        between = select(table.c.id).where(table.c.id.between(first, last)).limit(1)
        return self.writing.connection.execute(between).first() is not None

    def _stored(self, kind: str, ids: Iterable[str]) -> set[str]:
        key, connection = RECORDS[kind].c.id, self.writing.connection
        return set(connection.execute(select(key).where(among(connection, key, ids))).scalars())
