"""The quick way for nearly every row of a large table: texts that need no interpretation, for records that are new.

What it takes it makes exactly what `data.importing.plan_import` would make of it; everything else it leaves to that.
"""

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import Connection, select

from data.errors import BadValueError
from data.importing import Row
from data.importing.rows import value_of
from data.kinds import LISTS, Doc, Field, FieldType, Json, Kind, canonical_value
from data.rows import chunks
from data.schema import RECORDS

_REMEMBERED = 100_000
_CUSTOMER_NUMBER_DIGITS = 10
_PHONE_DIGITS = range(3, 16)
_AS_THEY_ARE = frozenset({"number", "code"})

_NOT_PLAIN = object()
_Reading = Callable[[str], object]


class PlainRows:
    """Reads plain rows of one feed.

    Args:
        connection: Of the store.
        kind: What the rows become.
        fields: What their cells mean; `id` first.
    """

    def __init__(self, connection: Connection, kind: Kind, fields: Sequence[Field]) -> None:
        self._connection = connection
        self._kind = kind
        self._names = tuple(field.name for field in fields)
        required = {field.name for field in kind.fields if field.required}
        self._possible = required <= set(self._names) and not any(field.type in LISTS for field in fields)
        self._blank: Doc = {field.name: canonical_value(field, None) for field in kind.fields if not field.required}
        self._known: dict[str, set[str]] = {field.target: set() for field in fields if field.type is FieldType.REF}
        self._references = [(number, field.target) for number, field in enumerate(fields) if field.target]
        self._readings = tuple(self._reading(field) for field in fields)

    def new_docs(self, rows: Sequence[Row]) -> dict[int, Doc]:
        """The whole documents of the plain rows among `rows` whose records are not stored yet, by row number."""
        if not self._possible:
            return {}
        for number, target in self._references:
            self._look_up(target, {row.cells[number] for row in rows})
        table = RECORDS[self._kind.name]
        stored: set[str] = set()
        for some in chunks(row.cells[0] for row in rows):
            stored.update(self._connection.execute(select(table.c.id).where(table.c.id.in_(some))).scalars())
        found = ((row.number, self._doc(row)) for row in rows if row.cells[0] not in stored)
        return {number: doc for number, doc in found if doc is not None}

    def _doc(self, row: Row) -> Doc | None:
        values: list[Json] = []
        for reading, text in zip(self._readings, row.cells, strict=True):
            value = reading(text)
            if value is _NOT_PLAIN:
                return None
            values.append(value)  # type: ignore[arg-type]  # what is not plain has just left
        doc = {**self._blank, **dict(zip(self._names, values, strict=True))}
        if self._kind.name == "customer" and not (doc["transformer_area"] or doc["feeder"]):
            return None
        return {field.name: doc[field.name] for field in self._kind.fields}

    def _look_up(self, target: str, texts: Iterable[str]) -> None:
        """Learns which of `texts` are ids of records."""
        known = self._known[target]
        unknown = {text for text in texts if text} - known
        if len(known) + len(unknown) > _REMEMBERED:
            known.clear()
        table = RECORDS[target]
        for some in chunks(unknown):
            known.update(self._connection.execute(select(table.c.id).where(table.c.id.in_(some))).scalars())

    def _reading(self, field: Field) -> _Reading:
        """How a cell of this field is read; `_NOT_PLAIN` for what needs interpretation."""
        if field.type is FieldType.REF:
            known = self._known[field.target]
            return _or_nothing(field, lambda text: text if text in known else _NOT_PLAIN)
        if field.type is FieldType.TEXT and field.choices is None:
            return _or_nothing(field, _text_reading(self._kind, field))
        return _Remembered(self._kind, field).read


class _Remembered:
    """Reads a field that has few different values, by the import's own rules, each once."""

    def __init__(self, kind: Kind, field: Field) -> None:
        self._kind = kind
        self._field = field
        self._values: dict[str, object] = {}

    def read(self, text: str) -> object:
        """The value that `text` means."""
        if text not in self._values:
            if len(self._values) > _REMEMBERED:
                self._values.clear()
            self._values[text] = self._value(text)
        return self._values[text]

    def _value(self, text: str) -> object:
        try:
            return canonical_value(self._field, value_of(self._kind.name, self._field, text))
        except BadValueError:
            return _NOT_PLAIN


def _or_nothing(field: Field, reading: _Reading) -> _Reading:
    if field.required:
        return lambda text: reading(text) if text else _NOT_PLAIN
    return lambda text: reading(text) if text else None


def _text_reading(kind: Kind, field: Field) -> _Reading:
    if field.name == "phone":
        return _phone
    if field.name == "id" and kind.name == "customer":
        return _customer_number
    if field.name == "id" or field.name in _AS_THEY_ARE:
        return _word
    return _text


def _text(text: str) -> object:
    return text if text.isprintable() and " " not in text else _NOT_PLAIN


def _word(text: str) -> object:
    return text if text.isascii() and text.isalnum() else _NOT_PLAIN


def _customer_number(text: str) -> object:
    plain = len(text) == _CUSTOMER_NUMBER_DIGITS and text.isascii() and text.isdecimal()
    return text if plain else _NOT_PLAIN


def _phone(text: str) -> object:
    digits = text.replace("-", "")
    plain = digits.isascii() and digits.isdecimal() and len(digits) in _PHONE_DIGITS and "-" not in text[0] + text[-1]
    return text if plain else _NOT_PLAIN
