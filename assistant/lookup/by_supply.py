"""Customers by what they have or where they live: `塔山线 >=500kva`, `兴城 重要`, `塔山村 3组45号`."""

import re
from collections.abc import Iterator

from assistant.lookup.addresses import find_by_address
from assistant.lookup.filtered import FilteredCustomers
from assistant.lookup.filters import Filters
from assistant.lookup.house_numbers import IN_EVERY_HOUSE, House, parse_house
from assistant.lookup.named_inside import find_by_name
from assistant.lookup.query import plain_query
from assistant.lookup.ranking import EXACT
from assistant.lookup.records import MOST_NAMESAKES, Found, Record
from assistant.lookup.text_search import TextSearch
from data.sqlite import Connection

_MOST_PLACES, _NEAR_BEST, _LEAST, _LEAST_AROUND_HOUSE, _LEAST_IN_WIDER = 8, 2.5, 80.0, 97.5, 92.0
_FILTERED, _STEP = 92.0, 0.1
_SHORTEST_BRANCH = 2
_HOUSE_SHARE, _BARE_NUMBER = 0.93, 0.75
"""A transformer area may be called like a house, and a line by a number alone."""
_AREAS_CALLED = f"SELECT rid, id, code FROM area WHERE name_id = ? ORDER BY id LIMIT {MOST_NAMESAKES}"
_HOUSE = re.compile("[0-9零〇一二三四五六七八九十]")


class SupplySearch:
    """Finds customers in one open cache inside what a text names.

    Args:
        connection: An open cache; it is only read.
        own_branches: Ids of the branches whose customers come first.
        text: Finds what is named.
    """

    def __init__(self, connection: Connection, own_branches: frozenset[str], text: TextSearch) -> None:
        self._connection = connection
        self._customers = FilteredCustomers(connection, own_branches)
        self._text = text

    def filtered(self, filters: Filters, rest: str, limit: int) -> list[Found]:
        """The customers that satisfy the filters in what `rest` names, or everywhere where nothing is left of it."""
        places = self._named(rest)
        if rest.strip() and not places:
            return []
        found = self._customers.search(filters, places, limit)
        return [Found(record, _FILTERED - _STEP * place, "filter") for place, record in enumerate(found)]

    def at_address(self, text: str, limit: int) -> list[Found]:
        """The customers at the house that the end of `text` tells, in the place that its beginning names."""
        for place, house in _places_and_houses(plain_query(text)):
            if areas := self._areas(place) or self._in_wider(place):
                found = find_by_address(self._connection, areas, house, limit)
                share = _BARE_NUMBER if house.isdigit() else _HOUSE_SHARE
                return [one._replace(score=share * one.score) for one in found]
        return []

    def called(self, place: str, words: str, limit: int) -> list[Found]:
        """The customers in the areas that `place` names whose own names hold the words."""
        areas = self._in_wider(place) if " " in place else self._areas(place)
        return find_by_name(self._connection, areas, self._text.parse(words), limit) if areas else []

    def _areas(self, place: str) -> list[Record]:
        return [record for record in self._named(place, _LEAST_AROUND_HOUSE) if record.kind == "area"]

    def _named(self, text: str, least: float = _LEAST) -> list[Record]:
        """What `text` names best and at least so well; all of one name, since all may be meant."""
        if not text.strip():
            return []
        found = self._text.search(text, _MOST_PLACES, with_slips=False)
        best = found[0].score if found else 0.0
        is_exact = best >= EXACT and found[0].reason != "pinyin"
        least = EXACT if is_exact else max(least, best - _NEAR_BEST)
        named = [one for one in found if one.score >= least and one.reason != "fuzzy"]
        meant = {one.record.name for one in named}
        records = [*(one.record for one in found if one.record.name in meant), *self._namesakes(named)]
        return [*self._branches(plain_query(text)), *dict.fromkeys(records)]

    def _namesakes(self, named: list[Found]) -> Iterator[Record]:
        """All areas of the names: of a common one not all are among the first found."""
        names = {one.match.candidate.nid: one.match.candidate.text for one in named if one.match}
        for nid, name in names.items():
            for rid, key, code in self._connection.execute(_AREAS_CALLED, (nid,)):
                yield Record("area", rid, key, name, code)

    def _in_wider(self, text: str) -> list[Record]:
        """The areas that a text names together with what they lie in: 兴铺村 of 药王庙镇兴铺村."""
        found = [one for one in self._text.in_wider(text) if one.record.kind == "area"]
        best = max((one.score for one in found), default=0.0)
        return [one.record for one in found if one.score >= max(_LEAST_IN_WIDER, best - _NEAR_BEST)]

    def _branches(self, text: str) -> Iterator[Record]:
        if len(text) < _SHORTEST_BRANCH:
            return
        sql = "SELECT id, name FROM branch WHERE lower(substr(name, 1, ?)) = ?"
        rows = self._connection.execute(sql, (len(text), text))
        for key, name in rows:
            yield Record("branch", 0, key, name, None)


def _is_sure(house: House) -> bool:
    """Whether it can be meant as a house without a space before it: 3组45号, 8-78."""
    return len(house.numbers) > 1 or any(number.label for number in house.numbers)


def _places_and_houses(text: str) -> Iterator[tuple[str, str]]:
    """The ways in which a text may end with a house: from a space on, or a labelled one from the first numeral on."""
    if IN_EVERY_HOUSE.isdisjoint(text):
        return
    starts = [match.start() for match in _HOUSE.finditer(text)]
    first = next((start for start in starts if start > 1), None)
    spaced = text.rfind(" ") + 1
    for start in dict.fromkeys([spaced, first]):
        place = text[: start or 0].strip()
        house = parse_house(text[start:]) if start and place and not place.isdigit() else None
        if house and (start == spaced or _is_sure(house)):
            yield place, text[start:]
