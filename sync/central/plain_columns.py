"""What the cells of a column mean, where they need no interpretation: whole columns at a time."""

from collections.abc import Callable, Mapping, Sequence

from data.errors import BadValueError
from data.fields import Field, FieldType, Kind, canonical_value
from data.importing.rows import CHECKED, value_of
from sync.central.lots import Texts

FLAGS: Mapping[str, str] = {"t": "1", "f": "0"}
"""How PostgreSQL writes a flag as text."""

NOT_PLAIN = object()
"""Stands where a cell needs interpretation."""

Read = tuple[Sequence[object], bool]
"""The values of a column, and whether all of its cells are plain."""

Reading = Callable[[Texts], Read]

_REMEMBERED = 100_000
_CUSTOMER_NUMBER_DIGITS = {10}
_PHONE_DIGITS = range(3, 16)
_AS_THEY_ARE = frozenset({"number", "code"})


def column_reading(kind: Kind, field: Field, codes: Mapping[str, str] | None) -> Reading:
    """How the columns of this field are read, by its code list where it has one."""
    if codes is not None or field.type is FieldType.REF or _needs_reading(field):
        return _FewTexts(kind, field, codes).read
    every, one = _tests(kind, field)
    empty = NOT_PLAIN if field.required else None

    def read(texts: Texts) -> Read:
        filled = "" not in texts
        if every(texts):
            return (texts, True) if filled else ([text or empty for text in texts], empty is None)
        values = [(text if one(text) else NOT_PLAIN) if text else empty for text in texts]
        return values, NOT_PLAIN not in values

    return read


class _FewTexts:
    """Reads columns that have few different texts: each of these once."""

    def __init__(self, kind: Kind, field: Field, codes: Mapping[str, str] | None) -> None:
        self._kind = kind
        self._field = field
        self._codes = codes
        self._test = None if _needs_reading(field) else _tests(kind, field)[1]
        self._meant: dict[str, object] = {}

    def read(self, texts: Texts) -> Read:
        """The values of a column."""
        different, meant = set(texts), self._meant
        if not different <= meant.keys():
            if len(meant) > _REMEMBERED:
                meant.clear()
            meant.update({text: self._value(text) for text in different if text not in meant})
        values = list(map(meant.__getitem__, texts))
        return values, NOT_PLAIN not in values

    def _value(self, text: str) -> object:
        if self._codes is not None:
            if text and text not in self._codes and self._codes is not FLAGS:
                return NOT_PLAIN
            text = self._codes.get(text, text)
        if self._test is None:
            return self._interpreted(text)
        if not text:
            return NOT_PLAIN if self._field.required else None
        return text if self._test(text) else NOT_PLAIN

    def _interpreted(self, text: str) -> object:
        """What the import's own rules make of a text."""
        try:
            return canonical_value(self._field, value_of(self._kind.name, self._field, text))
        except BadValueError:
            return NOT_PLAIN


def _needs_reading(field: Field) -> bool:
    """Whether a text of this field is never simply what it says."""
    return field.type not in {FieldType.TEXT, FieldType.REF} or field.choices is not None or field.name in CHECKED


def _tests(kind: Kind, field: Field) -> tuple[Callable[[Texts], bool], Callable[[str], bool]]:
    """Whether all texts of a column are plain, as far as that can be told at once, and whether one is."""
    if field.name == "phone":
        return _are_phones, _is_phone
    if field.name == "id" and kind.name == "customer":
        return _are_customer_numbers, _is_customer_number
    if field.name == "id" or field.name in _AS_THEY_ARE:
        return _are_words, _is_word
    return _are_texts, _is_text


def _are_texts(texts: Texts) -> bool:
    return _is_text("".join(texts))


def _is_text(text: str) -> bool:
    return text.isprintable() and " " not in text


def _are_words(texts: Texts) -> bool:
    return _is_word("".join(texts))


def _is_word(text: str) -> bool:
    return text.isascii() and text.isalnum()


def _are_customer_numbers(texts: Texts) -> bool:
    joined = "".join(texts)
    return joined.isascii() and joined.isdecimal() and set(map(len, texts)) == _CUSTOMER_NUMBER_DIGITS


def _is_customer_number(text: str) -> bool:
    return _are_customer_numbers([text])


def _are_phones(texts: Texts) -> bool:
    lines = "\n".join(["", *texts, ""])
    numbers = lines.replace("-", "").split("\n")
    digits = "".join(numbers)
    plain = digits.isascii() and digits.isdecimal() and len(numbers) == len(texts) + 2
    return plain and {0, *_PHONE_DIGITS}.issuperset(map(len, numbers)) and "\n-" not in lines and "-\n" not in lines


def _is_phone(text: str) -> bool:
    digits = text.replace("-", "")
    return digits.isascii() and digits.isdecimal() and len(digits) in _PHONE_DIGITS and "-" not in text[0] + text[-1]
