"""What a person filled in, by the rules of an import and some of its own: who types one value can type it well."""

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection

from data.errors import BadValueError
from data.field_checks import phone_trouble, range_trouble
from data.fields import LISTS, Doc, Field, FieldType, Json, text_list
from data.importing import Accepted, ImportOptions, Row, match_columns, plan_import
from data.importing.rows import value_of
from data.kinds import KINDS
from data.names.area_codes import Readings
from data.store.stored_records import StoredRecords
from data.upkeep.errors import FieldErrors

_ROW = 1


def texts_of(kind: str, doc: Doc) -> dict[str, str]:
    """The values of a record as a person would type them; lists are split by `;`, an empty value is empty."""
    return {name: _text(KINDS[kind].by_name[name].type, value) for name, value in doc.items()}


def drafted(connection: Connection, kind: str, key: str, texts: Mapping[str, str], readings_of: Readings) -> Doc:
    """The fields that `texts` say something about, with `id`, in canonical form; a new area gets a code as well.

    Args:
        connection: To the store: references are ids, or numbers, codes and names where unique.
        kind: Of record.
        key: Its id; of one that is stored, other fields stay as they are.
        texts: By field, as they were typed; empty text empties a field.
        readings_of: Gives the pinyin from which an area gets its code.

    Raises:
        FieldErrors: they make no record; every field that is wrong is named.
    """
    doc, problems = _planned(connection, kind, key, texts, readings_of)
    for field, reason in _typing_troubles(kind, texts):
        problems.setdefault(field, reason)
    if problems:
        raise FieldErrors(problems)
    return doc


def check_whole(connection: Connection, kind: str, doc: Doc, readings_of: Readings) -> None:
    """Does nothing where a record that once was stored can be stored again as it is.

    Raises:
        FieldErrors: what it refers to is gone, or its code is another's now.
    """
    texts = {name: text for name, text in texts_of(kind, doc).items() if name != "id"}
    _, problems = _planned(connection, kind, str(doc["id"]), texts, readings_of)
    if problems:
        raise FieldErrors(problems)


def _planned(
    connection: Connection, kind: str, key: str, texts: Mapping[str, str], readings_of: Readings
) -> tuple[Doc, dict[str, str]]:
    columns = match_columns(KINDS[kind], ["id", *texts])
    row = Row(_ROW, (key, *(text.strip() for text in texts.values())))
    options = ImportOptions(readings_of, clear=True)
    doc: Doc = {}
    problems: dict[str, str] = {}
    for outcome in plan_import(columns, [row], StoredRecords(connection), options):
        if isinstance(outcome, Accepted):
            doc = outcome.doc if outcome.row == _ROW else doc
        else:
            problems |= {one.column: one.reason for one in reversed(outcome.problems)}
    return doc, problems


def _typing_troubles(kind: str, texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Fields that an import takes as a central system has them, and that a person can fill in better."""
    for name, text in texts.items():
        known = KINDS[kind].by_name[name]
        if name == "phone" and text.strip() and (trouble := phone_trouble(text, several=known.personal)):
            yield name, trouble
        if known.type is FieldType.REAL and (trouble := _range_trouble(kind, known, text)):
            yield name, trouble


def _range_trouble(kind: str, known: Field, text: str) -> str | None:
    try:
        amount = value_of(kind, known, text)
    except BadValueError:
        return None  # told already
    return range_trouble(kind, known.name, amount) if isinstance(amount, float) else None


def _text(known: FieldType, value: Json) -> str:
    if known in LISTS:
        return ";".join(text_list(value))
    if known is FieldType.FLAG:
        return "是" if value else "否"
    if known is FieldType.REAL and isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
