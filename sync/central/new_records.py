"""Storing what plain rows make: records that the store does not have, referring to records that it has."""

from collections.abc import Iterable, Sequence
from itertools import chain

from sqlalchemy import func, select

from data.fields import FieldType, Kind
from data.store import change_log
from data.store.among import among
from data.store.schema import RECORDS
from data.store.set_hash import GLOBAL
from data.store.store import Writing
from sync.central.plain_rows import Made

_MANY = 100
"""Of a kind that others refer to, there are some thousand at most: so many are not asked for one by one."""

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
        self._greatest: str | None = None
        self._head = change_log.head(writing.connection)

    def go_on(self, writing: Writing) -> None:
        """Goes on in the next transaction; what was looked up is forgotten only where somebody else wrote meanwhile."""
        own, self.writing = self.writing.revision or self._head, writing
        self._head = change_log.head(writing.connection)
        if self._head != own:
            self._buckets.clear()
            self._greatest = None
            for known in self._known.values():
                known.clear()

    def others_came(self) -> None:
        """Other records of the kind were stored in between, in these transactions."""
        self._greatest = None

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
            self._greatest = max(self._greatest or "", *new.columns[0])
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
        known, finder = self._buckets, self.writing.buckets
        docs = {one: dict(zip(names, one, strict=True)) for one in set(supplied) if one not in known}
        finder.expect(docs.values())
        known.update({one: finder.bucket(self._kind.name, doc) for one, doc in docs.items()})
        return list(map(known.__getitem__, supplied))

    def _looked_up(self, target: str, ids: set[str]) -> set[str]:
        """The ids that are those of records, as far as they were asked for: these, and others before."""
        known = self._known[target]
        if not ids <= known:
            unknown = ids - known
            known |= self._stored(target, unknown if len(unknown) < _MANY else None)
        return known

    def _may_be_stored(self, ids: Sequence[str]) -> bool:
        """Whether records with any of `ids` may be there: no question at all for numbers that come in order."""
        joined, length = "".join(ids), len(ids[0]) if ids else 0
        if not (joined.isascii() and joined.isdecimal() and set(map(len, ids)) == {length}):
            return True  # databases do not agree on the order of other texts
        key, connection = RECORDS[self._kind.name].c.id, self.writing.connection
        if self._greatest is None:
            self._greatest = connection.execute(select(func.max(key))).scalar_one() or ""
        greatest = self._greatest
        beyond = greatest.isascii() and greatest.isdecimal() and len(greatest) == length and min(ids) > greatest
        if beyond or not greatest:
            return False
        between = select(key).where(key.between(min(ids), max(ids))).limit(1)
        return connection.execute(between).first() is not None

    def _stored(self, kind: str, ids: Iterable[str] | None) -> set[str]:
        """Those of `ids` that are those of records; None: all."""
        key, connection = RECORDS[kind].c.id, self.writing.connection
        found = select(key) if ids is None else select(key).where(among(connection, key, ids))
        return set(connection.execute(found).scalars())
