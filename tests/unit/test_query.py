import pytest

from assistant.query import LONGEST_QUERY, Query, parse, plain_query
from assistant.segmentation import UnitKind

READINGS = {"龙": ("long",), "港": ("gang",), "长": ("chang", "zhang")}


def parsed(typed: str) -> Query:
    return parse(typed, lambda character: READINGS.get(character, ()))


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("  TSX ", "tsx"),
        ("ＬＧＱ６１６", "lgq616"),
        ("lóng  gǎng", "long gang"),
        ("lǜ", "lv"),
        ("lü", "lv"),
        ("a\tb\x00c", "a b c"),
        ("\ud800x", "x"),
        ("塔山　朱家", "塔山 朱家"),
    ],
)
def test_a_query_is_made_plain(typed: str, plain: str) -> None:
    assert plain_query(typed) == plain


def test_a_query_that_is_too_long_is_cut() -> None:
    assert len(plain_query("塔" * 10_000)) == LONGEST_QUERY


def test_letters_characters_and_digits_are_read_each_in_its_way() -> None:
    units = parsed("龙gang6").segmentations[0]
    assert [(unit.kind, unit.text) for unit in units] == [
        (UnitKind.HANZI, "龙"),
        (UnitKind.SYLLABLE, "gang"),
        (UnitKind.SIGN, "6"),
    ]


def test_the_likeliest_reading_comes_first() -> None:
    segmentations = [[unit.text for unit in units] for units in parsed("longgang").segmentations]
    assert segmentations[0] == ["long", "gang"]
    assert ["long", "gan", "g"] in segmentations


def test_separators_part_a_query_but_are_not_read() -> None:
    query = parsed("long'gang 港")
    assert query.compact == "longgang港"
    assert query.parts == ("longgang", "港")
    assert [unit.text for unit in query.segmentations[0]] == ["long", "gang", "港"]


def test_a_query_knows_its_code_and_its_pinyin() -> None:
    assert parsed("T-100 616").code == "t100616"
    assert parsed("长gang").letters == "changgang"


def test_only_characters_make_a_written_query() -> None:
    assert parsed("龙港").is_written
    assert not parsed("龙g").is_written
    assert not parsed("").is_written


def test_nothing_typed_is_read_as_nothing() -> None:
    assert parsed(" -- ").segmentations == ()
    assert parsed("").compact == ""
