import pytest

from data.pinyin import character_readings, readings_of


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


def test_the_words_of_an_office_have_one_reading() -> None:
    assert readings_of("沙河营居委会").endswith("ju wei hui")


def test_letters_and_digits_stand_for_themselves_and_signs_are_unreadable() -> None:
    assert readings_of("10kV塔山线(2)") == "1 0 k v ta shan xian _ 2 _"
    assert readings_of("Ａ 😀") == "a _ _"


def test_every_common_character_has_readings() -> None:
    readings = dict(character_readings())
    assert readings["岗"] == "gang"
    assert len(readings) > 20_000
