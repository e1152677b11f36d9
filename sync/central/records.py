"""Rows of a central system as records of the store."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Protocol

from data.importing import Accepted, Columns, ImportOptions, Problem, Rejected, Row, plan_import
from data.importing.columns import fields_of
from data.kinds import KINDS, Doc, Field, FieldType
from data.pinyin import readings_of
from data.rows import get_docs
from data.store import Writing
from data.stored_records import StoredRecords
from sync.central.mapping import Feed
from sync.central.outcomes import Taken
from sync.central.plain_rows import PlainRows

_TOGETHER = 1000
_TREES = frozenset({"area", "branch"})
_NO_CHARACTER = re.compile("[\0\ud800-\udfff]")
_FLAGS = {"t": "1", "f": "0"}
"""How PostgreSQL writes a flag as text."""


class Target(Protocol):
    """Where the rows of a feed go."""

    def take(self, rows: Iterable[Row]) -> Iterator[Taken | Rejected]:
        """What became of each row; the stored ones are written."""
        ...

    def delete(self, ids: Iterable[str]) -> int:
        """Removes records; how many there were."""
        ...


class RecordTarget:
    """Stores the rows of a feed as records of its kind, by the rules of an import.

    A field that the mapping names takes what the source says, also nothing; every other field stays as it is.

    Args:
        writing: The transaction.
        feed: What the mapping says.
        names: The fields of the rows' cells.
    """

    def __init__(self, writing: Writing, feed: Feed, names: Iterable[str]) -> None:
        self._writing = writing
        self._kind = KINDS[feed.kind]
        by_name = {one.name: one for one in fields_of(self._kind)}
        fields = tuple(by_name[name] for name in names)
        self._columns = Columns(self._kind, tuple(one.name for one in fields), fields)
        self._codes = _code_lists(feed, fields)
        self._plain = PlainRows(writing.connection, self._kind, fields)

    def take(self, rows: Iterable[Row]) -> Iterator[Taken | Rejected]:
        """What became of each row: rows with unknown codes are rejected first, the others go the way of an import."""
        remaining = iter(rows)
        while some := list(islice(remaining, None if self._kind.name in _TREES else _TOGETHER)):
            translated = [self._translated(row) for row in some]
            yield from (one for one in translated if isinstance(one, Rejected))
            good = [one for one in translated if isinstance(one, Row)]
            plain = self._plain.new_docs(good)
            self._writing.put_many(self._kind.name, plain.values())
            yield from (Taken(number, str(doc["id"]), None, doc) for number, doc in plain.items())
            yield from self._planned([one for one in good if one.number not in plain])

    def delete(self, ids: Iterable[str]) -> int:
        """Removes records; how many there were."""
        return self._writing.delete(self._kind.name, ids)

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
            elif code and codes is not _FLAGS:
                problems.append(Problem(self._columns.header[number], code, "this code is not in the code list"))
        return Rejected(row.number, tuple(problems)) if problems else Row(row.number, tuple(cells))

    def _planned(self, rows: list[Row]) -> Iterator[Taken | Rejected]:
        if not rows:
            return
        options = ImportOptions(readings_of, clear=True)
        planned = list(plan_import(self._columns, rows, StoredRecords(self._writing.connection), options))
        accepted = [one for one in planned if isinstance(one, Accepted)]
        own = [one for one in accepted if one.row is not None]
        before = get_docs(self._writing.connection, self._kind.name, [one.id for one in own])
        for kind in dict.fromkeys(one.kind for one in accepted):
            self._writing.put_many(kind, (one.doc for one in accepted if one.kind == kind))
        yield from (one for one in planned if isinstance(one, Rejected))
        for one in own:
            yield Taken(one.row or 0, one.id, before.get(one.id), self._after(before.get(one.id), one.doc))

    def _after(self, before: Doc | None, said: Doc) -> Doc:
        return {**before, **said} if before is not None else self._kind.canonical(said)


def _code_lists(feed: Feed, fields: tuple[Field, ...]) -> dict[int, Mapping[str, str]]:
    """The code list of each cell that has one."""
    found: dict[int, Mapping[str, str]] = {}
    for number, known in enumerate(fields):
        codes = feed.values[known.name].codes
        if codes is not None:
            found[number] = codes
        elif known.type is FieldType.FLAG:
            found[number] = _FLAGS
    return found
