"""Keeping the records of the small network of `tests.stores`."""

from collections.abc import Mapping

from data.fields import Doc
from data.names.pinyin import readings_of
from data.store.rows import get_docs
from data.store.store import Store
from data.upkeep.acts import Keeper, add_record, bring_back, change_record, retire_record, undo_change
from data.upkeep.history import RecordChange, changes_of

EVERYWHERE = Keeper("person:boss", (), readings_of)
AT_TASHAN = Keeper("person:wang", ("B1",), readings_of)


def add(store: Store, kind: str, texts: Mapping[str, str], keeper: Keeper = EVERYWHERE) -> Doc:
    with store.write(keeper.actor, "add") as writing:
        return add_record(writing, kind, texts, keeper)


def change(
    store: Store, kind: str, key: str, texts: Mapping[str, str], keeper: Keeper = EVERYWHERE, seen: Doc | None = None
) -> Doc:
    with store.write(keeper.actor, "change") as writing:
        return change_record(writing, kind, key, texts, keeper, seen)


def retire(store: Store, kind: str, key: str, keeper: Keeper = EVERYWHERE) -> None:
    with store.write(keeper.actor, "retire") as writing:
        retire_record(writing, kind, key, keeper)


def back(store: Store, kind: str, key: str, keeper: Keeper = EVERYWHERE) -> Doc:
    with store.write(keeper.actor, "bring back") as writing:
        return bring_back(writing, kind, key, keeper)


def undo(store: Store, kind: str, key: str, keeper: Keeper = EVERYWHERE, number: int | None = None) -> Doc | None:
    with store.write(keeper.actor, "undo") as writing:
        wanted = changes_of(writing.connection, kind, key)[0].number if number is None else number
        return undo_change(writing, kind, key, wanted, keeper)


def stored(store: Store, kind: str, key: str) -> Doc | None:
    with store.read() as connection:
        return get_docs(connection, kind, [key]).get(key)


def history(store: Store, kind: str, key: str) -> list[RecordChange]:
    with store.read() as connection:
        return changes_of(connection, kind, key)
