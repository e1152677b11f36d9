import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from data.store.store import Store
from wallboard.calls import call_events, import_calls_file, import_queue_log, known_queues, last_event_number
from wallboard.queue_log import QueueLogError

START = datetime(1999, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
LOG = [
    "915148808|1.1|PS|NONE|ENTERQUEUE||22090179|1\n",
    "915148836|1.2|NE|NONE|ENTERQUEUE||9664491|1\n",
    "915148840|1.1|PS|Agent/A|CONNECT|32|1.3|2\n",
    "915148900|1.1|PS|Agent/A|COMPLETECALLER|32|60|1\n",
    "915148948|1.2|NE|NONE|ABANDON|1|1|112\n",
]


@pytest.fixture
def connection(store: Store) -> Iterator[Connection]:
    with store.engine.connect() as connection:
        yield connection


def stored_lines(connection: Connection) -> list[str]:
    return [event.line() + "\n" for event in call_events(connection, START, START + DAY)]


def test_an_import_stores_every_event_in_the_order_of_the_log(connection: Connection) -> None:
    result = import_queue_log(connection, LOG)

    assert result == {"lines": 5, "added": 5, "known": 0, "rejected": []}
    assert stored_lines(connection) == LOG


def test_importing_the_same_log_twice_changes_nothing(connection: Connection) -> None:
    import_queue_log(connection, LOG)
    before = last_event_number(connection)

    assert import_queue_log(connection, LOG) == {"lines": 5, "added": 0, "known": 5, "rejected": []}
    assert last_event_number(connection) == before


def test_a_log_that_has_grown_adds_only_its_new_lines(connection: Connection) -> None:
    import_queue_log(connection, LOG[:3])

    assert import_queue_log(connection, LOG)["added"] == 2
    assert stored_lines(connection) == LOG


def test_two_equal_lines_are_two_events_and_stay_two(connection: Connection) -> None:
    twice = ["915148808|1.1|PS|Agent/A|RINGNOANSWER|1000\n"] * 2

    assert import_queue_log(connection, twice)["added"] == 2
    assert import_queue_log(connection, twice)["known"] == 2


def test_lines_that_are_no_events_are_reported_with_their_number_and_the_rest_is_stored(connection: Connection) -> None:
    result = import_queue_log(connection, [LOG[0], "\n", "garbage\n", LOG[1]])

    assert (result["lines"], result["added"]) == (4, 2)
    assert [(line["line"], line["text"]) for line in result["rejected"]] == [(2, ""), (3, "garbage")]
    assert all(line["reason"] for line in result["rejected"])


def test_within_one_second_events_keep_the_order_of_their_log(connection: Connection) -> None:
    lines = [f"915148808|1.{n}|PS|NONE|ENTERQUEUE||5|1\n" for n in (3, 1, 2)]
    import_queue_log(connection, lines)

    assert stored_lines(connection) == lines


def test_a_rotated_log_may_be_imported_after_the_newer_one(connection: Connection) -> None:
    import_queue_log(connection, LOG[3:])
    import_queue_log(connection, LOG[:3])

    assert stored_lines(connection) == LOG


@pytest.mark.parametrize("name", ["queue_log", "queue_log.gz"])
def test_a_file_is_read_plain_or_compressed_whatever_it_is_called(
    connection: Connection, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_bytes(gzip.compress("".join(LOG).encode()))
    (tmp_path / "plain").write_text("".join(LOG))

    assert import_calls_file(connection, tmp_path / name)["added"] == 5
    assert import_calls_file(connection, tmp_path / "plain")["known"] == 5


def test_bytes_that_are_not_utf_8_do_not_stop_an_import(connection: Connection, tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    path.write_bytes(b"915148808|1.1|PS|NONE|ENTERQUEUE||\xd5\xc5|1\n915148808|1.1|PS|NONE|ENTERQUEUE||\xd5\xc6|1\n")

    assert import_calls_file(connection, path)["added"] == 2


def test_a_file_cut_off_in_the_middle_is_refused_by_name(connection: Connection, tmp_path: Path) -> None:
    path = tmp_path / "queue_log.gz"
    path.write_bytes(gzip.compress("".join(LOG).encode())[:-12])

    with pytest.raises(QueueLogError, match=r"queue_log\.gz: cannot be read"):
        import_calls_file(connection, path)


def test_a_file_that_is_not_there_is_refused_by_name(connection: Connection, tmp_path: Path) -> None:
    with pytest.raises(QueueLogError, match="nowhere"):
        import_calls_file(connection, tmp_path / "nowhere")


def test_an_event_reported_live_is_stored_once_and_known_again_in_the_log(connection: Connection) -> None:
    assert [import_queue_log(connection, LOG[:1])["added"] for _ in range(2)] == [1, 0]
    assert import_queue_log(connection, LOG)["known"] == 1


def test_a_store_without_calls_has_no_queues_and_number_zero(connection: Connection) -> None:
    assert known_queues(connection) == []
    assert last_event_number(connection) == 0


def test_known_queues_are_those_that_a_call_entered(connection: Connection) -> None:
    import_queue_log(connection, LOG)

    assert known_queues(connection) == ["NE", "PS"]
