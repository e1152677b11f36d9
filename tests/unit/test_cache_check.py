"""Every kind of damage is found, and said where it is."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from data.caches import cache
from data.caches.check import CheckStoppedError, Damage, check_cache
from data.caches.index import FIRST_COMMON_NAME
from data.caches.recount import Bag, indexed_postings, recount
from data.fields import Json
from data.names.pinyin import readings_of
from data.names.tokens import name_text, name_tokens
from data.sqlite import Connection, connect
from tests.caches import cache_of

PAGE = 4096
FAMILY, GIVEN = "王李张刘陈杨黄赵吴周", "伟芳娜敏静强磊军洋勇艳杰娟涛明超"


def records() -> Iterator[tuple[str, dict[str, Json]]]:
    yield "branch", {"id": "B1", "name": "塔山供电所"}
    yield "area", {"id": "A1", "name": "塔山乡", "code": "tsx", "aliases": ["老塔山", "塔山堡"], "branch": "B1"}
    yield "area", {"id": "A2", "name": "高桥镇", "code": "gqz", "aliases": ["高桥"], "branch": "B1"}
    yield "feeder", {"id": "F1", "number": "616", "name": "10kV塔山线", "branch": "B1"}
    for number in range(1, 21):
        yield (
            "transformer_area",
            {
                "id": f"T{number}",
                "number": f"T{number}",
                "name": f"塔山{number}号公变",
                "feeder": "F1",
                "areas": ["A1"],
            },
        )
    for number in range(1, 1501):
        name = FAMILY[number % 10] + GIVEN[number % 16] + GIVEN[number // 16 % 16]
        yield "customer", {"id": f"2114{number:06}", "name": name, "transformer_area": f"T{number % 20 + 1}"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "cache.db"
    with closing(cache_of(path, records())) as connection:
        cache.write_sums(connection, recount(connection))
        cache.write_meta(connection, {"schema": str(cache.SCHEMA), "epoch": "e", "revision": "1", "scope": "all"})
    return path


@pytest.fixture
def path(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(whole, tmp_path / "cache.db"))


def thorough(path: Path) -> list[Damage]:
    return check_cache(path, thorough=True)


def quick(path: Path) -> list[Damage]:
    return check_cache(path, thorough=False, chance=Random(7))


def parts(found: list[Damage]) -> set[str]:
    return {damage.part for damage in found}


def changed(path: Path, *statements: str) -> None:
    """Writes past everything that keeps a cache right."""
    with closing(connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)


def pages_of(path: Path, table: str) -> list[int]:
    with closing(connect(path, read_only=True)) as connection:
        return list(_pages(connection, table))


def _pages(connection: Connection, table: str) -> Iterator[int]:
    """Numbers of the table's pages: the first byte of each says whether it is a leaf."""
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    content = Path(path).read_bytes()
    waiting = [connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]]
    while waiting:
        number = waiting.pop()
        page = content[(number - 1) * PAGE : number * PAGE]
        yield number
        if page[0] == 5:
            cells = int.from_bytes(page[3:5], "big")
            places = [int.from_bytes(page[12 + 2 * i : 14 + 2 * i], "big") for i in range(cells)]
            waiting += [int.from_bytes(page[place : place + 4], "big") for place in places]
            waiting.append(int.from_bytes(page[8:12], "big"))


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 0x01
    path.write_bytes(content)


def test_a_whole_cache_has_no_damage(path: Path) -> None:
    assert thorough(path) == []
    assert quick(path) == []


@pytest.mark.parametrize("table", ["name_fts_data", "code_fts_data"])
def test_a_bit_that_flips_anywhere_in_the_index_is_found(path: Path, tmp_path: Path, table: str) -> None:
    chance = Random(20261122)
    pages = pages_of(path, table)
    before = path.read_bytes()
    for _ in range(40):
        spoilt = Path(shutil.copy(path, tmp_path / "spoilt.db"))
        place = (chance.choice(pages) - 1) * PAGE + chance.randrange(PAGE)
        flip(spoilt, place)
        if not thorough(spoilt):
            assert postings(spoilt) == postings(path), f"byte {place}, {before[place]:02x}, is part of what is found"


