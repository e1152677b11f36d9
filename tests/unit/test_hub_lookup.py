"""The hub's pages look up in a cache of the hub's own: equal to the store, and of what the asker may see."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from data.errors import NotFoundError
from data.outages.entry import NewOutage, add_outage
from data.sqlite import connect
from data.store.rows import get_docs
from data.store.store import Store
from switchboard.hub_lookup import UNUSED_AFTER, HubLookup
from sync.auth import Person
from sync.hub.shelf import SnapshotShelf
from sync.hub.snapshots import Scope, publish
from tests.stores import NOON

OFFICER = Person("duty", "duty_officer")
EDITOR = Person("editor", "editor", ("B1",))
AUDITOR = Person("auditor", "auditor")


@pytest.fixture
def lookup(store: Store, tmp_path: Path) -> Iterator[HubLookup]:
    shelf = SnapshotShelf(tmp_path / "snapshots", store)
    publish(store, Scope.of(None), tmp_path / "snapshots" / "all")
    lookup = HubLookup(store, shelf, tmp_path / "snapshots" / "own")
    with lookup.running():
        yield lookup
    shelf.close()


def found(lookup: HubLookup, person: Person, query: str, **more: Any) -> list[str]:
    until_there = (lookup.find(person, query, **more) for _ in range(20))
    answer = next(one for one in until_there if one["as_of"])
    return [one["id"] for one in answer["results"]]


def test_it_finds_what_the_popup_would_and_says_it_is_live(lookup: HubLookup) -> None:
    assert found(lookup, OFFICER, "tsx")[0] == "A1"
    assert found(lookup, OFFICER, "塔山", kinds=["feeder"]) == ["F1"]
    answer = lookup.find(OFFICER, "2114000001")
    (card,) = answer["results"]
    assert answer["freshness"] == "live"
    assert card["customer"]["phone"] == "138****5678"


def test_what_was_just_written_is_there_at_once(lookup: HubLookup, store: Store) -> None:
    assert lookup_state(lookup, "F1") == "normal"
    with store.write("test", "outage") as writing:
        add_outage(
            writing, NewOutage("fault", NOON, NOON + timedelta(hours=2), "断线", (("feeder", "F1"),)), "person:duty"
        )
    assert lookup_state(lookup, "F1") == "outage"
    with store.write("test", "rename") as writing:
        writing.put("area", {"id": "A2", "name": "新桥镇", "code": "xqz", "branch": "B2"})
    assert found(lookup, OFFICER, "xinqiao") == ["A2"]


def lookup_state(lookup: HubLookup, feeder: str) -> str:
    found(lookup, OFFICER, feeder)
    (card,) = lookup.card(OFFICER, "feeder", feeder)["results"]
    return str(card["state"])


def test_nobody_finds_customers_beyond_their_branches(lookup: HubLookup) -> None:
    assert found(lookup, EDITOR, "2114000001") == ["2114000001"]
    assert found(lookup, EDITOR, "2114000003") == []
    assert "F2" in found(lookup, EDITOR, "616"), "the network is everybody's"
    with pytest.raises(NotFoundError, match="2114000003"):
        lookup.card(EDITOR, "customer", "2114000003")
    assert "F1" in found(lookup, AUDITOR, "616"), "an auditor finds the network"
    assert found(lookup, AUDITOR, "张伟") == []


def test_the_map_shows_where_areas_are_what_is_out_and_what_it_was_opened_for(lookup: HubLookup, store: Store) -> None:
    with store.write("test", "positions") as writing:
        for key, doc in get_docs(writing.connection, "area", ["A1"]).items():
            writing.put("area", {**doc, "id": key, "lon": 120.9, "lat": 40.8})
        fault = NewOutage("fault", NOON, NOON + timedelta(hours=2), "断线", (("transformer_area", "T1"),))
        add_outage(writing, fault, "person:duty")
    found(lookup, OFFICER, "616")
    drawn = lookup.map(OFFICER, ("feeder", "F1"))
    areas = {area["id"]: area for area in drawn["areas"]}
    assert (areas["A1"]["lon"], areas["A1"]["lat"]) == (120.9, 40.8)
    assert (areas["A1"]["state"], areas["A1"]["affected"]) == ("partial_outage", (1, 2))
    assert areas["211402"]["state"] == "partial_outage", "what lies in it counts"
    assert (areas["A2"]["state"], areas["A2"]["lon"]) == ("normal", None)
    assert [window["areas"] for window in drawn["windows"]] == [("A1",)]
    assert drawn["focus"]["areas"] == ("A1",)
    with pytest.raises(NotFoundError):
        lookup.map(OFFICER, ("feeder", "none"))


@pytest.mark.parametrize("damage", ["not a cache", "another history"])
def test_a_cache_that_is_no_good_is_made_afresh(
    lookup: HubLookup, store: Store, tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert "F1" in found(lookup, OFFICER, "616")
    (file,) = (tmp_path / "snapshots" / "own" / "all" / "cache").glob("*.db")
    if damage == "not a cache":
        file.write_bytes(b"x" * 4096)
        file.with_name(f"{file.name}-wal").unlink(missing_ok=True)
    else:
        with closing(connect(file)) as cache:
            cache.execute("UPDATE meta SET value = 'other' WHERE key = 'epoch'")
    with store.write("test", "rename") as writing:
        writing.put("area", {"id": "A2", "name": "新桥镇", "code": "xqz", "branch": "B2"})
    shown = (lookup.find(OFFICER, "xinqiao") for _ in range(5000))
    assert next(one for one in shown if one["results"])["results"][0]["id"] == "A2"
    assert ("made afresh" in caplog.text) == (damage == "not a cache")


def test_what_nobody_has_asked_for_a_month_is_not_kept(lookup: HubLookup, store: Store, tmp_path: Path) -> None:
    own = tmp_path / "snapshots" / "own"
    found(lookup, OFFICER, "616")
    (old,) = (own / "all" / "cache").glob("*.db")
    (own / "half-made").mkdir()
    store.clock.pass_time(days=UNUSED_AFTER.days + 1)  # type: ignore[attr-defined]  # the test's own clock
    with HubLookup(store, SnapshotShelf(tmp_path / "snapshots", store), own).running():
        assert not old.exists()
        assert not (own / "half-made").exists()


def test_the_tree_opens_from_its_roots(lookup: HubLookup) -> None:
    found(lookup, OFFICER, "616")
    roots = lookup.open_node(OFFICER, None)
    assert roots["nodes"][0]["label"] == "葫芦岛供电公司"
    assert lookup.open_node(OFFICER, "feeder:F1")["nodes"][0]["label"].startswith("T1")
