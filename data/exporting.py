"""Records as rows of a file, as an import takes them; phones of customers masked unless they are to be clear."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import Connection, select

from data.fields import LISTS, Doc, FieldType, Json, Kind
from data.importing import IMPORTABLE
from data.kinds import KINDS
from data.masking import for_caches
from data.store.rows import from_row
from data.store.schema import RECORDS

_ROWS_AT_ONCE = 2000
Cell = str | float | None


@dataclass(frozen=True, slots=True)
class Export:
    """What is exported.

    Attributes:
        what: One of `data.importing.IMPORTABLE`.
        buckets: Only what is in these; None: all.
        clear: Phones as they are.
    """

    what: str
    buckets: Sequence[str] | None = None
    clear: bool = False

    @property
    def kind(self) -> Kind:
        """The kind of its records."""
        return KINDS[IMPORTABLE[self.what]]

    @property
    def masks(self) -> bool:
        """Whether anything in it is masked."""
        return not self.clear and any(field.name == "phone" and field.personal for field in self.kind.fields)

    @property
    def header(self) -> list[str]:
        """The columns' names; what is masked has another than an import knows, so that none puts it back."""
        return [
            f"{field.name}_masked" if self.masks and field.personal and field.name == "phone" else field.name
            for field in self.kind.fields
        ]

    def describe(self) -> str:
        """What is asked for, in words for the audit trail."""
        limits = f" of {', '.join(self.buckets)}" if self.buckets is not None and self.kind.scoped else ""
        return f"{self.what}{limits}, phones {'clear' if self.clear else 'masked'}"

    def rows(self, connection: Connection) -> Iterator[list[Cell]]:
        """The records by id, streamed; lists are separated by `;`, flags are 1 or 0, empty cells None."""
        table = RECORDS[self.kind.name]
        wanted = select(table).order_by(table.c.id)
        if self.buckets is not None and self.kind.scoped:
            wanted = wanted.where(table.c.bucket.in_(self.buckets))
        with closing(connection.execute(wanted, execution_options={"yield_per": _ROWS_AT_ONCE})) as found:
            for row in found.mappings():
                doc = from_row(self.kind, row)
                yield self._cells(doc if self.clear else for_caches(self.kind, doc))

    def _cells(self, doc: Doc) -> list[Cell]:
        return [_cell(field.type, doc[field.name]) for field in self.kind.fields]


def _cell(kind: FieldType, value: Json) -> Cell:
    if kind in LISTS:
        return ";".join(str(one) for one in value) if isinstance(value, list) and value else None
    if kind is FieldType.FLAG:
        return "1" if value else "0"
    return float(value) if isinstance(value, int | float) else None if value is None else str(value)
