"""Which of many records found are shown."""

import pytest

from assistant.lookup.ranking import EXACT, Candidate, NameMatch, parsed
from assistant.lookup.records import Found, Record
from assistant.lookup.shortlist import Shortlist

TEN = 10


def found(kind: str, rid: int, score: float, name: str = "", reason: str = "name_prefix") -> Found:
    return Found(Record(kind, rid, f"{kind}{rid}", name or f"{kind}{rid}", None), score, reason)


def slip(rid: int, score: float) -> Found:
    """A place whose whole name is one slip away from what was typed."""
    match = NameMatch(Candidate(rid, "大和", "da he", 0, 1), score, 0, 2, parsed("大和", "da he"))
    return found("area", rid, score, "大和", "fuzzy")._replace(match=match)


def many(kind: str, number: int, score: float, name: str = "", first: int = 1) -> list[Found]:
    return [found(kind, rid, score, name) for rid in range(first, first + number)]


def shown(limit: int, *records: Found) -> list[Found]:
    shortlist = Shortlist(limit)
    for record in records:
        shortlist.add(record)
    return shortlist.shown(sorted(shortlist.all(), key=lambda one: (-one.score, one.record.order, one.record.rid)))


def kinds(records: list[Found]) -> list[str]:
    return [record.record.kind for record in records]


def test_of_a_record_found_twice_the_better_answer_is_kept() -> None:
    better = found("area", 1, 90.0, reason="name")
    assert shown(TEN, found("area", 1, 70.0), better, found("area", 1, 80.0)) == [better]


def test_all_is_shown_while_there_is_room() -> None:
    records = [*many("customer", 5, EXACT, "张伟"), *many("transformer_area", 5, 90.0)]
    assert shown(TEN, *records) == records


def test_namesakes_of_a_person_leave_places_to_other_names() -> None:
    result = shown(TEN, *many("customer", 9, EXACT, "张伟"), *many("customer", 9, 90.0, "张伟民", first=20))
    assert [one.record.name for one in result].count("张伟") == 3
    assert [one.score for one in result] == sorted((one.score for one in result), reverse=True)


def test_namesakes_fill_the_list_where_nothing_else_comes_near() -> None:
    result = shown(TEN, *many("customer", 20, EXACT, "张伟"), *many("customer", 9, 50.0, "章炜", first=30))
    assert {one.record.name for one in result} == {"张伟"}


def test_areas_of_one_name_are_all_shown() -> None:
    result = shown(TEN, *many("area", 12, EXACT, "朱家村"), *many("area", 5, 90.0, first=20))
    assert {one.record.name for one in result} == {"朱家村"}


def test_a_series_of_transformer_areas_leaves_places_to_others() -> None:
    result = shown(TEN, *many("transformer_area", 20, 95.0), *many("customer", 20, 80.0))
    assert kinds(result) == ["transformer_area"] * 4 + ["customer"] * 6


def test_places_that_are_almost_as_good_go_before_the_last_of_many_customers() -> None:
    result = shown(TEN, *many("customer", 20, 86.5), *many("area", 9, 83.0))
    assert kinds(result) == ["customer"] * 3 + ["area"] * 7


def test_places_that_are_not_almost_as_good_take_no_more_than_those_kept_for_them() -> None:
    result = shown(TEN, *many("customer", 20, 92.0), *many("area", 9, 83.0))
    assert kinds(result) == ["customer"] * 6 + ["area"] * 4


def test_there_is_room_for_a_place_that_is_almost_as_good() -> None:
    shortlist = Shortlist(TEN)
    for record in (*many("customer", 20, 86.5), *many("area", 4, 84.0)):
        shortlist.add(record)
    assert shortlist.has_room_for(82.0, 0, ties=False)
    assert not shortlist.has_room_for(79.0, 0, ties=False)
    assert not shortlist.has_room_for(82.0, 3, ties=False)


def test_a_series_leaves_room_for_what_is_found_after_it() -> None:
    shortlist = Shortlist(TEN)
    for record in many("transformer_area", 20, 95.0):
        shortlist.add(record)
    assert shortlist.has_room_for(90.0, 0, ties=False)


def test_any_of_a_series_may_be_meant_where_a_slip_may_be_in_the_number() -> None:
    series = [found("transformer_area", rid, 85.0, reason="fuzzy") for rid in range(9)]
    result = shown(TEN, *series, *many("customer", 20, 80.0))
    assert kinds(result) == ["transformer_area"] * 9 + ["customer"]


