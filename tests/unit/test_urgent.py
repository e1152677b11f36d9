"""What is sent along with the news of a change, so that no PC has to ask for it."""

import json
from datetime import timedelta
from typing import Any

import pytest

from data.clock import to_iso
from data.fields import Doc
from data.store import change_log
from data.store.store import Store
from sync.hub.urgent import news_since
from sync.protocol import ChangeBatch
from tests.stores import NOON, fill


def window(number: int) -> Doc:
    etr = to_iso(NOON + timedelta(hours=1))
    return {
        "id": f"O{number}",
        "kind": "fault",
        "start": to_iso(NOON),
        "etr": etr,
        "reason": "雷击",
        "scope": [{"kind": "feeder", "id": "F1"}],
        "revisions": [{"at": to_iso(NOON), "etr": etr}],
    }


def write(store: Store, *records: tuple[str, Doc]) -> int:
    with store.write("test", "change") as writing:
        for kind, doc in records:
            writing.put(kind, doc)
    assert writing.revision
    return writing.revision


def told(store: Store, since: int) -> tuple[int, int, Any]:
    news = news_since(store, since)
    return news.since, news.revision, json.loads(news.batch) if news.batch else None


@pytest.fixture
def since(store: Store) -> int:
    fill(store)
    with store.read() as connection:
        return change_log.head(connection)


def test_a_window_travels_with_the_news_of_it(store: Store, since: int) -> None:
    head = write(store, ("outage", window(1)))
    seen, revision, batch = told(store, since)
    assert (seen, revision, batch["since"], batch["revision"]) == (since, head, since, head)
    assert [(one.kind, one.id) for one in ChangeBatch.from_json(batch).changes] == [("outage", "O1")]
    assert told(store, head) == (head, head, None), "nothing is new"


def test_what_can_wait_is_not_sent_along_nor_is_what_changed_with_it(store: Store, since: int) -> None:
    branch: Doc = {"id": "B9", "name": "新所", "parent_id": None, "kind": "station", "phone": ""}
    head = write(store, ("branch", branch), ("outage", window(1)))
    assert told(store, since) == (since, head, None)


def test_many_windows_at_once_are_fetched_instead(store: Store, since: int) -> None:
    few = write(store, *(("outage", window(number)) for number in range(16)))
    assert told(store, since)[2] is not None
    many = write(store, *(("outage", window(100 + number)) for number in range(17)))
    assert told(store, few) == (few, many, None)


def test_whoever_was_away_for_longer_than_the_log_reaches_is_sent_no_batch_that_lacks_what_it_missed(
    store: Store, since: int
) -> None:
    head = write(store, ("outage", window(1)))
    with store.write("test", "compact") as writing:
        change_log.raise_floor(writing.connection, head)
    later = write(store, ("outage", window(2)))
    assert told(store, since) == (since, later, None)
    assert told(store, head)[2] is not None
