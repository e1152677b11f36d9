"""What the page of PCs makes of what they tell, and branches as its forms take them."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from data.clock import to_iso
from data.errors import NotFoundError
from data.store.store import Store
from sync.desk.branches import branch_names, branches_named, in_a_field
from sync.desk.people.fleet_page import is_stale, narrowed
from tests.stores import NOON, fill


def pc(name: str = "seat-1", **more: object) -> dict[str, Any]:
    plain = {"name": name, "state": "enrolled", "hotkey": "ready", "person": None, "stale": False}
    return {**plain, "cache_age_s": 10, "status_at": to_iso(NOON), **more}


def test_a_cache_that_was_old_at_the_pcs_last_word_is_stale_and_one_that_is_switched_off_is_not() -> None:
    an_hour_ago = to_iso(NOON - timedelta(hours=1))
    assert is_stale(pc(cache_age_s=600), NOON)
    assert not is_stale(pc(cache_age_s=3_630, status_at=an_hour_ago), NOON)
    assert is_stale(pc(cache_age_s=4_200, status_at=an_hour_ago), NOON)
    assert not is_stale(pc(cache_age_s=None, status_at=None), NOON)
    assert not is_stale(pc(cache_age_s=600, state="revoked"), NOON)


def test_the_list_is_cut_down_to_a_state_and_to_names() -> None:
    pcs = [pc("Seat-1"), pc("seat-2", hotkey="taken"), pc("seat-3", stale=True), pc("seat-4", state="revoked")]
    pcs.append(pc("seat-5", state="waiting", person="Wang"))

    def names(show: str, text: str = "") -> list[str]:
        return [one["name"] for one in narrowed(pcs, show, text)]

    assert names("") == ["Seat-1", "seat-2", "seat-3", "seat-5"]
    assert names("troubled") == ["seat-2", "seat-3"]
    assert names("waiting") == ["seat-5"]
    assert names("revoked") == ["seat-4"]
    assert names("all", " SEAT-1 ") == ["Seat-1"]
    assert names("", "wang") == ["seat-5"]


@pytest.fixture
def connection(store: Store) -> Any:
    fill(store)
    with store.write("test", "a second 塔山供电所") as writing:
        writing.put("branch", {"id": "B3", "name": "塔山供电所", "parent_id": "B0", "kind": "station"})
    with store.read() as connection:
        yield connection


def test_branches_are_named_by_id_or_name_and_shown_so_that_they_are_found_again(connection: Connection) -> None:
    assert branches_named(connection, " 高桥供电所；B1,B1;") == ("B2", "B1")
    assert branches_named(connection, "") == ()
    shown = in_a_field(["B1", "B2"], branch_names(connection))
    assert shown == "B1；高桥供电所"
    assert branches_named(connection, shown) == ("B1", "B2")
    assert in_a_field(["gone"], branch_names(connection)) == "gone"
    with pytest.raises(NotFoundError):
        branches_named(connection, "没有的供电所")