def test_a_series_fills_the_list_where_nothing_else_comes_near() -> None:
    result = shown(
        TEN, *many("transformer_area", 20, 95.0), *many("customer", 3, 80.0), *many("customer", 9, 59.0, first=9)
    )
    assert kinds(result) == ["transformer_area"] * 7 + ["customer"] * 3


def test_transformer_areas_of_the_very_name_are_no_series() -> None:
    result = shown(TEN, *many("transformer_area", 12, EXACT, "公变"), *many("customer", 20, 80.0))
    assert kinds(result) == ["transformer_area"] * TEN


@pytest.mark.parametrize("kind", ["area", "feeder"])
def test_four_places_are_kept_for_kinds_of_which_there_are_few(kind: str) -> None:
    result = shown(TEN, *many("customer", 30, 90.0), *many(kind, 9, 60.0))
    assert kinds(result) == ["customer"] * 6 + [kind] * 4


def test_places_are_kept_for_what_comes_near_alone() -> None:
    result = shown(TEN, *many("customer", 30, 90.0), found("area", 1, 60.0), *many("area", 9, 59.9, first=2))
    assert kinds(result) == ["customer"] * 9 + ["area"]


@pytest.mark.parametrize("reason", ["code", "number"])
def test_among_codes_and_numbers_no_place_is_kept(reason: str) -> None:
    exact = found("customer", 99, 100.0, reason=reason)
    result = shown(TEN, exact, *many("customer", 30, 90.0), *many("area", 9, 60.0))
    assert kinds(result) == ["customer"] * TEN
    assert result[0] == exact


@pytest.mark.parametrize(("limit", "customers"), [(1, 1), (2, 2), (3, 2), (5, 3), (100, 60)])
def test_places_are_kept_in_proportion(limit: int, customers: int) -> None:
    result = shown(limit, *many("customer", 200, 90.0), *many("area", 200, 80.0))
    assert kinds(result) == ["customer"] * customers + ["area"] * (limit - customers)


def test_a_list_of_one_shows_the_best() -> None:
    best = found("transformer_area", 1, 95.0)
    assert shown(1, *many("customer", 20, 80.0), best, *many("area", 5, 94.0)) == [best]
    assert shown(1, *many("customer", 3, EXACT, "张伟"), *many("area", 3, 90.0))[0].record.kind == "customer"


@pytest.mark.parametrize("limit", [1, 2, 9, 10, 100])
def test_as_many_are_shown_as_asked_for_and_none_twice(limit: int) -> None:
    crowd = [
        *many("customer", 60, EXACT, "张伟"),
        *many("transformer_area", 60, 97.0),
        *many("area", 3, 61.0),
        *many("feeder", 60, 20.0),
    ]
    result = shown(limit, *crowd)
    assert len(result) == limit
    assert len({(one.record.kind, one.record.rid) for one in result}) == limit
    assert [one.score for one in result] == sorted((one.score for one in result), reverse=True)


def test_little_found_is_told() -> None:
    shortlist = Shortlist(TEN)
    for record in many("area", 4, 90.0):
        shortlist.add(record)
    assert shortlist.is_short
    shortlist.add(found("area", 5, 90.0))
    assert not shortlist.is_short


def test_there_is_room_for_what_is_better_than_the_last() -> None:
    shortlist = Shortlist(2)
    assert shortlist.has_room_for(0.1, 3, ties=False)
    for record in many("customer", 2, 70.0):
        shortlist.add(record)
    assert shortlist.has_room_for(70.1, 3, ties=False)
    assert not shortlist.has_room_for(70.0, 3, ties=False)
    assert shortlist.has_room_for(70.0, 3, ties=True)
    assert not shortlist.has_room_for(69.9, 3, ties=True)
    shortlist.add(found("customer", 3, 80.0))
    assert shortlist.has_room_for(70.1, 3, ties=False)


def test_there_is_room_in_the_places_kept_until_they_are_taken() -> None:
    shortlist = Shortlist(TEN)
    for record in many("customer", TEN, 90.0):
        shortlist.add(record)
    assert shortlist.has_room_for(61.0, 0, ties=False)
    assert not shortlist.has_room_for(60.0, 0, ties=False)
    assert not shortlist.has_room_for(61.0, 3, ties=False)
    for record in many("area", 4, 70.0):
        shortlist.add(record)
    assert not shortlist.has_room_for(61.0, 0, ties=False)
    assert shortlist.has_room_for(70.1, 0, ties=False)


