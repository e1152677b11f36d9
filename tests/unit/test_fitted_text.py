"""Texts that are wider than their place in the popup."""

from tkinter import font as tkfont
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.popup.pen import Face
from assistant.popup.row_drawing import fitted_runs, gap


class RuledFont:
    """Every character is ten pixels wide."""

    def measure(self, text: str) -> int:
        return 10 * len(text)


RULED = Face(cast("tkfont.Font", RuledFont()))


def test_a_word_that_is_wider_than_the_line_goes_on_below_and_nothing_is_lost() -> None:
    assert RULED.wrapped("到 Northwesternmosthilltowns 去", 100) == ["到 Northwes", "ternmosthi", "lltowns 去"]
    assert RULED.wrapped("10:30 from Northwest", 100) == ["10:30 from ", "Northwest"]


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], [("一二三四", False), ("…", False), ("九十", False)]),
        ([(0, 2), (8, 9)], [("一二", True), ("三四", False), ("…", False), ("九", True), ("十", False)]),
        ([(3, 9)], [("一二三", False), ("四", True), ("…", True), ("九", True), ("十", False)]),
        ([(5, 6)], [("一二三四", False), ("…", True), ("九十", False)]),
    ],
)
def test_a_name_that_is_too_long_loses_its_middle_and_stays_bold_where_it_was(
    spans: list[tuple[int, int]], expected: list[tuple[str, bool]]
) -> None:
    assert fitted_runs("一二三四五六七八九十", spans, RULED, 75) == expected


def test_a_name_that_fits_is_left_alone_and_no_room_at_all_leaves_an_ellipsis() -> None:
    assert fitted_runs("龙港区", [(0, 1)], RULED, 30) == [("龙", True), ("港区", False)]
    assert fitted_runs("龙港区", [(0, 1)], RULED, 5) == [("…", True)]


@given(
    st.text(max_size=40), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=4), st.integers(0, 500)
)
def test_however_a_name_is_cut_what_is_bold_of_it_was_matched(
    text: str, spans: list[tuple[int, int]], width: int
) -> None:
    pieces = fitted_runs(text, spans, RULED, width)
    shown = "".join(piece for piece, _ in pieces)
    first, last = gap(text, RULED, width)
    assert shown == (text if first == last else text[:first] + "…" + text[last:])
    places = [*range(first), *([None] if first != last else []), *range(last, len(text))]
    bold = [inside for piece, inside in pieces for _ in piece]
    for place, inside in zip(places, bold, strict=True):
        if place is not None:
            assert inside == any(start <= place < end for start, end in spans)
