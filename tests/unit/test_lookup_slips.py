"""Slips, short forms and look-alikes: which place each takes in an answer, and which of them are weak."""

from pathlib import Path

import pytest

from assistant.lookup.lookup import Hit, LookupEngine
from assistant.lookup.query import parse
from assistant.lookup.ranking import Candidate
from assistant.lookup.slips import SlipRanker
from assistant.lookup.weak import WEAK_FUZZY_UNDER, WEAK_UNDER, is_weak
from data.names.pinyin import readings_of
from tests.caches import Rows, cache_of
from tests.readings import readings_of_character

FIFTY_FAMILIES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦"


def answer(folder: Path, names: list[str], typed: str, *, customers: list[str] | None = None) -> list[Hit]:
    """What is found among areas and customers of these names."""
    areas: Rows = [("area", {"id": f"a{number}", "name": name}) for number, name in enumerate(names)]
    people: Rows = [
        ("customer", {"id": f"21140{number:05}", "name": name}) for number, name in enumerate(customers or [])
    ]
    connection = cache_of(folder / "cache.db", [*areas, *people])
    hits = LookupEngine(connection).search(typed)
    connection.close()
    return hits


def names(hits: list[Hit]) -> list[str]:
    return [hit.name for hit in hits]


def test_a_character_that_looks_like_the_right_one_is_read_as_it(tmp_path: Path) -> None:
    hits = answer(tmp_path, ["塔山乡", "大山岗堡村", "打沙村"], "搭山")
    assert names(hits)[0] == "塔山乡"
    assert (hits[0].reason, hits[0].spans) == ("fuzzy", ((0, 2),))


def test_whole_names_that_sound_as_typed_come_before_those_that_look_so(tmp_path: Path) -> None:
    assert names(answer(tmp_path, ["塔山乡", "大山村"], "搭山"))[:2] == ["大山村", "塔山乡"]


def test_the_likest_character_comes_first(tmp_path: Path) -> None:
    assert names(answer(tmp_path, ["石佛村", "石桥村", "石岭村"], "石娇村"))[0] == "石桥村"


def test_two_characters_that_stand_in_a_name_are_not_read_as_others(tmp_path: Path) -> None:
    customers = ["罗搭山", *(f"塔山{number}" for number in range(12))]
    assert names(answer(tmp_path, [], "搭山", customers=customers))[0] == "罗搭山"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("喀左", "喀喇沁左翼蒙古族自治县"),
        ("喀左县", "喀喇沁左翼蒙古族自治县"),
        ("阜蒙县", "阜新蒙古族自治县"),
    ],
)
def test_the_short_form_of_a_county_finds_it_and_is_no_weak_answer(tmp_path: Path, typed: str, meant: str) -> None:
    areas = ["喀喇沁左翼蒙古族自治县", "阜新蒙古族自治县", "葫芦岛打渔山经济开发区", "抚顺县", "左家村"]
    first = answer(tmp_path, areas, typed)[0]
    assert first.name == meant
    assert not is_weak(first.reason, first.score)


def test_characters_in_another_order_are_no_short_form(tmp_path: Path) -> None:
    assert answer(tmp_path, ["喀喇沁左翼蒙古族自治县"], "左喀") == []


def test_a_short_form_with_its_first_stretch_in_bold(tmp_path: Path) -> None:
    (hit,) = answer(tmp_path, ["葫芦岛打渔山经济开发区"], "打渔山开发区")
    assert hit.spans == ((3, 6),)


@pytest.mark.parametrize(("typed", "meant"), [("dawm", "大洼村"), ("qianwt", "前吴村")])
def test_what_reads_as_a_syllable_and_initials_may_be_a_slip_in_a_whole_name(
    tmp_path: Path, typed: str, meant: str
) -> None:
    found = names(answer(tmp_path, ["大王庙镇", "大洼村", "前五台村", "前吴村"], typed))
    assert found[1] == meant


