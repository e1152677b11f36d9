"""What a deleted record referred to is referred to by it no more, and it may come back."""

from sqlalchemy import select

from data.store.schema import LINK
from data.store.store import Store


def links(store: Store) -> set[tuple[str, str]]:
    with store.read() as connection:
        return {(row.id, row.target) for row in connection.execute(select(LINK).where(LINK.c.target == "A1"))}


def test_a_deleted_transformer_area_serves_nobody_until_it_comes_back(store: Store) -> None:
    assert links(store) == {("T1", "A1"), ("T2", "A1")}
    with store.write("test", "delete") as writing:
        writing.delete("transformer_area", ["T1"])
    assert links(store) == {("T2", "A1")}
    with store.write("test", "come back") as writing:
        writing.put("transformer_area", {"id": "T1", "number": "T1", "name": "公变", "feeder": "F1", "areas": ["A1"]})
    assert links(store) == {("T1", "A1"), ("T2", "A1")}
