"""A row of texts as a partial document: what people type, in the canonical form."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from data.errors import BadValueError
from data.field_checks import email_trouble, fax_trouble, postcode_trouble
from data.fields import LISTS, Doc, Field, FieldType, Json, canonical_value
from data.importing.columns import Columns
from data.importing.csv_rows import Row
from data.importing.outcomes import Problem
from data.names.area_codes import VALID_CODE

_FLAGS: Mapping[str, bool] = dict.fromkeys(("是", "yes", "y", "true", "1", "√", "有"), True) | dict.fromkeys(
    ("否", "no", "n", "false", "0", "×", "无"), False
)
_UNIT = re.compile(r"\s*(kva|kv|千伏安|千伏)$", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?|\d+(\.\d+)?")
_SHORTENED = re.compile(r"\d(\.\d+)?e\+\d+", re.IGNORECASE)
_PHONE = re.compile(r"\+?\d[\d ()-]*\d")
_PHONE_DIGITS = (3, 15)
_BETWEEN_PHONES = re.compile(r"\s*[;,、/]\s*")
_CUSTOMER_NUMBER = re.compile(r"[0-9]{10}")
CHECKED = {"email": email_trouble, "fax": fax_trouble, "postcode": postcode_trouble}
"""By field, what is wrong with a text."""

_IDENTIFIERS = frozenset({"id", "number", "code", "phone", "postcode", "fax"})
_REFERENCES = frozenset({FieldType.REF, FieldType.REFS})


@dataclass(slots=True)
class Draft:
    """A row on its way: what it says so far, and what is wrong with it.

    Attributes:
        doc: Fields that the row says something about; references still as they are written.
    """

    row: int
    columns: Columns
    doc: Doc = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The record's id; empty if the row has none."""
        return str(self.doc.get("id") or "")

    def refuse(self, field_name: str, value: object, reason: str) -> None:
        """Notes what is wrong with a field."""
        self.problems.append(Problem(self.columns.header_of(field_name), str(value or ""), reason))


def draft_row(columns: Columns, row: Row, *, clear: bool) -> Draft:
    """What a row says, field by field.

    Args:
        columns: What its cells mean.
        row: As it was read.
        clear: An empty cell empties the field; otherwise it says nothing.
    """
    draft = Draft(row.number, columns)
    if row.fault:
        draft.problems.append(Problem("", " ".join(row.cells), row.fault))
        return draft
    surplus = [cell for cell in row.cells[len(columns.header) :] if cell]
    if surplus:
        draft.problems.append(Problem("", surplus[0], "more cells than the header has columns: is a comma unquoted?"))
        return draft
    for known, text in columns.cells(row):
        if not text and not clear and known.name != "id":
            continue
        try:
            draft.doc[known.name] = value_of(columns.kind.name, known, text)
        except BadValueError as error:
            draft.refuse(known.name, text, error.reason)
    return draft


def value_of(kind: str, known: Field, text: str) -> Json:
    """The value that `text` means for a field; references stay texts.

    Raises:
        BadValueError: it means none.
    """
    text = " ".join(text.split())
    if known.name in _IDENTIFIERS or known.type in _REFERENCES:
        text = _identifier(known, text)
    if not text:
        return canonical_value(known, None)
    if known.type in LISTS:
        return [item.strip() for item in re.split("[;；]", text) if item.strip()]
    if known.type is FieldType.FLAG:
        return _flag(known, text)
    if known.type is FieldType.REAL:
        return _amount(known, text)
    if known.choices is not None:
        return _choice(known, text)
    return canonical_value(known, _checked(kind, known, text))


def _identifier(known: Field, text: str) -> str:
    """`text` without what spreadsheets wrap around numbers, such as ="2114000001", '2114000001 or 2114000001.0."""
    if text.isascii() and text.isalnum():
        return text  # nearly all of a million rows
    text = unicodedata.normalize("NFKC", text) if known.type is FieldType.TEXT else text
    text = re.sub(r'^="(.*)"$', r"\1", text).removeprefix("'").strip()
    if _SHORTENED.fullmatch(text):
        raise BadValueError(known.name, text, "a spreadsheet has shortened this number: format the column as text")
    return text.partition(".")[0] if re.fullmatch(r"\d+\.0+", text) else text


def _flag(known: Field, text: str) -> bool:
    flag = _FLAGS.get(text.casefold())
    if flag is None:
        raise BadValueError(known.name, text, "must be 是 or 否 (yes, no, 1, 0)")
    return flag


def _amount(known: Field, text: str) -> float:
    digits = _UNIT.sub("", unicodedata.normalize("NFKC", text))
    if not _NUMBER.fullmatch(digits):
        raise BadValueError(known.name, text, "must be a number from 0, such as 1250 or 1,250 kVA")
    return float(digits.replace(",", ""))


def _choice(known: Field, text: str) -> str:
    """The key that `text` is or whose Chinese word it is; 村 too, as no other word than 村社区 has it in it."""
    choices = known.choices or {}
    exact = [key for key, word in choices.items() if text.casefold() == key or text == word]
    matches = exact or [key for key, word in choices.items() if text in word]
    if len(matches) == 1:
        return matches[0]
    listed = ", ".join(f"{key} ({word})" for key, word in choices.items())
    raise BadValueError(known.name, text, f"must be one of {listed}")


def _checked(kind: str, known: Field, text: str) -> str:
    if known.name == "phone":
        return _phone(known, text)
    if known.name in CHECKED and (trouble := CHECKED[known.name](text)):
        raise BadValueError(known.name, text, trouble)
    if kind == "customer" and known.name == "id" and not _CUSTOMER_NUMBER.fullmatch(text):
        raise BadValueError(known.name, text, "a customer number has 10 digits")
    if kind == "area" and known.name == "code":
        text = text.lower()
        if not VALID_CODE.fullmatch(text):
            raise BadValueError(known.name, text, "an area code is made of the letters a to z and digits")
    return text


def _phone(known: Field, text: str) -> str:
    few, many = _PHONE_DIGITS
    # A customer may have several; a contact's is there to be dialled.
    for number in _BETWEEN_PHONES.split(text) if known.personal else [text]:
        if not _PHONE.fullmatch(number) or not few <= sum(character.isdigit() for character in number) <= many:
            raise BadValueError(known.name, text, f"a phone number has {few} to {many} digits, such as 0429-3123456")
    return text
