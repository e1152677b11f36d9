"""Areas edited at a PC: by the rules of an import, or kept as a conflict."""

from sqlalchemy import Connection

from data.entries.conflicts import keep_conflict, stored_version
from data.entries.entries import Entry, EntryError, Outcome, Version, contradiction
from data.entries.ledger import Sender
from data.importing import Accepted, ImportOptions, Row, match_columns, plan_import
from data.kinds import AREA, Doc, FieldType, Json, canonical_value, text_list
from data.names.area_codes import Readings
from data.rights import ForbiddenError
from data.store import audit
from data.store.rows import get_docs
from data.store.store import Writing
from data.store.stored_records import StoredRecords

EDITABLE = tuple(field.name for field in AREA.fields if field.name != "id")


def edit_area(
    writing: Writing,
    sender: Sender,
    entry: Entry,
    *,
    base: Doc | None,
    changes: Doc,
    branches: tuple[str, ...],
    readings_of: Readings,
) -> Outcome:
    """Adds an area, or changes the fields of one.

    Args:
        writing: The transaction.
        sender: Where the entry comes from.
        entry: As it came; its body names the area's `id`.
        base: The area as it was seen; None for a new one.
        changes: Fields with their new values.
        branches: The branches whose areas the person may edit; empty for all.
        readings_of: Gives the pinyin from which a new area gets its code.

    Raises:
        EntryError, BadValueError: the changes make no area.
        ForbiddenError: the area is, or would be, another branch's.
    """
    key, changes = str(entry.body["id"]), _canonical(changes)
    theirs = stored_version(writing.connection, "area", key)
    found = contradiction(Version(base), changes, theirs)
    for one in (theirs, theirs.with_changes(changes)):
        check_branch(writing.connection, one, branches)
    if found is not None:
        return keep_conflict(writing, sender, entry, ("area", key), found)
    _put(writing, {"id": key, **changes}, readings_of)
    audit.record(writing.connection, writing.clock.now(), sender.actor, entry.kind, key)
    return Outcome("applied", key)


def _canonical(changes: Doc) -> Doc:
    unknown = [name for name in changes if name not in EDITABLE]
    if unknown:
        raise EntryError(f"{unknown[0]!r} is no field of an area that can be edited: give {', '.join(EDITABLE)}")
    if not changes:
        raise EntryError("nothing is changed: name at least one field")
    return {name: canonical_value(AREA.by_name[name], value) for name, value in changes.items()}


def check_branch(connection: Connection, area: Version, branches: tuple[str, ...]) -> None:
    """Does nothing where the area lies in one of `branches`, or below one; none at all stands for every branch.

    Raises:
        ForbiddenError: it does not.
    """
    if not branches or area.fields is None:
        return
    branch, seen = area.get("branch"), set[str]()
    while isinstance(branch, str) and branch not in seen:
        if branch in branches:
            return
        seen.add(branch)
        branch = get_docs(connection, "branch", [branch]).get(branch, {}).get("parent_id")
    raise ForbiddenError(f"the area {area.get('name')} is not one of your branches' 不是本所的区域")


def _put(writing: Writing, edited: Doc, readings_of: Readings) -> None:
    columns = match_columns(AREA, [*edited])
    row = Row(1, tuple(_cell(name, value) for name, value in edited.items()))
    options = ImportOptions(readings_of, clear=True)
    for outcome in plan_import(columns, [row], StoredRecords(writing.connection), options):
        if not isinstance(outcome, Accepted):
            told = "; ".join(f"{one.column} {one.value!r}: {one.reason}" for one in outcome.problems)
            raise EntryError(told)
        writing.put(outcome.kind, outcome.doc)


def _cell(name: str, value: Json) -> str:
    if AREA.by_name[name].type is FieldType.TEXTS:
        return ";".join(text_list(value))
    return "" if value is None else str(value)
