"""Rows of a central system as records of the store."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from data.fields import Doc
from data.importing import Accepted, Columns, ImportOptions, Problem, Rejected, Row, plan_import
from data.kinds import KINDS
from data.names.pinyin import readings_of
from data.store.rows import get_docs
from data.store.store import Writing
from data.store.stored_records import StoredRecords
from sync.central.lots import SourceRow, Texts
from sync.central.mapping import Feed
from sync.central.new_records import NewRecords
from sync.central.outcomes import Taken
from sync.central.plain_columns import FLAGS
from sync.central.plain_rows import Made, PlainRows, code_lists, fields_named

_NO_CHARACTER = re.compile("[\0\ud800-\udfff]")


class Target(Protocol):
    """Where the rows of a feed go."""

    def made(self, cells: Sequence[Texts]) -> Made:
        """The new records that the plain ones of some rows would make; `cells` are their columns."""
        ...

    def add_made(self, writing: Writing, made: Made) -> Made:
        """Stores new records of those that were made; answers which."""
        ...

    def take(self, writing: Writing, rows: Sequence[SourceRow]) -> Iterator[Taken | Rejected]:
        """What became of each row, by its place among these; the stored ones are written."""
        ...

    def delete(self, writing: Writing, ids: Iterable[str]) -> int:
        """Removes records; how many there were."""
        ...


class RecordTarget:
    """Stores the rows of a feed as records of its kind, by the rules of an import.

    A field that the mapping names takes what the source says, also nothing; every other field stays as it is.

    Args:
        feed: What the mapping says.
        names: The fields of the rows' cells.
    """

    def __init__(self, feed: Feed, names: Iterable[str]) -> None:
        self._kind = KINDS[feed.kind]
        fields = fields_named(feed.kind, names)
        self._columns = Columns(self._kind, tuple(one.name for one in fields), fields)
        self._codes = code_lists(feed, fields)
        self._plain = PlainRows(self._kind, fields, self._codes)
        self._new: NewRecords | None = None

    def made(self, cells: Sequence[Texts]) -> Made:
        """The new records that the plain ones of some rows would make; `cells` are their columns."""
        return self._plain.made(cells)

    def add_made(self, writing: Writing, made: Made) -> Made:
        """Stores new records of those that were made; answers which."""
        if not made.at:
            return made
        if self._new is None:
            self._new = NewRecords(writing, self._kind)
        elif self._new.writing is not writing:
            self._new.go_on(writing)
        return self._new.add(made)

    def take(self, writing: Writing, rows: Sequence[SourceRow]) -> Iterator[Taken | Rejected]:
        """What became of each row, by its place among these; the stored ones are written."""
        translated = [self._translated(Row(number, row.cells)) for number, row in enumerate(rows)]
        yield from (one for one in translated if isinstance(one, Rejected))
        yield from self._planned(writing, [one for one in translated if isinstance(one, Row)])

    def delete(self, writing: Writing, ids: Iterable[str]) -> int:
        """Removes records; how many there were."""
        return writing.delete(self._kind.name, ids)

    def _translated(self, row: Row) -> Row | Rejected:
        cells, problems = list(row.cells), list[Problem]()
        if not "".join(cells).isprintable():
            problems += [
                Problem(header, repr(cell), "holds characters that are none: is the column in another encoding?")
                for header, cell in zip(self._columns.header, cells, strict=True)
                if _NO_CHARACTER.search(cell)
            ]
        for number, codes in self._codes.items():
            code = cells[number]
            if code in codes:
                cells[number] = codes[code]
            elif code and codes is not FLAGS:
                problems.append(Problem(self._columns.header[number], code, "this code is not in the code list"))
        return Rejected(row.number, tuple(problems)) if problems else Row(row.number, tuple(cells))

    def _planned(self, writing: Writing, rows: list[Row]) -> Iterator[Taken | Rejected]:
        if not rows:
            return
        options = ImportOptions(readings_of, clear=True)
        planned = list(plan_import(self._columns, rows, StoredRecords(writing.connection), options))
        accepted = [one for one in planned if isinstance(one, Accepted)]
        own = [one for one in accepted if one.row is not None]
        before = get_docs(writing.connection, self._kind.name, [one.id for one in own])
        for kind in dict.fromkeys(one.kind for one in accepted):
            writing.put_many(kind, (one.doc for one in accepted if one.kind == kind))
        if self._new is not None:
            self._new.others_came()
        yield from (one for one in planned if isinstance(one, Rejected))
        for one in own:
            yield Taken(one.row or 0, one.id, before.get(one.id), self._after(before.get(one.id), one.doc))

    def _after(self, before: Doc | None, said: Doc) -> Doc:
        return {**before, **said} if before is not None else self._kind.canonical(said)
