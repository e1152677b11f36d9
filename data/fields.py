"""How a kind of record is described: its fields, their types, and the one form in which a value is stored."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import cached_property

from data.clock import from_iso, to_iso
from data.errors import BadValueError

_NO_CHARACTER = re.compile("[\0\ud800-\udfff]")
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Doc = dict[str, Json]
"""One record as plain JSON values: every field of its kind by name, None where nothing is known."""


class FieldType(Enum):
    """How a field's value looks in a `Doc`."""

    TEXT = "text"
    REAL = "real"
    FLAG = "flag"
    TIME = "time"
    """ISO 8601 text in UTC, as `data.clock.to_iso` writes it."""
    REF = "ref"
    """The id of a record of kind `target`."""
    REFS = "refs"
    """A sorted list of ids of records of kind `target`."""
    TEXTS = "texts"
    JSON = "json"

    __hash__ = object.__hash__  # members are unique; what Enum has is Python code, and is called for every cell


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind.

    Attributes:
        name: The name in code, in English headers and in documents.
        headers: Chinese headers under which import files carry it.
        type: How its values look.
        target: For REF and REFS, the kind referred to.
        choices: Accepted values; an import also takes the Chinese word that is the key's value.
        personal: Masked by role before it leaves the hub.
        required: May not be empty.
        later: Came after the first release: empty in caches that do not have it yet, and then not in a record's hash.
            Stands after every field that is not, and is neither required nor searched.
    """

    name: str
    headers: tuple[str, ...] = ()
    type: FieldType = FieldType.TEXT
    target: str = ""
    choices: Mapping[str, str] | None = None
    personal: bool = False
    required: bool = False
    later: bool = False


@dataclass(frozen=True)
class Kind:
    """One kind of record.

    Attributes:
        name: The name in code, of its table, and in answers.
        label: What people call it.
        fields: Its fields; `id` comes first.
        named: An agent can find it by its `name`.
        codes: Fields that an agent can type as a code or number.
        scoped: A device may be held to those of some branches: each is in the bucket of one.
        urgent: Small changes are told at once, not only that there are some. Never of a scoped kind.
    """

    name: str
    label: str
    fields: tuple[Field, ...]
    named: bool = True
    codes: tuple[str, ...] = ()
    scoped: bool = False
    urgent: bool = False

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """The fields by name."""
        return {field.name: field for field in self.fields}

    def canonical(self, doc: Mapping[str, Json]) -> Doc:
        """`doc` with every field of the kind, in order, in its canonical form.

        Raises:
            BadValueError: a value does not fit its field.
        """
        return {field.name: canonical_value(field, doc.get(field.name)) for field in self.fields}


def canonical_value(field: Field, value: Json | datetime) -> Json:  # noqa: PLR0911 - one line a type
    """`value` in the one form in which it is stored and compared; empty text is None.

    Raises:
        BadValueError: it does not fit the field, or is empty where something is required.
    """
    if value is None or value == "":
        if field.required:
            raise BadValueError(field.name, "", "must not be empty")
        return False if field.type is FieldType.FLAG else [] if field.type in LISTS else None
    match field.type:
        case FieldType.TEXT | FieldType.REF:
            return _text(field, value)
        case FieldType.REAL:
            return _number(field, value)
        case FieldType.FLAG:
            return _flag(field, value)
        case FieldType.TIME:
            return to_iso(value if isinstance(value, datetime) else from_iso(str(value), field.name))
        case FieldType.REFS:
            return [*sorted(set(_texts(field, value)))]
        case FieldType.TEXTS:
            return [*dict.fromkeys(_texts(field, value))]
        case FieldType.JSON:
            return value if not isinstance(value, datetime) else to_iso(value)


LISTS = frozenset({FieldType.REFS, FieldType.TEXTS})

EMPTY: tuple[Json, ...] = (None, False, [])
"""What a field holds where nothing is known."""


def _text(field: Field, value: Json | datetime) -> str:
    if not isinstance(value, str | int):
        raise BadValueError(field.name, value, "must be text")
    text = _storable(field, str(value).strip())
    if field.choices is not None and text not in field.choices:
        raise BadValueError(field.name, text, "must be one of " + ", ".join(field.choices))
    return text


def _texts(field: Field, value: Json | datetime) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise BadValueError(field.name, value, "must be a list of texts")
    return [_storable(field, str(item)) for item in value if item]


def _storable(field: Field, text: str) -> str:
    """`text`, if every database and file can hold it: half a surrogate pair comes of bytes that are no UTF-8."""
    if _NO_CHARACTER.search(text):
        raise BadValueError(field.name, text, "holds characters that are none: is the text in another encoding?")
    return text


def _number(field: Field, value: Json | datetime) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever it is, float() says so
    except (TypeError, ValueError):
        raise BadValueError(field.name, value, "must be a number") from None
    if not math.isfinite(number):
        raise BadValueError(field.name, value, "must be a finite number")
    return number


def _flag(field: Field, value: Json | datetime) -> bool:
    if value in (True, False):
        return bool(value)
    raise BadValueError(field.name, value, "must be true or false")


def text_list(value: Json) -> list[str]:
    """The value of a REFS or TEXTS field as a list."""
    return [str(item) for item in value] if isinstance(value, list) else []


def canonical_json(value: Json) -> str:
    """The one JSON text of `value`: sorted keys, no spaces, UTF-8 characters as they are."""
    return _CANONICAL.encode(value)