def preferred(weight: float, *others: Found, how: Found | None = None) -> list[Found]:
    shortlist = Shortlist(TEN)
    for record in others:
        shortlist.add(record)
    shortlist.prefer(found("area", 1, 0.0).record, weight, how)
    return sorted(shortlist.all(), key=lambda one: -one.score)


def test_what_was_chosen_before_is_lifted_by_its_weight() -> None:
    others = found("area", 1, 60.0), found("area", 2, 80.0)
    assert preferred(1.0, *others)[0].record.rid == 1
    assert preferred(0.1, *others)[0].record.rid == 2
    assert preferred(0.5, *others)[1].score == 75.0


def test_what_was_chosen_before_never_passes_an_exact_answer() -> None:
    exact = found("area", 2, EXACT, reason="name")
    lifted = preferred(1.0, found("area", 1, 98.0), exact)
    assert lifted[0] == exact
    assert lifted[1].score < EXACT


def test_what_was_chosen_before_passes_a_place_that_is_called_so_for_short() -> None:
    lifted = preferred(1.0, found("area", 1, 97.0), found("area", 2, EXACT))
    assert [one.record.rid for one in lifted] == [1, 2]
    assert lifted[0].score <= 100


def test_what_was_chosen_oftener_comes_first() -> None:
    shortlist = Shortlist(TEN)
    for rid, weight in ((1, 0.5), (2, 1.0), (3, 0.8)):
        shortlist.add(found("area", rid, 97.0))
        shortlist.prefer(found("area", rid, 0.0).record, weight, None)
    assert [one.record.rid for one in sorted(shortlist.all(), key=lambda one: -one.score)] == [2, 3, 1]


def test_an_exact_answer_that_was_chosen_before_stays_as_it_is() -> None:
    exact = found("area", 1, 100.0, reason="code")
    assert preferred(1.0, exact) == [exact]


def test_what_was_chosen_before_is_shown_even_if_it_does_not_answer() -> None:
    only = preferred(1.0)[0]
    assert (only.reason, only.score) == ("chosen", 90.0)
    answered = preferred(0.0, how=found("area", 1, 70.0, reason="pinyin"))[0]
    assert (answered.reason, answered.score) == ("pinyin", 70.0)


def test_what_was_lifted_counts_for_the_room_left() -> None:
    shortlist = Shortlist(1)
    shortlist.add(found("customer", 1, 50.0))
    assert shortlist.has_room_for(60.0, 3, ties=False)
    shortlist.prefer(found("customer", 1, 0.0).record, 1.0, None)
    assert not shortlist.has_room_for(60.0, 3, ties=False)


def test_a_guess_at_a_series_does_not_go_before_what_holds_the_text() -> None:
    holding = many("transformer_area", 5, 88.0)
    guesses = [found("transformer_area", rid, 88.0, reason="fuzzy") for rid in range(20, 40)]
    result = shown(TEN, *holding, *guesses)
    assert [one for one in result if one.reason != "fuzzy"] == holding


def test_no_place_is_kept_for_what_is_worse_than_the_very_characters() -> None:
    people = many("customer", 12, 85.0)
    near = found("area", 1, 80.0, reason="sounds_like")
    worse = found("area", 2, 75.0, reason="fuzzy")
    assert kinds(shown(TEN, *people, near, worse)) == ["customer"] * 9 + ["area"]
    assert kinds(shown(TEN, *people, found("area", 3, 75.0))) == ["customer"] * 9 + ["area"]


def test_any_of_a_series_that_holds_the_text_goes_before_guesses() -> None:
    holding = [found("transformer_area", rid, 90.0, reason="name_prefix") for rid in range(5)]
    guesses = [found("area", rid, 86.0, reason="fuzzy") for rid in range(20)]
    surely = [found("area", rid, 85.0, reason="pinyin") for rid in range(30, 32)]
    result = shown(TEN, *holding, *guesses, *surely)
    assert [one for one in result if one.reason != "fuzzy"] == [*holding, *surely]
    assert len(result) == 10


def test_of_whole_names_one_slip_away_two_are_shown_and_the_best_give_way_to_none() -> None:
    nearly = [slip(rid, 82.0 - rid) for rid in range(3)]
    assert shown(TEN, *many("area", 10, 92.0, first=20), *nearly) == many("area", 10, 92.0, first=20)
    assert shown(TEN, *[found("area", rid, 88.0, reason="pinyin") for rid in range(20, 30)], *nearly)[8:] == nearly[:2]
