"""Changes by columns say what changes one after another say."""

import json

from hypothesis import given
from hypothesis import strategies as st

from data.caches.cache import Change
from data.kinds import CUSTOMER, KINDS
from data.store.set_hash import GLOBAL, row_hash
from sync.change_columns import from_columns, to_columns
from sync.protocol import change_from_json, change_to_json

TEXTS = st.text("塔山a1 ", min_size=1, max_size=4)
VALUES = {
    "customer": st.fixed_dictionaries(
        {},
        optional={
            "name": TEXTS,
            "contract_kva": st.none() | st.sampled_from([0.0, 1.0, 24.5]),
            "high_risk": st.booleans(),
            "feeder": st.none() | TEXTS,
        },
    ),
    "area": st.fixed_dictionaries({"name": TEXTS}, optional={"aliases": st.lists(TEXTS, max_size=2)}),
}
CHANGES = st.lists(
    st.sampled_from(sorted(VALUES)).flatmap(
        lambda kind: st.builds(
            lambda key, doc, readings, bucket: Change(
                kind, key, None if doc is None else {"id": key, **doc}, (readings,) * bool(doc), bucket
            ),
            st.integers(0, 99).map(str),
            st.none() | VALUES[kind],
            TEXTS,
            st.sampled_from([GLOBAL, "branch:B1"]),
        )
    ),
    max_size=12,
)


def plain(change: Change) -> tuple[object, ...]:
    """What a change says; of a record that is gone, that it is."""
    if change.doc is None:
        return (change.kind, change.id, None)
    return (change.kind, change.id, sorted(change.doc.items()), change.readings, change.bucket)


@given(CHANGES)
def test_columns_hold_what_records_hold(changes: list[Change]) -> None:
    sent = json.loads(json.dumps(to_columns(changes)))
    one_by_one = [change_from_json(json.loads(json.dumps(change_to_json(change)))) for change in changes]
    came = list(from_columns(sent))
    assert sorted(map(repr, map(plain, came))) == sorted(map(repr, map(plain, one_by_one)))
    assert [change.kind for change in came] == sorted(
        (change.kind for change in changes), key=[change.kind for change in changes].index
    )


def test_a_value_of_nought_arrives_as_it_is() -> None:
    doc = CUSTOMER.canonical({"id": "1", "name": "塔山", "address": "塔山", "contract_kva": 0, "source": "central"})
    change = Change("customer", "1", doc, ("ta shan",))
    for came in (change_from_json(change_to_json(change)), *from_columns(to_columns([change]))):
        assert came.doc is not None
        assert row_hash(CUSTOMER, KINDS["customer"].canonical(came.doc)) == row_hash(CUSTOMER, doc)