def postings(path: Path) -> list[tuple[str, int]]:
    found = []
    with closing(connect(path, read_only=True)) as connection:
        for table in ("name_fts", "code_fts"):
            connection.execute(f"CREATE VIRTUAL TABLE temp.{table}_v USING fts5vocab('main', '{table}', 'instance')")
            found += connection.execute(f"SELECT term, doc FROM temp.{table}_v").fetchall()
    return found


def test_a_changed_letter_in_a_record_is_found(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content.replace(b"2114000777", b"2114000778", 1))
    assert "records" in parts(thorough(path)) or "file" in parts(thorough(path))


DAMAGES: list[tuple[str, str, str]] = [
    ("names", "a wrong number of bearers", "UPDATE name SET uses = uses + 1 WHERE text = '塔山1号公变'"),
    ("names", "a changed reading", "UPDATE name SET readings = 'wang2 wei3' WHERE text = (SELECT min(text) FROM name)"),
    (
        "names",
        "another name's aliases",
        "UPDATE alias SET nid = (SELECT nid FROM name WHERE text = '高桥镇') WHERE rid = 2",
    ),
    ("names", "no aliases", "DELETE FROM alias"),
    ("names", "an emptied index of names", "INSERT INTO name_fts(name_fts) VALUES ('delete-all')"),
    ("names", "a posting too many", "INSERT INTO name_fts(rowid, t) VALUES (777777, 'h塔山')"),
    ("codes", "an emptied index of codes", "INSERT INTO code_fts(code_fts) VALUES ('delete-all')"),
    ("codes", "a posting too many", "INSERT INTO code_fts(rowid, t) VALUES (777777, 'n2114')"),
    ("places", "an emptied index of places", "INSERT INTO place_fts(place_fts) VALUES ('delete-all')"),
    ("places", "a place that is not found any more", "DELETE FROM place_fts WHERE rowid = 1"),
    ("places", "a place too many", "INSERT INTO place_fts(rowid, own, around) VALUES (777777, 'ut0', '')"),
    ("counts", "a wrong count", "UPDATE supply_count SET customers = customers + 1 WHERE id = 'T7'"),
    ("counts", "a count of nothing", "INSERT INTO important_customer VALUES ('F1', 1, '2114000001', 'T1')"),
    ("records", "a missing name", "DELETE FROM name WHERE text = '塔山1号公变'"),
    (
        "records",
        "a customer under another's name",
        "UPDATE customer SET name_id = (SELECT max(nid) FROM name) WHERE rid IN (1, 2)",
    ),
    ("records", "another transformer area", "UPDATE customer SET transformer_area = 'T9' WHERE id = '2114000001'"),
    ("records", "a lost customer", "DELETE FROM customer WHERE id = '2114000001'"),
    ("records", "an emptied kind", "DELETE FROM area"),
    ("records", "a lost link", "DELETE FROM link WHERE id = 'T7'"),
    ("records", "another link", "UPDATE link SET target = 'A2' WHERE id = 'T7'"),
    ("records", "a list that is none", "UPDATE area SET aliases = '[\"老塔'"),
    ("records", "a text that is no UTF-8", "UPDATE branch SET name = CAST(x'e5a1' AS TEXT)"),
    ("records", "wrong sums", "UPDATE checksum SET set_hash = zeroblob(16) WHERE kind = 'feeder'"),
]


@pytest.mark.parametrize(
    ("part", "statement"), [(p, s) for p, _, s in DAMAGES], ids=[f"{p}: {w}" for p, w, _ in DAMAGES]
)
def test_what_contradicts_the_records_is_found_and_placed(path: Path, part: str, statement: str) -> None:
    changed(path, statement)
    found = thorough(path)
    assert part in parts(found), found


