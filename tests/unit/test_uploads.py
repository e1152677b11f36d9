from collections.abc import Iterator
from pathlib import Path

import pytest

from data.errors import BadValueError, DataError, NotFoundError
from data.importing import ImportOptions
from data.kinds import KINDS
from data.names.pinyin import readings_of
from data.store import audit
from data.store.store import Store
from data.upkeep import file_import
from data.upkeep.file_import import ImportRun, OtherThanSeenError, import_file
from data.upkeep.file_preview import RecordFile, preview_file
from data.upkeep.uploads import (
    LARGEST,
    PART_BYTES,
    TooLargeError,
    add_part,
    begin_upload,
    drop_upload,
    find_upload,
    forget_old_uploads,
    note_outcome,
    upload_as_file,
)
from sync.refusal_words import refusal_words
from tests.kept import change, history, stored
from tests.stores import SetClock, fill, in_file, opened_store

WANG = "person:wang"


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def store(tmp_path: Path, clock: SetClock) -> Iterator[Store]:
    with opened_store(in_file(tmp_path), clock) as opened:
        fill(opened)
        yield opened


def sent(store: Store, *parts: bytes) -> str:
    with store.write(WANG, "send") as writing:
        key = begin_upload(writing, "areas", "区域.csv", WANG, clear=False)
        for number, part in enumerate(parts):
            add_part(writing, key, number, part, WANG)
    return key


def test_a_file_comes_back_whole_though_a_part_was_sent_twice(store: Store) -> None:
    key = sent(store, b"id,name\n", b"A1,")
    with store.write(WANG, "send") as writing:
        add_part(writing, key, 2, b"x\n", WANG)
        add_part(writing, key, 2, b"y\n", WANG)
    with upload_as_file(store, key, WANG) as (upload, path):
        assert path.read_bytes() == b"id,name\nA1,y\n"
        assert (upload.what, upload.name, upload.clear, upload.outcome) == ("areas", "区域.csv", False, None)
    assert not path.exists()


def test_what_is_said_of_the_file_is_said_of_its_name_in_any_language(store: Store) -> None:
    key = sent(store, b"PK")
    with (
        pytest.raises(DataError, match=r"^区域\.csv: too large") as told,
        upload_as_file(store, key, WANG) as (_, path),
    ):
        raise DataError(f"{path}: too large").about("workbook_too_large", name=path.name)
    assert refusal_words(told.value, "zh") == "区域.csv：解压后太大，请另存为 CSV"


def test_a_file_is_its_senders_alone_and_goes_after_a_day(store: Store, clock: SetClock) -> None:
    key = sent(store, b"x")
    with store.write("person:li", "send") as writing:
        for act in (
            lambda: find_upload(writing.connection, key, "person:li"),
            lambda: add_part(writing, key, 1, b"", "person:li"),
        ):
            with pytest.raises(NotFoundError):
                act()
        drop_upload(writing, key, "person:li")
        note_outcome(writing, key, {"rows": 1})
        assert find_upload(writing.connection, key, WANG).outcome == {"rows": 1}
    clock.pass_time(days=1, seconds=1)
    with store.write("hub", "clean") as writing:
        forget_old_uploads(writing)
        with pytest.raises(NotFoundError):
            find_upload(writing.connection, key, WANG)


def test_what_is_too_long_or_no_records_is_not_kept(store: Store) -> None:
    with pytest.raises(TooLargeError):
        sent(store, b"x" * (PART_BYTES + 1))
    with pytest.raises(TooLargeError):
        sent(store, *[b"x" * PART_BYTES] * (LARGEST // PART_BYTES), b"x")
    with pytest.raises(BadValueError), store.write(WANG, "send") as writing:
        begin_upload(writing, "people", "x", WANG, clear=False)


def test_what_is_said_of_a_path_is_said_of_the_name(store: Store) -> None:
    with pytest.raises(DataError, match=r"^区域\.csv: bad"), upload_as_file(store, sent(store, b""), WANG) as (_, path):
        raise DataError(f"{path}: bad")


def records(directory: Path, *lines: str) -> RecordFile:
    path = directory / "areas.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return RecordFile(path, KINDS["area"], ImportOptions(readings_of))


def test_a_preview_says_what_an_import_then_does_and_keeps_as_history(store: Store, tmp_path: Path) -> None:
    file = records(tmp_path, "id,name,postcode", "A1,塔山乡,125001", "A2,高桥镇,", "N1,新村,125002", "N2,坏村,1")
    seen = preview_file(store, file, tmp_path, 5)
    assert (seen.counts.added, seen.counts.changed, seen.counts.unchanged, len(seen.rejected)) == (1, 1, 1, 1)
    assert {(one.after["id"], one.fields) for one in seen.first} >= {("A1", ("postcode",))}
    assert stored(store, "area", "N1") is None
    run = ImportRun(WANG, "areas.csv", seen=seen.digest)
    assert import_file(store, file, tmp_path, run).to_json() == {
        "rows": 4,
        "added": 1,
        "changed": 1,
        "unchanged": 1,
        "rejected": 1,
    }
    (change_of_it,) = history(store, "area", "A1")
    assert (change_of_it.act, change_of_it.fields, change_of_it.actor) == ("imported", ("postcode",), WANG)
    assert history(store, "area", "N1") == []
    with store.read() as connection:
        assert "areas.csv" in [one.about for one in audit.entries(connection) if one.act == "import"]


def test_what_was_seen_is_done_or_nothing(store: Store, tmp_path: Path) -> None:
    file = records(tmp_path, "id,name,postcode", "A1,塔山乡,125001", "A2,高桥镇,125002")
    seen = preview_file(store, file, tmp_path, 5)
    change(store, "area", "A2", {"name": "高桥新镇"})
    with pytest.raises(OtherThanSeenError):
        import_file(store, file, tmp_path, ImportRun(WANG, "areas.csv", seen=seen.digest))
    assert (stored(store, "area", "A1") or {})["postcode"] is None
    change(store, "area", "A2", {"name": "高桥镇"})
    import_file(store, file, tmp_path, ImportRun(WANG, "areas.csv", seen=seen.digest))
    assert (stored(store, "area", "A2") or {})["postcode"] == "125002"


def test_an_import_of_very_many_changes_leaves_no_history_of_each(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_import, "HISTORY_AT_MOST", 1)
    file = records(tmp_path, "id,name,postcode", "A1,塔山乡,125001", "A2,高桥镇,125002")
    import_file(store, file, tmp_path, ImportRun(WANG, "areas.csv"))
    assert history(store, "area", "A1") == []
