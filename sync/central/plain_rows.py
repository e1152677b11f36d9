"""The quick way for nearly every row of a large table: texts that need no interpretation, as new records.

What it takes it makes exactly what `data.importing.plan_import` would make of it; everything else it leaves to that.
A record is made of its row alone, while nobody waits for the store; `sync.central.new_records` then stores it, where
the store has all that it refers to.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from operator import itemgetter

from data.errors import BadValueError
from data.fields import Doc, Field, FieldType, Json, Kind, canonical_value
from data.importing.columns import fields_of
from data.importing.rows import value_of
from data.kinds import KINDS
from data.masking import for_caches
from data.store.cells import JSON_TYPES
from data.store.set_hash import hash_bytes, row_hash
from sync.central.mapping import Feed

FLAGS: Mapping[str, str] = {"t": "1", "f": "0"}
"""How PostgreSQL writes a flag as text."""

Made = tuple[tuple[Json, ...], bytes]
"""The values of a new record in the order of its kind's fields, and its hash."""

_REMEMBERED = 100_000
_CUSTOMER_NUMBER_DIGITS = 10
_PHONE_DIGITS = range(3, 16)
_AS_THEY_ARE = frozenset({"number", "code"})

_NOT_PLAIN = object()
_Reading = Callable[[str], object]
_ColumnReading = Callable[[Sequence[str]], Iterable[object]]


class PlainRows:
    """Makes records of the plain rows of one feed.

    Args:
        kind: What the rows become.
        fields: What their cells mean; `id` first.
        codes: The code lists of cells, by number.
    """

    def __init__(self, kind: Kind, fields: Sequence[Field], codes: Mapping[int, Mapping[str, str]]) -> None:
        self._kind = kind
        named = [field.name for field in fields]
        others = [field for field in kind.fields if field.name not in named]
        whole = not any(field.required for field in others)
        self._possible = whole and not any(field.type in JSON_TYPES for field in (*fields, *kind.fields))
        if not self._possible:
            return
        self._blank = tuple(canonical_value(field, None) for field in others)
        stands_at = {name: number for number, name in enumerate(chain(named, (field.name for field in others)))}
        self._in_order = itemgetter(*(stands_at[field.name] for field in kind.fields))
        self._readings = [_column_reading(kind, field, codes.get(number)) for number, field in enumerate(fields)]

    def made(self, rows: Sequence[tuple[str, ...]]) -> list[Made | None]:
        """The record that each row makes, if there is none yet; None for a row that is not plain.

        Args:
            rows: The cells of each.
        """
        if not self._possible or not rows:
            return [None] * len(rows)
        columns = [read(texts) for read, texts in zip(self._readings, zip(*rows, strict=True), strict=True)]
        return [None if _NOT_PLAIN in values else self._record(values) for values in zip(*columns, strict=True)]

    def _record(self, values: tuple[object, ...]) -> Made | None:
        ordered: tuple[Json, ...] = self._in_order(values + self._blank)
        doc: Doc = dict(zip(self._kind.by_name, ordered, strict=True))
        if self._kind.name == "customer" and not (doc["transformer_area"] or doc["feeder"]):
            return None
        return ordered, hash_bytes(row_hash(self._kind, for_caches(self._kind, doc)))


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


class _Remembered(dict[str, object]):
    """What texts mean, each read once: for a column that has few different ones."""

    def __init__(self, reading: _Reading) -> None:
        super().__init__()
        self._reading = reading

    def __missing__(self, text: str) -> object:
        if len(self) > _REMEMBERED:
            self.clear()
        value = self[text] = self._reading(text)
        return value

    def column(self, texts: Sequence[str]) -> Iterable[object]:
        """The values of a column."""
        return map(self.__getitem__, texts)


def _column_reading(kind: Kind, field: Field, codes: Mapping[str, str] | None) -> _ColumnReading:
    """How the cells of this field are read; `_NOT_PLAIN` for what needs interpretation."""
    reading = _reading(kind, field)
    if codes is not None:
        return _Remembered(_decoding(reading, codes)).column
    if _has_few(field):
        return _Remembered(reading).column
    return lambda texts: [reading(text) for text in texts]


def _decoding(reading: _Reading, codes: Mapping[str, str]) -> _Reading:
    def decoded(text: str) -> object:
        if text and text not in codes and codes is not FLAGS:
            return _NOT_PLAIN
        return reading(codes.get(text, text))

    return decoded


def _has_few(field: Field) -> bool:
    """Whether a column of this field has few different texts."""
    return field.type is not FieldType.TEXT or field.choices is not None


def _reading(kind: Kind, field: Field) -> _Reading:
    if field.type is not FieldType.REF and _has_few(field):
        return lambda text: _interpreted(kind, field, text)
    plain, empty = _text_reading(kind, field), _NOT_PLAIN if field.required else None
    return lambda text: plain(text) if text else empty


def _interpreted(kind: Kind, field: Field, text: str) -> object:
    """What the import's own rules make of a text."""
    try:
        return canonical_value(field, value_of(kind.name, field, text))
    except BadValueError:
        return _NOT_PLAIN


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
