from data.tokens import code_tokens, name_tokens, plain_code, plain_text, searchable


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
