"""Who was told of an outage is forgotten after its time; that somebody was told, and how it went, stays."""

from datetime import timedelta

from sqlalchemy import insert, select

from data.clock import to_iso
from data.privacy.forgetting import forget_customers
from data.store.desk_tables import TOLD
from data.store.store import Store
from tests.stores import NOON


def test_of_an_old_telling_only_that_it_was_and_how_it_went_stays(store: Store) -> None:
    told = {"outage": "20261122-0001", "customer": "2114000003", "by": "person:wang", "means": "phone"}
    about = {"result": "reached", "whom": "王芳的母亲", "note": "回拨 13812345678", "news": "new", "etr": ""}
    with store.write("test", "tell") as writing:
        for age in (10, 400):
            row = {**told, **about, "at": to_iso(NOON - timedelta(days=age))}
            writing.connection.execute(insert(TOLD).values(row))
    counts = forget_customers(store, NOON - timedelta(days=90))
    assert {name: count for name, count in counts.items() if count} == {"tellings": 1}
    with store.read() as connection:
        old, young = (dict(row) for row in connection.execute(select(TOLD).order_by(TOLD.c.at)).mappings())
    assert (old["whom"], old["note"]) == ("", "")
    assert {name: old[name] for name in ("outage", "by", "means", "result")} == {
        **{name: told[name] for name in ("outage", "by", "means")},
        "result": "reached",
    }
    assert {name: young[name] for name in about} == about
