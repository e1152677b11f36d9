"""Whatever is typed: filters are taken out once, nothing else is lost, ranges are ranges."""

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.lookup.filters import Filters, split_filters

PIECES = [
    *(">=500kva", "≤315", "＜100", "315-630", "315~630kVA", "500千伏安以上", "100以下", "不低于500", "至少", "=315kva"),
    *("315kva", "８０千伏安", "500千瓦", "重要", "重要客户", "特级", "一级", "临时", "高危", "敏感用户", "important"),
    *(
        "high-risk",
        "农网",
        "rural",
        "塔山村",
        "616",
        "1组-3号",
        "张伟",
        "的",
        "及",
        "、",
        "，",
        " ",
        "\u3000",
        "-",
        "k",
    ),
    *(">", "以上", "0", "3", "2114000035", "千伏安", "客户"),
]
TYPED = st.text(max_size=80) | st.lists(st.sampled_from(PIECES), max_size=10).map("".join)


def is_subsequence(part: str, whole: str) -> bool:
    left = iter(whole)
    return all(character in left for character in part)


@settings(max_examples=1000, deadline=None)
@given(text=TYPED)
def test_what_is_no_filter_is_left_in_order(text: str) -> None:
    filters, rest = split_filters(text)
    assert is_subsequence(rest, text)
    assert bool(filters) == (rest != text)


@settings(max_examples=1000, deadline=None)
@given(text=TYPED)
def test_the_rest_holds_no_filters(text: str) -> None:
    _, rest = split_filters(text)
    assert split_filters(rest) == (Filters(), rest)


@settings(max_examples=1000, deadline=None)
@given(text=TYPED)
def test_a_range_is_never_the_wrong_way_round(text: str) -> None:
    filters, _ = split_filters(text)
    if filters.least_kva is not None and filters.most_kva is not None:
        assert filters.least_kva <= filters.most_kva


@given(low=st.integers(10, 99_999), high=st.integers(10, 99_999), place=st.sampled_from(["塔山村", "tashan", "616"]))
def test_a_range_with_a_unit_means_the_same_in_every_form(low: int, high: int, place: str) -> None:
    low, high = sorted((low, high))
    wanted = Filters(least_kva=low, most_kva=high), place
    for typed in (f"{low}-{high}kva", f"{high}～{low}千伏安", f"{low}以上 {high}以下", f"<={high} >={low}"):
        assert split_filters(f"{place} {typed}") == wanted
        assert split_filters(f"{typed} {place}") == wanted


@given(number=st.integers(0, 99_999_999_999))
def test_a_lone_number_is_text(number: int) -> None:
    assert split_filters(str(number)) == (Filters(), str(number))
