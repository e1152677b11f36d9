import math

import pytest

from assistant.lookup.filters import LONGEST_FILTERED, Filters, split_filters
from data.kinds import IMPORTANCE

ALL = frozenset(IMPORTANCE)


def above(number: float) -> float:
    return math.nextafter(number, math.inf)


def below(number: float) -> float:
    return math.nextafter(number, -math.inf)


@pytest.mark.parametrize(
    ("typed", "least", "most"),
    [
        (">=500kva", 500, None),
        (">500", above(500), None),
        ("≤315", None, 315),
        ("<=315kVA", None, 315),
        ("<100", None, below(100)),
        ("＞＝５００ｋＶＡ", 500, None),
        ("=315kva", 315, 315),
        ("315kva", 315, 315),
        ("12.5千伏安", 12.5, 12.5),
        ("315-630kva", 315, 630),
        ("315kVA～630kVA", 315, 630),
        ("630-315kva", 315, 630),
        ("315到630千伏安", 315, 630),
        ("500千伏安以上", 500, None),
        ("500千伏安及以上的客户", 500, None),
        ("500以上", 500, None),
        ("500k以上", 500, None),
        ("500kva+", 500, None),
        ("100千伏安以下", None, 100),
        ("100以内", None, 100),
        ("不低于500", 500, None),
        ("至少 500 kva", 500, None),
        ("合同容量大于等于500千伏安", 500, None),
        ("大于500", above(500), None),
        ("不足50千伏安", None, below(50)),
        ("at least 500 kVA", 500, None),
        ("under 100kva", None, below(100)),
        ("100以上 500以下", 100, 500),
        (">=100 <=500", 100, 500),
        ("500以上 100以下", None, 100),
    ],
)
def test_a_capacity_is_understood_as_people_write_it(typed: str, least: float | None, most: float | None) -> None:
    assert split_filters(typed) == (Filters(least_kva=least, most_kva=most), "")


@pytest.mark.parametrize(
    ("typed", "filters"),
    [
        ("重要", Filters(importance=ALL)),
        ("重要客户", Filters(importance=ALL)),
        ("important customers", Filters(importance=ALL)),
        ("特级重要客户", Filters(importance=frozenset({"special"}))),
        ("特级、一级重要客户", Filters(importance=frozenset({"special", "first"}))),
        ("重要 二级用户", Filters(importance=frozenset({"second"}))),
        ("临时重要", Filters(importance=frozenset({"temporary"}))),
        ("高危客户", Filters(high_risk=True)),
        ("high-risk", Filters(high_risk=True)),
        ("High Risk", Filters(high_risk=True)),
        ("敏感用户", Filters(sensitive=True)),
        ("高危 敏感", Filters(high_risk=True, sensitive=True)),
        ("高危及重要客户", Filters(importance=ALL, high_risk=True, either=True)),
        ("农网客户", Filters(source="rural")),
        ("rural", Filters(source="rural")),
        ("营销系统客户", Filters(source="central")),
    ],
)
def test_standing_and_source_are_filters_where_they_stand_alone(typed: str, filters: Filters) -> None:
    assert split_filters(typed) == (filters, "")


@pytest.mark.parametrize(
    ("typed", "rest"),
    [
        ("塔山 >=500kva 重要客户", "塔山"),
        ("塔山500千伏安以上", "塔山"),
        ("塔山线高危客户", "塔山线"),
        ("塔山村的重要客户", "塔山村"),
        ("616 315-630kva 重要", "616"),
        (">=500 张伟 塔山", "张伟 塔山"),
        ("塔山，>=500kva，张伟", "塔山，张伟"),
        ("tashan important 朱家", "tashan 朱家"),
        ("重要 重要村", "重要村"),
    ],
)
def test_what_remains_is_the_text(typed: str, rest: str) -> None:
    filters, left = split_filters(typed)
    assert filters
    assert left == rest


@pytest.mark.parametrize(
    "typed",
    [
        *("重要村", "重要客户服务中心", "一级电站"),
        *("500", "616", "2114000035", "0429-2123456", "1组-3号", "3组45号", "3-45", "315-630号", "12-3-4"),
        *("500千瓦", "500kw", ">=500kw", ">=500千瓦", "10kV塔山线", "10kv以上", "315k", "T315kva", "塔山315kva公变"),
        *("大于家村", "不足100户", ">500号", "630-315", "important村", ""),
    ],
)
def test_names_numbers_and_other_measures_are_no_filters(typed: str) -> None:
    assert split_filters(typed) == (Filters(), typed)


@pytest.mark.parametrize("typed", ["315-630", "616到617", "塔山315kva", "一级", "临时", "农网", "营销"])
def test_what_may_be_a_number_or_a_name_is_to_be_looked_up_as_text_too(typed: str) -> None:
    filters, _ = split_filters(typed)
    assert filters
    assert filters.also_text


def test_a_pasted_page_holds_no_filters() -> None:
    page = "重要 " * LONGEST_FILTERED
    assert split_filters(page) == (Filters(), page)
