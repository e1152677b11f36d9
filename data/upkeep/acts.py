"""Adding, changing, retiring and undoing: what people do to the records of their branches, each with its history."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import Connection

from data.errors import NotFoundError
from data.fields import Doc
from data.kinds import KINDS
from data.names.area_codes import Readings
from data.store.rows import get_docs
from data.store.store import Writing
from data.upkeep.branch_limits import check_branch, check_served
from data.upkeep.drafting import check_whole, drafted
from data.upkeep.errors import FieldErrors, KeptElsewhereError, OvertakenError
from data.upkeep.history import RecordChange, latest_change, put_kept, remember
from data.upkeep.kept import changeable, check_fields, check_kept, with_source
from data.upkeep.references import check_unused
from data.upkeep.seen import as_shown
from data.versions import Contradiction, Version, contradiction

_CENTRAL = "由营销系统维护，请在营销系统中修改 is kept in the marketing system: have it changed there"
_CHANGED = "已被他人修改，请核对两个版本 was changed meanwhile: look at both versions"


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who keeps records.

    Attributes:
        actor: As logs name them, such as `person:wang`.
        branches: Whose records they may change; empty for all.
        readings_of: Gives the pinyin from which areas get their codes.
    """

    actor: str
    branches: tuple[str, ...]
    readings_of: Readings


def add_record(writing: Writing, kind: str, texts: Mapping[str, str], keeper: Keeper) -> Doc:
    """Adds a record and gives it an id where `texts` names none.

    Args:
        writing: The transaction.
        kind: One of `data.upkeep.kept.KEPT`.
        texts: By field, as they were typed.
        keeper: Who adds it.

    Returns:
        The whole record.

    Raises:
        FieldErrors: they make no record, or another has the id, now or until it was retired.
        ForbiddenError: it would be another branch's.
        KeptElsewhereError: it would be on a line that the marketing system keeps.
    """
    check_kept(kind)
    check_fields(kind, texts)
    key = texts.get("id", "").strip() or _new_id(kind, texts)
    taken = get_docs(writing.connection, kind, [key]) or latest_change(writing.connection, kind, key)
    if taken:
        raise FieldErrors({"id": "已有记录使用此编号（可能已停用） another record has it, perhaps a retired one"})
    filled = {name: text for name, text in texts.items() if name != "id" and text.strip()}
    required = {field.name for field in KINDS[kind].fields if field.required} - {"id"}
    filled |= dict.fromkeys(required - set(filled), "")
    doc = with_source(kind, drafted(writing.connection, kind, key, filled, keeper.readings_of))
    _check_may(writing, kind, None, doc, set(filled) - {"code"}, keeper)
    added = put_kept(writing, kind, doc, keeper.actor, "added")
    _note(writing, keeper, "add_record", kind, key)
    return added


def change_record(
    writing: Writing, kind: str, key: str, texts: Mapping[str, str], keeper: Keeper, seen: Doc | None = None
) -> Doc:
    """Changes fields of a record.

    Args:
        writing: The transaction.
        kind: One of `data.upkeep.kept.KEPT`.
        key: The record's id.
        texts: The fields to change, as they were typed.
        keeper: Who changes it.
        seen: The record as `data.upkeep.seen.as_shown` showed it; None to change it whatever it holds.

    Returns:
        The whole record.

    Raises:
        NotFoundError: there is none.
        FieldErrors: the texts do not fit.
        OvertakenError: somebody else has changed one of these fields since.
        ForbiddenError: it is, or would be, another branch's.
        KeptElsewhereError: the marketing system keeps it, or one of the fields.
    """
    before = find_record(writing.connection, kind, key)
    check_fields(kind, texts)
    doc = drafted(writing.connection, kind, key, texts, keeper.readings_of)
    doc = {name: value for name, value in doc.items() if name != "id" and before[name] != value}
    if seen is not None:
        found = contradiction(Version(seen), doc, Version(as_shown(kind, before)))
        if found is not None:
            raise OvertakenError(f"{KINDS[kind].label} {key} {_CHANGED}", found)
    after = {**before, **doc}
    _check_may(writing, kind, before, after, set(doc), keeper)
    put_kept(writing, kind, after, keeper.actor, "changed")
    if doc:
        _note(writing, keeper, "change_record", kind, key, *doc)
    return after


def retire_record(writing: Writing, kind: str, key: str, keeper: Keeper) -> None:
    """Takes a record out of use: out of every cache, to be brought back.

    Raises:
        NotFoundError: there is none.
        InUseError: something still refers to it.
        ForbiddenError: it is another branch's.
        KeptElsewhereError: the marketing system keeps it.
    """
    before = find_record(writing.connection, kind, key)
    _retire(writing, kind, before, keeper, "retired")
    _note(writing, keeper, "retire_record", kind, key)