def test_one_name_taken_out_of_the_index_is_found(path: Path) -> None:
    with closing(connect(path)) as connection:
        nid, text, readings = connection.execute(
            "SELECT nid, text, readings FROM name WHERE text = '塔山乡'"
        ).fetchone()
        tokens = " ".join(name_tokens(text, readings))
        connection.execute("INSERT INTO name_fts(name_fts, rowid, t) VALUES ('delete', ?, ?)", (nid, tokens))
    assert parts(thorough(path)) == {"names"}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [((1, 8), (4, 5)), ((1, 8), (4, 7)), ((1, 5, 6), (2, 3, 7)), ((0, 4, 7, 11), (1, 2, 9, 10))],
    ids=["sum", "sum of squares", "both", "sums of cubes, too"],
)
@pytest.mark.parametrize("first", [2, FIRST_COMMON_NAME, 1 << 41])
def test_rows_that_a_token_finds_instead_of_others_are_found_though_they_sum_up_alike(
    path: Path, right: tuple[int, ...], wrong: tuple[int, ...], first: int
) -> None:
    def finding(rows: tuple[int, ...]) -> Bag:
        with closing(connect(path)) as connection:
            connection.execute("INSERT INTO name_fts(name_fts) VALUES ('delete-all')")
            for row in rows:
                connection.execute("INSERT INTO name_fts(rowid, t) VALUES (?, 'token')", (first + row,))
            return indexed_postings(connection, "name_fts")

    expected = Bag()
    for row in right:
        expected.add_postings(first + row, ["token"])
    assert finding(right) == expected
    assert finding(wrong) != expected


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO name_fts(name_fts) VALUES ('delete-all')",
        "INSERT INTO code_fts(code_fts) VALUES ('delete-all')",
        "DELETE FROM area",
        "DELETE FROM customer WHERE rid % 3 = 0",
    ],
)
def test_a_quick_check_sees_gross_damage(path: Path, statement: str) -> None:
    changed(path, statement)
    assert quick(path)


def test_other_names_that_two_records_exchanged_are_found(path: Path) -> None:
    changed(
        path,
        "UPDATE alias SET rid = 3 - rid WHERE kind = 'area' AND nid IN"
        " (SELECT nid FROM name WHERE text IN ('塔山堡', '高桥'))",
    )
    assert parts(thorough(path)) == {"names"}, "every name has as many bearers as before"


def test_what_two_members_of_a_bag_exchange_is_seen() -> None:
    for number in range(500):
        right, wrong = Bag(), Bag()
        for mine, theirs in ((number, -number - 1), (-number - 1, number)):
            right.add(("area", mine, f"塔山{mine}"))
            wrong.add(("area", mine, f"塔山{theirs}"))
        assert right != wrong


@pytest.mark.parametrize(("stray", "borne"), [(FIRST_COMMON_NAME - 1, "王芳伟"), (0, "高桥镇")])
def test_a_quick_check_sees_that_the_index_finds_a_name_that_is_not_there(path: Path, stray: int, borne: str) -> None:
    with closing(connect(path)) as connection:
        connection.execute(
            "INSERT INTO name_fts(rowid, t) VALUES (?, ?)", (stray, name_text(borne, readings_of(borne)))
        )
    found = quick(path)
    assert parts(found) == {"names"}
    assert str(stray) in found[0].detail


def test_a_row_that_its_index_lost_is_found(path: Path) -> None:
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute("UPDATE sqlite_master SET sql = sql || ' WHERE rid < 100' WHERE name = 'customer_name_id'")
        connection.execute("PRAGMA writable_schema=RESET")
        connection.execute("REINDEX customer_name_id")
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute(
            "UPDATE sqlite_master SET sql = replace(sql, ' WHERE rid < 100', '') WHERE name = 'customer_name_id'"
        )
    assert parts(thorough(path)) == {"file"}


