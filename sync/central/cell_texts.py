"""A value of a central system as the text that an import file would hold."""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any

_WHOLE_UP_TO = 1e15  # a float keeps every digit of a whole number below this


def cell_text(value: object) -> str:
    """`value` as text; empty for None, 1 and 0 for a flag, no needless zeros after a decimal point."""
    if type(value) is str:  # nearly all
        return value
    for kind, text in _TEXTS:
        if isinstance(value, kind):
            return text(value)
    return str(value)


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < _WHOLE_UP_TO else repr(value)


_TEXTS: tuple[tuple[type | UnionType, Callable[[Any], str]], ...] = (
    (NoneType, lambda _: ""),
    (str, str),
    (bool, lambda value: "1" if value else "0"),
    (Decimal, lambda value: format(value, "f")),
    (float, _number),
    (datetime, lambda value: value.isoformat(" ")),
    (date | time, lambda value: value.isoformat()),
    (bytes | bytearray | memoryview, lambda value: bytes(value).decode("utf-8", "surrogateescape")),
)
