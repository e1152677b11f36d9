"""In which order a new cache holds its records."""

from contextlib import closing
from itertools import pairwise
from pathlib import Path

from data.caches.build import build_cache
from data.caches.check import check_cache
from data.fields import Json
from data.sqlite import connect
from data.store.store import Store


def test_customers_of_one_place_lie_beside_each_other_the_smaller_first(store: Store, tmp_path: Path) -> None:
    with store.write("editor", "customers") as writing:
        for number in range(40):
            place = {"feeder": f"F{number % 3 + 1}"} if number < 12 else {"transformer_area": f"T{number % 3 + 1}"}
            doc: dict[str, Json] = {
                "id": f"2114000{number + 100}",
                "name": "张伟",
                "contract_kva": number * 7 % 40,
                **place,
            }
            writing.put_many("customer", [{**doc, **place}])
    path = tmp_path / "cache.db"
    with store.read() as connection:
        build_cache(connection, path, "all", None)
    with closing(connect(path, read_only=True)) as cache:
        rows = cache.execute("SELECT transformer_area, feeder, contract_kva FROM customer ORDER BY rid").fetchall()
        places = [row[:2] for row in rows]
        assert sum(one != other for one, other in pairwise(places)) == len(set(places)) - 1
        for place in set(places):
            capacities = [kva for *where, kva in rows if tuple(where) == place and kva is not None]
            assert capacities == sorted(capacities)
    assert check_cache(path, thorough=True) == []
