import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.demo.areas import read_places
from data.names.pinyin import MAX_READINGS, readings_of
from tests.readings import readings_of_character


@pytest.mark.parametrize(
    ("name", "readings"),
    [
        ("绥中县", "sui zhong xian"),
        ("葫芦岛市", "hu lu dao shi"),
        ("虹螺岘镇", "hong luo xian zhen"),
        ("高桥村民委员会", "gao qiao cun min wei yuan hui"),
        ("", ""),
    ],
)
def test_a_name_has_one_group_of_readings_a_character(name: str, readings: str) -> None:
    assert readings_of(name) == readings


def test_a_place_is_read_as_people_there_read_it() -> None:
    assert readings_of("徐大堡镇").split(" ")[2] == "bao|pu|bu"
    assert readings_of("马圈子村").split(" ")[1].startswith("juan")
    assert readings_of("长庆社区").startswith("chang|zhang qing")


def test_a_family_name_is_read_as_a_family_name_and_keeps_its_other_readings() -> None:
    assert readings_of("单玉兰").startswith("shan|")
    assert "dan" in readings_of("单玉兰").split(" ")[0].split("|")


@pytest.mark.parametrize(
    ("place", "heard"),
    [
        ("十里堡村", "pu"),
        ("马尾村", "yi"),
        ("仇化屯", "qiu"),
        ("单家沟村", "shan"),
        ("老么沟", "yao"),
        ("宿家屯", "su"),
        ("石佛寺", "fo"),
        ("盖州市", "gai"),
        ("重兴社区", "chong"),
        ("乐安村", "le"),
        ("沈阳市", "shen"),
        ("召东社区", "zhao"),
    ],
)
def test_what_callers_say_of_a_place_is_among_its_readings(place: str, heard: str) -> None:
    assert any(heard in group.split("|") for group in readings_of(place).split(" "))


def test_a_place_of_a_family_is_read_with_its_family_name_first() -> None:
    assert readings_of("单家沟村").startswith("shan|")
    assert readings_of("解家村").startswith("xie|")


def test_a_word_tells_how_its_characters_are_read() -> None:
    assert readings_of("中国银行大厦").split(" ")[3].startswith("hang")
    assert readings_of("会计事务所").split(" ")[0] == "kuai|hui"


def test_a_person_s_given_name_is_not_read_as_a_word() -> None:
    assert readings_of("王会计").split(" ")[1] == "hui"


def test_no_character_of_a_name_has_more_readings_than_the_index_has_room_for() -> None:
    assert all(len(readings_of_character(chr(one))) <= MAX_READINGS for one in range(0x4E00, 0xA000))


def test_a_traditional_character_is_read_as_its_simplified_form() -> None:
    assert readings_of("綏中縣前所鎮") == readings_of("绥中县前所镇")
    assert readings_of_character("長") == readings_of_character("长")


def test_the_words_of_an_office_have_one_reading() -> None:
    assert readings_of("沙河营居委会").endswith("ju wei hui")


def test_letters_and_digits_stand_for_themselves_and_signs_are_unreadable() -> None:
    assert readings_of("10kV塔山线(2)") == "1 0 k v ta shan xian _ 2 _"
    assert readings_of("Ａ 😀") == "a _ _"


@given(st.text(min_size=1))
def test_any_text_has_one_group_a_character_and_no_reading_twice(text: str) -> None:
    groups = [group.split("|") for group in readings_of(text).split(" ")]
    assert len(groups) == len(text)
    assert all(0 < len(group) == len(set(group)) <= MAX_READINGS and all(group) for group in groups)


def test_names_of_places_have_hardly_more_than_one_reading_a_character() -> None:
    groups = [group for place in read_places() for group in readings_of(place.name).split(" ")]
    assert sum(group.count("|") for group in groups) / len(groups) < 0.08
