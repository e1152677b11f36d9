from assistant.lookup import candidates
from assistant.lookup.segmentation import Unit, UnitKind, segment_letters

TA_SHAN_XIANG = segment_letters("tashanxiang")[0][1]
INITIALS = segment_letters("tsx")[0][1]
TA, LONE = Unit(UnitKind.HANZI, "塔", ("t0",), ("ta",)), Unit(UnitKind.HANZI, "㐀")


def test_written_characters_are_looked_for_in_pairs() -> None:
    assert candidates.written((TA, TA, LONE)) == '"h塔塔" AND "h塔㐀"'
    assert candidates.written((TA,)) == '"b塔"'
    assert candidates.written(()) == ""
    assert candidates.written(TA_SHAN_XIANG) == ""


def test_sounds_are_looked_for_in_pairs_and_at_either_end() -> None:
    assert candidates.alike(TA_SHAN_XIANG) == '"st0sf" AND "ssfxn"'
    assert candidates.alike(TA_SHAN_XIANG, at_start=True) == '"st0sf" AND "ssfxn" AND "su0t0"'
    assert candidates.alike(TA_SHAN_XIANG, at_start=True, at_end=True) == '"wt0sfxn"'


def test_initials_are_looked_for_in_runs() -> None:
    assert candidates.alike(INITIALS) == '"itsx"'
    assert candidates.alike(INITIALS, at_start=True) == '"iutsx"'


def test_a_character_without_readings_cannot_be_looked_for_by_sound() -> None:
    assert candidates.alike((TA, LONE)) == ""
    assert candidates.one_missing((TA, LONE)) == ""


def test_too_little_is_not_looked_for_with_a_slip() -> None:
    assert candidates.one_missing((TA,)) == ""
    assert candidates.one_wrong((TA, TA)) == ""


def test_a_wrong_character_leaves_its_neighbours() -> None:
    assert '("ku0sf" AND "ssfxn")' not in candidates.one_wrong(TA_SHAN_XIANG)
    assert '"kt0xn"' in candidates.one_wrong(TA_SHAN_XIANG)


def test_part_of_a_number_is_looked_for_by_its_end() -> None:
    assert candidates.part_of_code("2114000616") == '"n0616" AND "n1400"'
    assert candidates.part_of_code("616") == '"c616" *'
    assert candidates.part_of_code("6") == ""


def test_a_name_of_another_order_is_looked_for_with_two_units_swapped() -> None:
    assert candidates.one_swapped(TA_SHAN_XIANG) == '("ssft0" AND "st0xn") OR ("st0xn" AND "sxnsf")'
    assert candidates.one_swapped((TA, LONE)) == ""
    assert candidates.one_swapped((TA,)) == ""


def test_a_missing_character_is_looked_for_in_every_gap() -> None:
    assert candidates.one_missing(TA_SHAN_XIANG) == '("ssfxn" AND "kt0sf") OR ("st0sf" AND "ksfxn")'


def test_a_slip_between_initials_leaves_the_clean_ends() -> None:
    units = segment_letters("tashanxianggaoqiao")[0][1] + INITIALS[:1]
    assert candidates.one_wrong(units) == f"({candidates.alike(units[:4])})"
    assert candidates.one_wrong(INITIALS) == ""


def test_whole_short_names_are_looked_for_all_at_once() -> None:
    heard = tuple(unit.sounds for unit in TA_SHAN_XIANG)
    assert candidates.any_of_whole([heard, heard[:2]]) == '"wt0sfxn" OR "wt0sf"'
    assert candidates.any_of_whole([heard * 2, ((),), (("t0", "ta"),)]) == ""
    assert candidates.any_of_whole([]) == ""


def test_an_end_that_may_be_anything_is_left_out() -> None:
    vague, sure = tuple("abcdefg"), TA.sounds
    assert candidates.without_vague_end((sure, vague)) == (sure,)
    assert candidates.without_vague_end((vague,)) == (vague,)
    assert candidates.without_vague_end((sure, sure)) == (sure, sure)


def test_names_that_end_so_are_told_from_those_that_go_on() -> None:
    assert candidates.alike(TA_SHAN_XIANG, at_end=True) == '"st0sf" AND "ssfxn" AND "sxnv0"'
    assert candidates.alike(INITIALS, at_end=True) == '"itsxv"'


def test_a_single_initial_is_looked_for_at_the_start_of_names() -> None:
    assert candidates.alike(INITIALS[:1]) == '"iut"'


def test_nothing_asked_for_is_no_expression() -> None:
    assert candidates.any_expression([]) == ""
    assert candidates.any_expression(["", ""]) == ""
    assert candidates.any_expression(['"a"', "", '"a"']) == '("a")'


def test_of_a_long_name_with_a_slip_what_stands_before_and_after_it_is_looked_for() -> None:
    broken = segment_letters("dongdazhaggzicunhao")[0][1]
    both = candidates.alike(segment_letters("dongda")[0][1]), candidates.alike(segment_letters("cunhao")[0][1])
    assert candidates.around_break(broken) == " AND ".join(both)
    assert candidates.around_break(TA_SHAN_XIANG) == ""
    assert candidates.around_break(segment_letters("taggshan")[0][1]) == ""
