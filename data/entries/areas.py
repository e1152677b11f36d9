"""Areas edited at a PC: by the rules of an import, or kept as a conflict."""

from data.entries.conflicts import keep_conflict, stored_version
from data.entries.entries import Entry, EntryError, Outcome
from data.entries.ledger import Sender
from data.fields import Doc, canonical_value
from data.kinds import AREA
from data.names.area_codes import Readings
from data.store.store import Writing
from data.upkeep.branch_limits import check_branch
from data.upkeep.drafting import drafted, texts_of
from data.upkeep.history import put_kept
from data.versions import Version, contradiction

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
        EntryError, BadValueError, FieldErrors: the changes make no area.
        ForbiddenError: the area is, or would be, another branch's.
    """
    key, changes = str(entry.body["id"]), _canonical(changes)
    theirs = stored_version(writing.connection, "area", key)
    found = contradiction(Version(base), changes, theirs)
    for one in (theirs, theirs.with_changes(changes)):
        check_branch(writing.connection, AREA.name, one.fields, branches)
    if found is not None:
        return keep_conflict(writing, sender, entry, ("area", key), found)
    doc = drafted(writing.connection, AREA.name, key, texts_of(AREA.name, changes), readings_of)
    put_kept(writing, AREA.name, doc, sender.actor, "changed" if theirs.fields else "added")
    writing.note(sender.actor, entry.kind, key)
    return Outcome("applied", key)


def _canonical(changes: Doc) -> Doc:
    unknown = [name for name in changes if name not in EDITABLE]
    if unknown:
        raise EntryError(f"{unknown[0]!r} is no field of an area that can be edited: give {', '.join(EDITABLE)}")
    if not changes:
        raise EntryError("nothing is changed: name at least one field")
    return {name: canonical_value(AREA.by_name[name], value) for name, value in changes.items()}
