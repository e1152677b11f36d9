import pytest

from data.fields import Doc
from data.names.area_codes import UncodedArea, assign_codes, county_of, spoken_name

PINYIN = {
    "塔": "ta",
    "山": "shan",
    "乡": "xiang|xiang",
    "台": "tai",
    "天": "tian",
    "水": "shui",
    "村": "cun",
    "长": "chang|zhang",
}


def readings_of(text: str) -> str:
    return " ".join(PINYIN.get(character, character) for character in text)


def uncoded(area_id: str, name: str, level: str = "village", county: str = "211402") -> UncodedArea:
    return UncodedArea(area_id, name, level, county)


def test_a_code_is_the_initials_of_the_name() -> None:
    assert assign_codes([uncoded("1", "塔山乡")], {}, readings_of) == {"1": "tsx"}


def test_a_township_gets_its_plain_initials_before_a_village_with_a_lower_id() -> None:
    codes = assign_codes([uncoded("1", "台山乡"), uncoded("9", "塔山乡", "township")], {}, readings_of)
    assert codes == {"9": "tsx", "1": "taisx"}


def test_a_code_in_use_is_never_given_again() -> None:
    assert assign_codes([uncoded("2", "天水乡")], {"211402": {"tsx"}}, readings_of) == {"2": "tiansx"}


def test_later_namesakes_spell_out_one_syllable_and_are_then_numbered() -> None:
    namesakes = [uncoded(str(number), "塔山乡") for number in range(1, 7)]
    codes = assign_codes(namesakes, {}, readings_of)
    assert list(codes.values()) == ["tsx", "tasx", "tshanx", "tsxiang", "tsx2", "tsx3"]


def test_another_county_may_use_the_same_code() -> None:
    codes = assign_codes([uncoded("1", "塔山乡"), uncoded("2", "塔山乡", county="211421")], {}, readings_of)
    assert set(codes.values()) == {"tsx"}


def test_the_best_reading_counts() -> None:
    assert assign_codes([uncoded("1", "长山村")], {}, readings_of) == {"1": "csc"}


def test_letters_and_digits_of_a_name_stay() -> None:
    assert assign_codes([uncoded("1", "塔12村")], {}, readings_of) == {"1": "t12c"}


def test_a_name_without_any_letter_falls_back_on_its_id() -> None:
    assert assign_codes([uncoded("211402206", "……")], {}, readings_of) == {"211402206": "211402206"}


def test_no_areas_need_no_codes() -> None:
    assert assign_codes([], {"211402": {"tsx"}}, readings_of) == {}


@pytest.mark.parametrize(
    ("official", "spoken"),
    [
        ("塔山村委会", "塔山村"),
        ("曹屯村民委员会", "曹屯村"),
        ("大岭村村民委员会", "大岭村"),
        ("连山社区居民委员会", "连山社区"),
        ("新华居委会", "新华社区"),
        ("塔山乡", "塔山乡"),
        ("村委会", "村委会"),
    ],
)
def test_the_office_is_left_out_of_what_callers_say(official: str, spoken: str) -> None:
    assert spoken_name(official) == spoken


def test_the_county_of_a_village_is_found_through_its_township() -> None:
    areas: dict[str, Doc] = {
        "21": {"level": "province", "parent_id": None},
        "2114": {"level": "city", "parent_id": "21"},
        "211402": {"level": "county", "parent_id": "2114"},
        "211402206": {"level": "township", "parent_id": "211402"},
        "211402206201": {"level": "village", "parent_id": "211402206"},
    }
    assert county_of("211402206201", areas) == "211402"
    assert county_of("211402", areas) == "211402"
    assert county_of("2114", areas) == "21"


def test_a_tree_that_runs_in_a_circle_still_has_a_county() -> None:
    areas: dict[str, Doc] = {
        "a": {"level": "village", "parent_id": "b"},
        "b": {"level": "village", "parent_id": "a"},
    }
    assert county_of("a", areas) == "b"
