import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.characters import tables
from data.characters.readings import hanzi_readings
from data.characters.rows import character_rows
from data.characters.simplified import simplified
from data.names.syllables import SYLLABLES

ROWS = {row[0]: row for row in character_rows()}
IN_COMMON_USE = "绥中葫芦岛兴城建昌连山南票龙港堡屯沟岭坨洼峪砬疃"
NOT_SPELT_AS_A_SYLLABLE = {"m", "n", "ng", "hm", "hng", "yo", "lo", "ei", "e", "o", "wong"}


@pytest.mark.parametrize(
    ("traditional", "simple"),
    [
        ("綏中縣", "绥中县"),
        ("葫蘆島市連山區", "葫芦岛市连山区"),
        ("乾溝", "干沟"),
        ("後臺", "后台"),
        ("瀋陽", "沈阳"),
        ("10kV塔山綫(2)", "10kV塔山线(2)"),
        ("", ""),
    ],
)
def test_traditional_characters_become_simplified_ones_in_place(traditional: str, simple: str) -> None:
    assert simplified(traditional) == simple


@given(st.text())
def test_simplifying_keeps_positions_and_is_done_in_one_go(text: str) -> None:
    once = simplified(text)
    assert len(once) == len(text)
    assert simplified(once) == once


def test_every_common_character_has_a_row() -> None:
    assert len(ROWS) > 20_000
    assert all(character in ROWS for character in IN_COMMON_USE)
    assert ROWS["岗"][1:3] == ("gang", None)
    assert ROWS["崗"][1:3] == ("gang", "岗")


def test_rows_are_in_code_order_and_their_readings_are_syllables() -> None:
    assert list(ROWS) == sorted(ROWS)
    spelt = {reading for _, readings, _, _ in ROWS.values() for reading in readings.split("|")}
    assert spelt - SYLLABLES <= NOT_SPELT_AS_A_SYLLABLE


def test_a_reading_chosen_by_hand_goes_before_the_dictionary() -> None:
    assert tables.dictionary_readings()["长"].startswith("zhang")
    assert hanzi_readings("长") == "chang|zhang"


def test_what_is_no_chinese_character_has_no_readings() -> None:
    assert hanzi_readings("a") == hanzi_readings("(") == hanzi_readings("か") == ""


def test_words_have_a_syllable_for_each_character() -> None:
    assert all(len(said.split(" ")) == len(word) for word, said in tables.phrases().items())


def test_a_family_name_is_listed_only_where_it_is_read_otherwise() -> None:
    usual = tables.dictionary_readings()
    assert not [name for name, reading in tables.family_names().items() if usual[name].split("|")[0] == reading]


@pytest.mark.parametrize(
    "pair",
    [
        *("末未", "土士", "己已", "陵凌", "坨陀", "洼娃", "堡煲", "沟钩", "峪裕", "塔搭", "崔催", "刘浏"),
        *("候侯", "屯吨", "葫胡", "杨扬", "湖胡", "徐涂", "暖缓", "碾辗", "贺架", "槐愧", "石右", "王玉"),
    ],
)
def test_characters_that_are_easily_confused_are_alike_both_ways(pair: str) -> None:
    first, second = tuple(pair)
    assert second in (ROWS[first][3] or "")
    assert first in (ROWS[second][3] or "")


def test_look_alikes_are_twelve_other_characters_in_common_use() -> None:
    for character, alike in tables.look_alikes().items():
        assert len(alike) == len(set(alike)) == 12
        assert character not in alike
        assert set(alike) <= tables.look_alikes().keys()


def test_a_traditional_character_looks_like_what_its_simplified_form_looks_like() -> None:
    assert ROWS["溝"][3] == ROWS["沟"][3]


def test_a_character_that_nobody_uses_has_no_look_alikes() -> None:
    assert ROWS["龘"][3] is None