@pytest.mark.parametrize("check", [quick, thorough])
@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.9])
def test_a_file_that_was_cut_off_is_found(path: Path, check: Callable[[Path], list[Damage]], share: float) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    found = check(path)
    assert parts(found) == {"file"}
    assert all(damage.misleads for damage in found)


@pytest.mark.parametrize("check", [quick, thorough])
def test_a_file_of_something_else_is_found(path: Path, check: Callable[[Path], list[Damage]]) -> None:
    path.write_bytes(Random(1).randbytes(100_000))
    assert parts(check(path)) == {"file"}


@pytest.mark.parametrize("check", [quick, thorough])
def test_a_file_that_is_gone_is_found(tmp_path: Path, check: Callable[[Path], list[Damage]]) -> None:
    assert parts(check(tmp_path / "gone.db")) == {"file"}


def test_a_page_of_zeroes_is_found_by_a_quick_check(path: Path) -> None:
    content = bytearray(path.read_bytes())
    page = pages_of(path, "customer")[3]
    content[(page - 1) * PAGE : page * PAGE] = bytes(PAGE)
    path.write_bytes(content)
    assert parts(quick(path)) == {"file"}


def test_a_damaged_page_of_the_index_alone_does_not_mislead(path: Path) -> None:
    content = bytearray(path.read_bytes())
    page = pages_of(path, "name_fts_data")[1]
    content[(page - 1) * PAGE : page * PAGE] = bytes(PAGE)
    path.write_bytes(content)
    found = quick(path)
    assert parts(found) == {"names"}
    assert not any(damage.misleads for damage in found)


def test_a_lost_log_that_held_whole_transactions_leaves_the_state_before_them(path: Path) -> None:
    with closing(connect(path)) as connection:
        connection.execute("UPDATE name SET uses = 9 WHERE text = '塔山1号公变'")
        shutil.copy(path, path.with_name("copy.db"))
        assert path.with_name("cache.db-wal").stat().st_size
    copy = path.with_name("copy.db")
    copy.with_name("copy.db-wal").touch()
    assert thorough(copy) == []


def test_a_log_that_was_lost_half_way_into_the_file_is_found(path: Path) -> None:
    before = path.read_bytes()
    changed(path, "DELETE FROM customer WHERE rid % 2 = 0", "PRAGMA wal_checkpoint(TRUNCATE)")
    after = path.read_bytes()
    customers = sorted(pages_of(path, "customer"))
    half = customers[len(customers) // 2] * PAGE
    path.write_bytes(after[:half] + before[half:])
    path.with_name("cache.db-wal").write_bytes(b"")
    assert thorough(path)


def test_a_cache_of_another_version_is_not_judged(path: Path) -> None:
    changed(path, "UPDATE meta SET value = '0' WHERE key = 'schema'", "DELETE FROM customer")
    assert thorough(path) == []


def test_a_cache_that_does_not_say_what_it_is_is_damaged(path: Path) -> None:
    changed(path, "DROP TABLE meta")
    assert parts(quick(path)) == {"file"}


def test_a_check_that_is_stopped_says_nothing(path: Path) -> None:
    calls = iter([True] * 5)
    with pytest.raises(CheckStoppedError):
        check_cache(path, thorough=True, go_on=lambda: next(calls, False))


def test_a_check_writes_nothing_and_leaves_writers_alone(path: Path) -> None:
    before = path.read_bytes()

    def write_meanwhile() -> bool:
        with closing(connect(path)) as other:
            other.execute("UPDATE name SET uses = 9 WHERE text = '塔山1号公变'")
        return True

    assert check_cache(path, thorough=True, go_on=write_meanwhile) == [], "the check is of one state"
    changed(path, "UPDATE name SET uses = 1 WHERE text = '塔山1号公变'")
    assert len(path.read_bytes()) == len(before)


def test_what_is_said_of_damage_names_nobody(path: Path) -> None:
    changed(path, "UPDATE branch SET name = '张' || CAST(x'e5a1' AS TEXT)")
    assert not any("张" in damage.detail for damage in thorough(path))
