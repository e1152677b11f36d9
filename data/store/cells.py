"""A document's values as database cells and back, the same for the hub's store and for caches."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from data.fields import Doc, Field, FieldType

JSON_TYPES = frozenset({FieldType.REFS, FieldType.TEXTS, FieldType.JSON})
_FLAG = FieldType.FLAG


def to_cells(fields: Iterable[Field], doc: Doc) -> list[Any]:
    """The values of these fields; lists and JSON become text."""
    return [json.dumps(doc[f.name], ensure_ascii=False) if f.type in JSON_TYPES else doc[f.name] for f in fields]


def cell_columns(fields: Iterable[Field], columns: Iterable[Sequence[Any]]) -> list[Sequence[Any]]:
    """What `to_cells` makes of many documents, by columns: the values of each of these fields."""
    return [
        [json.dumps(one, ensure_ascii=False) for one in values] if field.type in JSON_TYPES else values
        for field, values in zip(fields, columns, strict=True)
    ]


def from_cells(fields: Iterable[Field], cells: Sequence[Any]) -> Doc:
    """The document in cells that `to_cells` made."""
    return {
        field.name: json.loads(cell) if field.type in JSON_TYPES else bool(cell) if field.type is _FLAG else cell
        for field, cell in zip(fields, cells, strict=True)
    }
