"""The tree over a small network, opened node by node."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from assistant.card.outage_board import OutageBoard
from assistant.tree.tree import SupplyTree
from assistant.tree.tree_nodes import Counts, Key, Node, cursor
from assistant.tree.tree_text import indented, label, node_line
from assistant.words.wording import Words
from data.caches.cache import CacheWriter, Change
from data.errors import BadValueError, NotFoundError
from data.outages.windows import OutageWindow, ScopeItem
from data.sqlite import Connection
from data.supply import SupplyNetwork
from tests.caches import Rows, cache_of, change
from tests.stores import NOON

HOUR = timedelta(hours=1)
LIANSHAN = "66kV 连山变电站"

ROWS: Rows = [
    ("branch", {"id": "B0", "name": "葫芦岛供电公司", "kind": "company"}),
    ("branch", {"id": "B1", "name": "连山供电分公司", "kind": "branch", "parent_id": "B0"}),
    ("branch", {"id": "B2", "name": "塔山供电所", "kind": "station", "parent_id": "B1"}),
    ("branch", {"id": "B3", "name": "直属供电所", "kind": "station", "parent_id": "B0"}),
    ("feeder", {"id": "F1", "number": "6021", "name": "10kV塔山线", "branch": "B2", "substation": LIANSHAN}),
    ("feeder", {"id": "F2", "number": "616", "name": "10kV高桥线", "branch": "B2", "substation": LIANSHAN}),
    ("feeder", {"id": "F3", "number": "617", "name": "10kV备用线", "branch": "B2"}),
    ("feeder", {"id": "F4", "number": "618", "name": "10kV无主线"}),
    ("transformer_area", {"id": "T1", "number": "T1", "name": "塔山1号公变", "feeder": "F1"}),
    ("transformer_area", {"id": "T2", "number": "T2", "name": "塔山2号公变", "feeder": "F1"}),
    ("transformer_area", {"id": "T3", "number": "T3", "name": "高桥1号公变", "feeder": "F2"}),
    ("customer", {"id": "C1", "name": "张伟", "transformer_area": "T1"}),
    ("customer", {"id": "C2", "name": "李娜", "transformer_area": "T1", "sensitive": True}),
    ("customer", {"id": "C3", "name": "塔山水泥厂", "feeder": "F1", "high_risk": True, "contract_kva": 630}),
    ("customer", {"id": "C4", "name": "市医院", "transformer_area": "T3", "importance": "first"}),
    ("customer", {"id": "C5", "name": "矿业公司", "feeder": "F1", "importance": "special", "high_risk": True}),
    ("customer", {"id": "C6", "name": "无供电档案户"}),
    ("customer", {"id": "C7", "name": "台区遗失户", "transformer_area": "T9"}),
]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    opened = cache_of(tmp_path / "cache.db", ROWS)
    yield opened
    opened.close()


def tree(connection: Connection, *scopes: tuple[str, str], kind: str = "fault") -> SupplyTree:
    network = SupplyNetwork(lambda sql, values: connection.execute(sql, values).fetchall())
    windows = [
        OutageWindow(f"O{number}", kind, NOON - HOUR, NOON + HOUR, "雷击", (ScopeItem(*scope),), ())
        for number, scope in enumerate(scopes)
    ]
    return SupplyTree(connection, network, OutageBoard(windows, network))


def keys(nodes: tuple[Node, ...]) -> list[str]:
    return [node.key for node in nodes]


def test_the_roots_are_the_company_and_what_has_no_branch_or_no_feeder(connection: Connection) -> None:
    roots = tree(connection).roots(NOON)
    assert keys(roots) == ["branch:B0", "branch:", "feeder:"]
    assert [label(node) for node in roots] == ["葫芦岛供电公司", "（未填供电单位）", "（未填线路）"]
    assert roots[0].counts == Counts(3, 3, 5, important=2, high_risk=2, sensitive=1)
    assert [node.state for node in roots] == ["normal", "normal", "unknown"]


def test_branches_come_before_stations_and_substations_last(connection: Connection) -> None:
    opened = tree(connection)
    assert keys(opened.children("branch:B0", NOON).nodes) == ["branch:B1", "branch:B3"]
    assert keys(opened.children("branch:B2", NOON).nodes) == [f"substation:B2/{LIANSHAN}", "substation:B2/"]
    assert keys(opened.children("substation:/", NOON).nodes) == ["feeder:F4"]


def test_feeders_are_in_the_order_of_their_numbers(connection: Connection) -> None:
    feeders = tree(connection).children(f"substation:B2/{LIANSHAN}", NOON).nodes
    assert [label(node) for node in feeders] == ["616 10kV高桥线", "6021 10kV塔山线"]


def test_customers_straight_on_a_feeder_have_a_node_of_their_own(connection: Connection) -> None:
    opened = tree(connection)
    below = opened.children("feeder:F1", NOON).nodes
    assert keys(below) == ["transformer_area:T1", "transformer_area:T2", "straight:F1"]
    assert label(below[-1]) == "（直接接在线路上）"
    assert below[-1].counts == Counts(customers=2, important=1, high_risk=2)
    assert keys(opened.children("straight:F1", NOON).nodes) == ["customer:C3", "customer:C5"]


def test_customers_without_supply_data_and_of_lost_transformer_areas_are_there(connection: Connection) -> None:
    opened = tree(connection)
    assert keys(opened.children("feeder:", NOON).nodes) == ["transformer_area:T9", "straight:"]
    assert keys(opened.children("transformer_area:T9", NOON).nodes) == ["customer:C7"]
    assert keys(opened.path("customer:C6", NOON)) == ["feeder:", "straight:", "customer:C6"]


def test_the_path_to_a_customer_leads_down_from_the_company(connection: Connection) -> None:
    opened = tree(connection)
    way = ["branch:B0", "branch:B1", "branch:B2", f"substation:B2/{LIANSHAN}", "feeder:F1"]
    assert keys(opened.path("customer:C1", NOON)) == [*way, "transformer_area:T1", "customer:C1"]
    assert keys(opened.path("customer:C3", NOON)) == [*way, "straight:F1", "customer:C3"]


def test_the_important_ones_of_a_feeder_come_by_importance_then_high_risk(connection: Connection) -> None:
    opened = tree(connection)
    listed = opened.important("feeder:F1", NOON).nodes
    assert keys(listed) == ["customer:C5", "customer:C3", "customer:C2"]
    assert listed[1].customer is not None
    assert listed[1].customer.contract_kva == 630
    assert keys(opened.important("branch:B0", NOON).nodes) == [
        "customer:C5",
        "customer:C4",
        "customer:C3",
        "customer:C2",
    ]
    assert keys(opened.important("straight:F1", NOON).nodes) == ["customer:C5", "customer:C3"]
    assert opened.important("customer:C5", NOON).nodes == ()


def test_an_outage_of_a_feeder_is_told_all_the_way_up_and_down(connection: Connection) -> None:
    opened = tree(connection, ("feeder", "F1"))
    path = opened.path("customer:C3", NOON)
    assert [(node.state, node.affected) for node in path] == [
        ("partial_outage", (1, 3)),
        ("partial_outage", (1, 3)),
        ("partial_outage", (1, 3)),
        ("partial_outage", (1, 2)),
        ("outage", (2, 2)),
        ("outage", None),
        ("outage", None),
    ]
    assert [window.id for window in opened.windows_of("branch:B0", NOON)] == ["O0"]
    assert [window.id for window in opened.windows_of("straight:F1", NOON)] == ["O0"]
    assert opened.windows_of("feeder:F2", NOON) == ()
    assert opened.windows_of("branch:B3", NOON) == ()


def test_a_substation_is_out_where_each_of_its_feeders_is(connection: Connection) -> None:
    substation = tree(connection, ("feeder", "F1"), ("transformer_area", "T3")).node(f"substation:B2/{LIANSHAN}", NOON)
    assert (substation.state, substation.affected) == ("outage", (2, 2))
    yellow = tree(connection, ("feeder", "F1"), kind="maintenance").node("branch:B2", NOON)
    assert (yellow.state, yellow.affected) == ("maintenance", (1, 3))


def test_states_turn_back_at_the_etr(connection: Connection) -> None:
    opened = tree(connection, ("feeder", "F1"))
    assert opened.node("feeder:F1", NOON).state == "outage"
    assert opened.node("feeder:F1", NOON + HOUR).state == "normal"
    assert opened.roots(NOON + HOUR)[0].state == "normal"


def test_a_page_goes_on_where_the_last_one_ended_whatever_came_or_went(connection: Connection) -> None:
    rows = [("customer", {"id": f"D{number}", "name": "张伟", "transformer_area": "T2"}) for number in range(6)]
    CacheWriter(connection).apply(change(*row) for row in rows)
    first = tree(connection).children("transformer_area:T2", NOON, limit=2)
    assert keys(first.nodes) == ["customer:D0", "customer:D1"]
    CacheWriter(connection).apply(
        [Change("customer", "D0", None), Change("customer", "D1", None), change(*rows[3])],
    )
    second = tree(connection).children("transformer_area:T2", NOON, first.next, 2)
    assert keys(second.nodes) == ["customer:D2", "customer:D3"]
    last = tree(connection).children("transformer_area:T2", NOON, second.next, 2)
    assert (keys(last.nodes), last.next) == (["customer:D4", "customer:D5"], None)


def test_branches_that_stand_in_a_circle_are_still_shown(tmp_path: Path) -> None:
    circle: Rows = [
        ("branch", {"id": "B1", "name": "一", "parent_id": "B2"}),
        ("branch", {"id": "B2", "name": "二", "parent_id": "B1"}),
        ("branch", {"id": "B3", "name": "三", "parent_id": "B3"}),
    ]
    connection = cache_of(tmp_path / "cache.db", circle)
    opened = tree(connection)
    assert keys(opened.roots(NOON)) == ["branch:B2", "branch:B3"]
    assert keys(opened.children("branch:B2", NOON).nodes) == ["branch:B1"]
    assert opened.node("branch:B3", NOON).state == "unknown"
    connection.close()


@pytest.mark.parametrize(
    "key",
    [
        "",
        "x",
        "area:A1",
        "branch:B9",
        "feeder:F9",
        "substation:B2",
        "substation:B2/x",
        "customer:\udcff",
        "straight:F2",
    ],
)
def test_an_unknown_key_is_refused(connection: Connection, key: str) -> None:
    with pytest.raises(NotFoundError):
        tree(connection).children(key, NOON)


@pytest.mark.parametrize("after", ["x", "中", "W10", cursor(["C1"]), cursor([1, "\ud800"]), cursor([1 << 70, "C1"])])
def test_a_page_of_elsewhere_is_refused(connection: Connection, after: str) -> None:
    with pytest.raises(BadValueError, match="after"):
        tree(connection).important("feeder:F1", NOON, after)


def test_a_substation_whose_branch_has_a_slash_is_named_for_good() -> None:
    key = Key("substation", "甲/乙%变", "B/1%2F")
    assert Key.parse(str(key)) == key


def test_lines_are_indented_and_say_it_in_the_readers_language(connection: Connection) -> None:
    opened = tree(connection, ("feeder", "F1"))
    lines = [*indented(opened.path("branch:B1", NOON), opened.windows_of("branch:B1", NOON), opened.roots(NOON)[2:])]
    assert lines[0].startswith("葫芦岛供电公司  部分停电 1/3  线路 3 台区 3 客户 5 重要 2 高危 2 敏感 1  [branch:B0]")
    assert lines[1].startswith("  连山供电分公司")
    assert lines[2] == "    ! 故障停电  进行中  11-22 11:00 — 11-22 13:00  雷击"
    assert lines[3] == "    （未填线路）  无供电资料  客户 2  [feeder:]"
    cement = opened.node("customer:C3", NOON)
    assert node_line(cement) == "C3 塔山水泥厂  停电  高危客户 630 kVA  [customer:C3]"
    assert node_line(cement, Words("en")) == "C3 塔山水泥厂  Outage  high-risk 630 kVA  [customer:C3]"
