"""The quick way for nearly every row of a large table: texts that need no interpretation, as new records.

What it takes it makes exactly what `data.importing.plan_import` would make of it; everything else it leaves to that.
A record is made of its row alone, while nobody waits for the store; `sync.central.new_records` then stores it, where
the store has all that it refers to.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from typing import Any, NamedTuple

from data.fields import Field, FieldType, Kind, canonical_value
from data.importing.columns import fields_of
from data.kinds import CUSTOMER, KINDS
from data.masking import columns_for_caches
from data.store.set_hash import value_hashes
from sync.central.lots import Texts
from sync.central.mapping import Feed
from sync.central.plain_columns import FLAGS, NOT_PLAIN, Reading, column_reading

_NOT_MADE = {FieldType.TEXTS, FieldType.JSON}


class Made(NamedTuple):
    """The records that the plain ones of some rows make.

    Attributes:
        at: Their rows' places, in order.
        columns: The values of each field of their kind.
        hashes: Of each record.
    """

    at: Sequence[int]
    columns: Sequence[Sequence[Any]]
    hashes: Sequence[bytes]

    def only(self, wanted: Sequence[bool]) -> "Made":
        """Those of the records for which it is true."""
        columns = [list(compress(column, wanted)) for column in self.columns]
        return Made(list(compress(self.at, wanted)), columns, list(compress(self.hashes, wanted)))


NONE = Made((), (), ())


class PlainRows:
    """Makes records of the plain rows of one feed.

    Args:
        kind: What the rows become.
        fields: What their cells mean; `id` first.
        codes: The code lists of cells, by number.
    """

    def __init__(self, kind: Kind, fields: Sequence[Field], codes: Mapping[int, Mapping[str, str]]) -> None:
        self._kind = kind
        self._named = [field.name for field in fields]
        others = [field for field in kind.fields if field.name not in self._named]
        whole = not any(field.required for field in others)
        possible = whole and not any(field.type in _NOT_MADE for field in (*fields, *kind.fields))
        self._readings: list[Reading] = []
        if possible:
            self._readings = [column_reading(kind, field, codes.get(number)) for number, field in enumerate(fields)]
            self._blank = {field.name: canonical_value(field, None) for field in others}

    def made(self, cells: Sequence[Texts]) -> Made:
        """The records that the plain ones of some rows make, if there are none yet.

        Args:
            cells: The rows' columns.
        """
        if not self._readings:
            return NONE
        rows = len(cells[0])
        read = [reading(texts) for reading, texts in zip(self._readings, cells, strict=True)]
        columns: dict[str, Sequence[object]] = {name: [value] * rows for name, value in self._blank.items()}
        columns |= {name: values for name, (values, _) in zip(self._named, read, strict=True)}
        wanted = self._wanted(columns, [values for values, plain in read if not plain])
        ordered = [columns[name] for name in self._kind.by_name]
        at = list(range(rows))
        if wanted is not None:
            ordered = [list(compress(column, wanted)) for column in ordered]
            at = list(compress(at, wanted))
        shown = columns_for_caches(self._kind, ordered)
        return Made(at, ordered, value_hashes(self._kind, zip(*shown, strict=True)))

    def _wanted(
        self, columns: Mapping[str, Sequence[object]], odd: Sequence[Sequence[object]]
    ) -> Sequence[bool] | None:
        """Of each row whether it makes a record; None where all do."""
        if self._kind is CUSTOMER:
            supplied = list(zip(columns["transformer_area"], columns["feeder"], strict=True))
            if (None, None) in supplied:
                odd = [*odd, [NOT_PLAIN if one == (None, None) else one for one in supplied]]
        return [NOT_PLAIN not in values for values in zip(*odd, strict=True)] if odd else None


def code_lists(feed: Feed, fields: Sequence[Field]) -> dict[int, Mapping[str, str]]:
    """The code list of each cell that has one, by the cell's number."""
    found: dict[int, Mapping[str, str]] = {}
    for number, known in enumerate(fields):
        codes = feed.values[known.name].codes
        if codes is not None:
            found[number] = codes
        elif known.type is FieldType.FLAG:
            found[number] = FLAGS
    return found


def fields_named(kind: str, names: Iterable[str]) -> tuple[Field, ...]:
    """The fields with these names, as a mapping file may name them."""
    by_name = {one.name: one for one in fields_of(KINDS[kind])}
    return tuple(by_name[name] for name in names)
