"""Buckets of many customers that are learned at once are those that are found one by one."""

import pytest

from data.fields import Doc
from data.store.buckets import BucketFinder
from data.store.rows import CHUNK
from data.store.store import Store


def customers_of(areas: int) -> list[Doc]:
    """Customers of transformer areas, of a feeder, and of what is not there."""
    below: list[Doc] = [{"transformer_area": f"M{number}", "feeder": None} for number in range(areas)]
    return [*below, {"transformer_area": None, "feeder": "F1"}, {"transformer_area": "nowhere", "feeder": "none"}]


@pytest.mark.parametrize("areas", [3, CHUNK + 20])
def test_buckets_learned_at_once_are_those_found_one_by_one(store: Store, areas: int) -> None:
    with store.write("test", "many transformer areas") as writing:
        writing.put("feeder", {"id": "FM", "number": "9", "name": "多台区线", "branch": "B2"})
        for at in range(areas):
            writing.put("transformer_area", {"id": f"M{at}", "number": str(at), "name": "台区", "feeder": "FM"})
    docs = customers_of(areas)
    with store.read() as connection:
        at_once, one_by_one = BucketFinder(connection), BucketFinder(connection)
        at_once.expect(docs)
        found = [at_once.bucket("customer", doc) for doc in docs]
        assert found == [one_by_one.bucket("customer", doc) for doc in docs]
    assert found[0] == "branch:B2"