def test_a_slip_in_the_middle_of_a_long_name_is_mended_wherever_its_beginning_is_cut(tmp_path: Path) -> None:
    hits = answer(tmp_path, ["三分场生活区"], "sanfenchsngshenghuoqu")
    assert names(hits) == ["三分场生活区"]
    assert hits[0].score >= 80


def test_a_letter_typed_twice_is_no_misheard_syllable_as_well(tmp_path: Path) -> None:
    assert names(answer(tmp_path, ["海城市", "福安村"], "fuaan"))[0] == "福安村"


def test_without_its_last_word_a_place_is_meant_sooner_than_what_is_called_after_it(tmp_path: Path) -> None:
    hits = answer(tmp_path, ["华家店村", "华家村", "樊家屯村"], "fajiatun")
    assert names(hits) == ["华家村", "樊家屯村", "华家店村"]


def test_weak_answers_stand_in_this_order_one_slip_two_slips_a_guess() -> None:
    ranker = SlipRanker(parse("huludapshangdian", readings_of_character))
    matches = [
        ranker.nearly(Candidate(1, name, readings_of(name), 0, 1))
        for name in ("葫芦岛商店", "葫芦高商店", "葫芦巷粮店")
    ]
    one, two, guess = [match.score if match else 0.0 for match in matches]
    assert WEAK_FUZZY_UNDER > one > two > guess > 0
    assert two < WEAK_UNDER


def test_a_customer_whose_name_is_a_guess_hides_no_place_of_the_narrower_name(tmp_path: Path) -> None:
    hits = answer(tmp_path, ["塔山乡", "朱家村"], "塔山 朱家", customers=["塔山加油站"])
    assert names(hits) == ["朱家村", "塔山加油站"]
    assert all(is_weak(hit.reason, hit.score) for hit in hits)


def test_one_slip_from_the_whole_name_keeps_a_place_beside_many_that_begin_as_typed(tmp_path: Path) -> None:
    towns = [f"大红旗{end}村" for end in ("", *"东西南北前后")]
    people = [f"达{first}{second}" for first in "红宏华" for second in "琴清强"]
    hits = answer(tmp_path, [*towns, "大和村"], "dahq", customers=people)
    assert len(hits) == 10
    assert names(hits)[-1] == "大和村"
    assert hits[-2].score > hits[-1].score


def test_nothing_gives_way_to_a_slip_that_holds_the_very_characters(tmp_path: Path) -> None:
    villages = [f"朱家{end}村" for end in "东西南北前后上下左右"]
    assert sorted(names(answer(tmp_path, [*villages, "朱加村"], "朱家"))) == sorted(villages)


def test_a_wrong_last_character_hides_among_those_that_end_as_typed(tmp_path: Path) -> None:
    others = [f"{family}家堡村" for family in FIFTY_FAMILIES]
    assert "苑家沟村" in names(answer(tmp_path, [*others, "苑家沟村"], "苑家抱"))


def test_a_wrong_middle_character_is_told_by_those_around_it(tmp_path: Path) -> None:
    others = [f"{family}隆乔村" for family in FIFTY_FAMILIES]
    assert "兴海桥社区" in names(answer(tmp_path, [*others, "兴海桥社区"], "兴龙桥"))


def test_a_person_is_not_called_by_a_village(tmp_path: Path) -> None:
    people = [f"徐冰{end}" for end in "丽伟芳静强敏军洋勇"]
    hits = answer(tmp_path, ["徐家屯村民委员会"], "徐冰屯", customers=["徐冰", *people])
    assert names(hits)[0] == "徐家屯村民委员会"


def test_a_slip_in_the_middle_of_long_letters_is_mended_where_the_cut_falls_within_a_syllable(tmp_path: Path) -> None:
    assert names(answer(tmp_path, ["范家分场生活区"], "fanjiafeechangshenghuoqu")) == ["范家分场生活区"]