def bring_back(writing: Writing, kind: str, key: str, keeper: Keeper) -> Doc:
    """Puts a retired record back into use as it was.

    Returns:
        The whole record.

    Raises:
        NotFoundError: no such record was retired.
        FieldErrors: what it refers to is gone, or its code is another's now.
        ForbiddenError: it was another branch's.
    """
    check_kept(kind)
    last = latest_change(writing.connection, kind, key)
    if last is None or last.after is not None or get_docs(writing.connection, kind, [key]):
        raise NotFoundError(f"no retired {KINDS[kind].label} has the id {key!r} 没有停用的记录")
    return _put_back(writing, last, keeper, "brought_back", "bring_back_record")


def undo_change(writing: Writing, kind: str, key: str, number: int, keeper: Keeper) -> Doc | None:
    """Undoes the latest change of a record by another, which can be undone as well.

    Args:
        writing: The transaction.
        kind: One of `data.upkeep.kept.KEPT`.
        key: The record's id.
        number: Of the change that is to be undone.
        keeper: Who undoes it.

    Returns:
        The whole record, as it was before the change; None where there was none.

    Raises:
        NotFoundError: there is no such change.
        OvertakenError: it is not the latest, or an import or the marketing system has changed the record since.
        InUseError: the record would go, and something refers to it.
        FieldErrors: what the former record referred to is gone, or its code is another's now.
        ForbiddenError: it is, or was, another branch's.
    """
    check_kept(kind)
    last = latest_change(writing.connection, kind, key)
    if last is None:
        raise NotFoundError(f"nobody has changed {KINDS[kind].label} {key} yet 没有可撤销的修改")
    stored = get_docs(writing.connection, kind, [key]).get(key)
    if last.number != number or stored != last.after:
        raise OvertakenError(f"{KINDS[kind].label} {key} {_CHANGED}", _two_versions(kind, last, stored))
    if last.before is None and stored is not None:
        _retire(writing, kind, stored, keeper, "undone")
        _note(writing, keeper, "undo_record", kind, key)
        return None
    return _put_back(writing, last, keeper, "undone", "undo_record")


def find_record(connection: Connection, kind: str, key: str) -> Doc:
    """The whole record.

    Raises:
        NotFoundError: there is none, or its kind is not kept here.
    """
    check_kept(kind)
    found = get_docs(connection, kind, [key]).get(key)
    if found is None:
        raise NotFoundError(f"no {KINDS[kind].label} has the id {key!r} 没有这条记录").about("no_record", name=key)
    return found


def _retire(writing: Writing, kind: str, before: Doc, keeper: Keeper, act: str) -> None:
    key = str(before["id"])
    check_branch(writing.connection, kind, before, keeper.branches)
    if "name" not in changeable(writing.connection, kind, before):
        raise KeptElsewhereError(f"{KINDS[kind].label} {key} {_CENTRAL}").about("kept_elsewhere", name=key)
    check_unused(writing.connection, kind, key, writing.clock.now())
    writing.delete(kind, [key])
    remember(writing, kind, [(key, before, None)], keeper.actor, act)


def _put_back(writing: Writing, change: RecordChange, keeper: Keeper, act: str, audited: str) -> Doc:
    former, now = change.before or {}, change.after
    kind = change.kind
    check_whole(writing.connection, kind, former, keeper.readings_of)
    changed = {name for name, value in former.items() if now is None or now.get(name) != value}
    _check_may(writing, kind, now, former, changed - {"id", "source"}, keeper)
    put_kept(writing, kind, former, keeper.actor, act)
    _note(writing, keeper, audited, kind, change.record)
    return former


def _check_may(writing: Writing, kind: str, before: Doc | None, after: Doc, changed: set[str], keeper: Keeper) -> None:
    """Refuses what is another branch's, or the marketing system's, before or after the change."""
    connection = writing.connection
    for doc in (before, after):
        check_branch(connection, kind, doc, keeper.branches)
        if doc is not None and not changed <= changeable(connection, kind, doc):
            kept_there = sorted(changed - changeable(connection, kind, doc))
            words = "、".join(KINDS[kind].by_name[name].headers[0] for name in kept_there)
            refused = KeptElsewhereError(f"{KINDS[kind].label} {after['id']} ({words}) {_CENTRAL}")
            raise refused.about("kept_elsewhere", name=after["id"])
    check_served(connection, kind, before, after, keeper.branches)


def _two_versions(kind: str, last: RecordChange, stored: Doc | None) -> Contradiction:
    ours, theirs = (Version(as_shown(kind, doc) if doc else None) for doc in (last.before, stored))
    names = tuple(name for name in KINDS[kind].by_name if ours.get(name) != theirs.get(name))
    return Contradiction(Version(as_shown(kind, last.after) if last.after else None), ours, theirs, names)


def _new_id(kind: str, texts: Mapping[str, str]) -> str:
    """An id for what has none of its own; a customer is known by its number alone."""
    if kind == "customer":
        raise FieldErrors({"id": "请填写户号 give the customer number"})
    return texts.get("number", "").strip() + "-" + uuid4().hex[:8] if "number" in texts else f"L{uuid4().hex[:10]}"


def _note(writing: Writing, keeper: Keeper, act: str, kind: str, key: str, *fields: str) -> None:
    about = f"{kind} {key}" + (f": {', '.join(fields)}" if fields else "")
    writing.note(keeper.actor, act, about)
