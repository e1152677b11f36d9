import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.lookup.segmentation import LONGEST_SYLLABLE, Segmentation, Unit, UnitKind, corrected, segment_letters
from data.names.syllables import sound_of


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
    assert tuple((sound_of(syllable),) for syllable in meant) in corrected(typed)


def test_letters_that_no_single_slip_explains_are_not_corrected() -> None:
    assert corrected("xqzxqzxqz") == []


def test_a_misheard_first_letter_stands_for_both() -> None:
    assert Unit(UnitKind.SYLLABLE, "lan", ("x",)).initials == ("l", "n")
    assert Unit(UnitKind.INITIAL, "l").initials == ("l",)
    assert Unit(UnitKind.HANZI, "长", (), ("chang", "zhang")).initials == ("c", "z")


def test_letters_that_are_no_syllables_are_all_initials_too() -> None:
    assert ["t", "s", "g", "a", "n", "g"] in [texts(units) for _, units in segment_letters("tsgang")]


def test_two_letters_swapped_across_an_edge_are_put_back() -> None:
    assert ((sound_of("ta"),), (sound_of("shan"),)) in corrected("tasahn")
    assert ((sound_of("gao"),), (sound_of("qiao"),)) in corrected("gaqoiao")


@given(letters=st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=24) | st.text("ngaishzu", min_size=1))
def test_any_letters_can_be_read_the_cheapest_way_first(letters: str) -> None:
    ways = segment_letters(letters)
    assert all("".join(texts(units)) == letters for _, units in ways)
    assert ways[0][0] == min(cost for cost, _ in ways)
    assert len({units for _, units in ways}) == len(ways)


@given(letters=st.text("tashngoqiuxe", min_size=3, max_size=12))
def test_a_correction_is_near_what_was_typed(letters: str) -> None:
    found = corrected(letters, 20)
    assert len(set(found)) == len(found)
    for heard in found:
        assert all(heard)
        assert len(heard) <= len(letters) + 1 <= LONGEST_SYLLABLE * len(heard) + 2


def test_no_more_corrections_are_made_than_asked_for() -> None:
    assert len(corrected("tashan", 5)) == 5
    assert corrected("tashan", 5) == corrected("tashan")[:5]
