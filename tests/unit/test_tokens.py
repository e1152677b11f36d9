import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.names.pinyin import readings_of
from data.names.tokens import code_tokens, name_tokens, plain_code, plain_text, said_of, searchable


def tokens_of(name: str) -> set[str]:
    return set(name_tokens(name, readings_of(name)))


def test_a_name_has_tokens_of_every_type() -> None:
    tokens = name_tokens("塔山乡", "ta shan xiang")
    assert {"h塔山", "h山乡", "iusx"} - set(tokens) == {"iusx"}
    assert {token[0] for token in tokens} == set("hwskmuib")
    assert {"iuts", "itsx", "isxv"} <= set(tokens)


def test_every_reading_of_a_character_is_indexed() -> None:
    tokens = name_tokens("长青", "chang|zhang qing")
    assert {"iucq", "iuzq"} <= set(tokens)


def test_tokens_are_distinct_and_always_in_the_same_order() -> None:
    tokens = name_tokens("塔塔塔塔塔", "ta ta ta ta ta")
    assert len(tokens) == len(set(tokens))
    assert tokens == name_tokens("塔塔塔塔塔", "ta ta ta ta ta")


def test_signs_between_characters_do_not_part_them() -> None:
    assert "h线6" in name_tokens("塔山线(616)", "ta shan xian _ 6 1 6 _")
    assert searchable("山(6)", "shan _ 6 _") == ("山6", ["shan", "6"], [0, 2])


def test_readings_that_do_not_fit_the_name_leave_its_characters_searchable() -> None:
    assert "h塔山" in name_tokens("塔山", "ta")


def test_a_name_without_anything_readable_has_no_tokens() -> None:
    assert name_tokens("", "") == []
    assert name_tokens("(-)", "_ _ _") == []


def test_width_and_case_do_not_matter() -> None:
    assert plain_text("１０KV塔山") == "10kv塔山"
    assert plain_code(" T-00１6 ") == "t0016"


def test_a_long_number_is_indexed_by_fours_and_a_short_one_whole_too() -> None:
    assert code_tokens("2114000123") == ["n2114", "n1140", "n1400", "n4000", "n0001", "n0012", "n0123"]
    assert code_tokens("616") == ["c616"]
    assert code_tokens("-") == []


@pytest.mark.parametrize("name", ["塔山乡", "塔山村民委员会", "塔山线", "塔山社区居委会"])
def test_a_stem_is_found_as_if_it_were_the_whole_name(name: str) -> None:
    whole = {token for token in tokens_of("塔山") if token[0] in "wi" or token.endswith("v0")}
    assert {"wt0sf", "ssfv0", "itsv", "iutsv"} <= whole
    assert {token for token in whole if not token.startswith("k")} <= tokens_of(name)


def test_the_beginning_of_a_word_is_no_whole_name() -> None:
    assert not {"wt0sf", "ssfv0", "itsv"} & tokens_of("塔山口")
    assert not {"wt0", "st0v0"} & tokens_of("塔乡")


def test_a_stem_of_more_than_four_characters_is_found_by_its_end_alone() -> None:
    tokens = tokens_of("上下东西南村")
    assert "inv" in {token[-3:] for token in tokens}
    assert not any(token.startswith("w") for token in tokens)


@pytest.mark.parametrize(
    ("name", "plain", "positions"),
    [
        ("10kV塔山线", "塔山线", [4, 5, 6]),
        ("１０ＫＶ 塔山线(616)", "塔山线616", [5, 6, 7, 9, 10, 11]),
        ("0.4kV东街", "东街", [5, 6]),
        ("10kV", "10kv", [0, 1, 2, 3]),
        ("塔山10kV线", "塔山10kv线", [0, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_a_voltage_before_a_name_does_not_count(name: str, plain: str, positions: list[int]) -> None:
    counted, groups, places = searchable(name, readings_of(name))
    assert (counted, list(places)) == (plain, positions)
    assert len(groups) == len(counted)


def test_a_single_character_finds_names_that_begin_with_it_alone() -> None:
    assert {token for token in tokens_of("10kV塔山线") if token.startswith("b")} == {"b塔"}
    assert {token for token in tokens_of("(东)街") if token.startswith("b")} == {"b东"}


@pytest.mark.parametrize(
    ("name", "stem", "said"),
    [
        ("兴工社区居民委员会", 2, 4),
        ("兴工社区居委会", 2, 4),
        ("兴工街道办事处", 2, 4),
        ("兴工台区", 2, 4),
        ("锡伯族镇", 3, 4),
        ("元台子蒙古族镇", 3, 7),
        ("连山区", 2, 3),
        ("山区", 2, 2),
        ("塔山线616", 6, 6),
        ("", 0, 0),
    ],
)
def test_what_people_say_of_a_name(name: str, stem: int, said: int) -> None:
    assert said_of(name) == (stem, said)


_NAMES = st.text(st.sampled_from("塔山长庆村乡社区民委员会线10kV(616).- ＴｅﬁßİÅ\u0301"), max_size=20)


@given(name=_NAMES | st.text(max_size=20))
def test_what_counts_of_a_name_stands_where_it_says(name: str) -> None:
    plain, groups, positions = searchable(name, readings_of(name))
    assert len(plain) == len(groups) == len(positions)
    assert list(positions) == sorted(set(positions))
    assert [plain_text(name)[position] for position in positions] == list(plain)
    assert len(plain_text(name)) == len(name)
    stem, said = said_of(plain)
    assert min(2, len(plain)) <= stem <= said <= len(plain)


@given(name=_NAMES)
def test_tokens_hold_nothing_that_could_be_read_as_syntax(name: str) -> None:
    assert all(character.isalnum() or character == "_" for token in tokens_of(name) for character in token)
