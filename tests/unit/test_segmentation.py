import pytest

from assistant.segmentation import Segmentation, Unit, UnitKind, corrected, segment_letters
from data.syllables import sound_of


def texts(units: Segmentation) -> list[str]:
    return [unit.text for unit in units]


@pytest.mark.parametrize(
    ("letters", "read"),
    [
        ("tashanxiang", ["ta", "shan", "xiang"]),
        ("tsx", ["t", "s", "x"]),
        ("tashanx", ["ta", "shan", "x"]),
        ("tashanxia", ["ta", "shan", "xia"]),
        ("kv", ["k", "v"]),
    ],
)
def test_letters_are_read_the_likeliest_way_first(letters: str, read: list[str]) -> None:
    assert texts(segment_letters(letters)[0][1]) == read


def test_an_unfinished_syllable_stands_for_all_that_it_may_become() -> None:
    beginnings = [unit for _, units in segment_letters("shua") for unit in units if unit.kind is UnitKind.BEGINNING]
    assert beginnings[0].sounds == tuple(sorted(beginnings[0].sounds))
    assert len(beginnings[0].sounds) > 1


def test_a_short_syllable_may_also_be_initials() -> None:
    assert ["s", "h", "e"] in [texts(units) for _, units in segment_letters("she")]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tashqnxiang", ["ta", "shan", "xiang"]),
        ("tashnxiang", ["ta", "shan", "xiang"]),
        ("tashaanxiang", ["ta", "shan", "xiang"]),
        ("tasahnxiang", ["ta", "shan", "xiang"]),
        ("wangyapou", ["wang", "yao", "pu"]),
    ],
)
def test_one_slip_is_undone(typed: str, meant: list[str]) -> None:
    sounds = [[unit.sounds for unit in units] for units in corrected(typed)]
    assert [(sound_of(syllable),) for syllable in meant] in sounds


def test_letters_that_no_single_slip_explains_are_not_corrected() -> None:
    assert corrected("xqzxqzxqz") == []


def test_a_misheard_first_letter_stands_for_both() -> None:
    assert Unit(UnitKind.SYLLABLE, "lan", ("x",)).initials == ("l", "n")
    assert Unit(UnitKind.INITIAL, "l").initials == ("l",)
    assert Unit(UnitKind.HANZI, "长", (), ("chang", "zhang")).initials == ("c", "z")
