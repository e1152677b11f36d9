"""How near a name comes to a query with one slip in it."""

import pytest

from assistant.lookup.query import parse
from assistant.lookup.ranking import Candidate
from assistant.lookup.slips import SlipRanker
from data.names.pinyin import readings_of
from tests.readings import readings_of_character


def nearness(typed: str, name: str) -> float:
    match = SlipRanker(parse(typed, readings_of_character)).nearly(Candidate(1, name, readings_of(name), 0, 1))
    return match.score if match else 0.0


@pytest.mark.parametrize(
    ("typed", "likelier", "other"),
    [
        ("cagou", "蔡沟村", "大沟村"),  # an i is missing, rather than another letter in the place of the d
        ("jinahua", "建华村", "金华村"),  # two letters changed places, rather than one too many
        ("gajiazi", "孤家子村", "八家子村"),  # hardly anybody mistakes the first letter
        ("xioshi", "新市社区居委会", "小什街社区居委会"),  # the whole of a name, rather than the beginning of another
    ],
)
def test_the_likelier_slip_comes_nearer(typed: str, likelier: str, other: str) -> None:
    assert nearness(typed, likelier) > nearness(typed, other) > 0
