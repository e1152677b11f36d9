"""Questions of two parts: a village in its township, a customer in an area, a feeder of a branch, large customers."""

from collections import defaultdict
from random import Random

from tests.benchmarks.lookup_names import Target, stem_of
from tests.benchmarks.lookup_question import MOST_EQUALS, Question
from tests.benchmarks.lookup_records import BenchRecords, Customer, LargeCustomer

_BRANCH_ENDINGS = ("供电公司", "供电分公司", "供电所")
_CAPACITIES = (315, 500, 1000)
_AT_LEAST = (">={}", ">={}kva", "{}千伏安以上")


class PlaceQuestions:
    """Makes queries of two parts, from one seed; right is the record inside the place, told by its id."""

    def __init__(self, rng: Random, records: BenchRecords) -> None:
        self._rng, self._records = rng, records
        self._villages = [it for it in records.targets["area"] if it.wider and _is_askable(it, it.wider)]
        self._ids: dict[tuple[str, str], set[str]] = {}
        for it in self._villages:
            self._ids.setdefault(_key(it), set()).add(it.id)
        self._feeders = sorted(records.docs["feeder"].values(), key=lambda doc: str(doc["id"]))
        self._large: defaultdict[str, list[LargeCustomer]] = defaultdict(list)
        for one in records.large:
            self._large[one.feeder].append(one)

    def township_village(self) -> Question:
        it, wider = self._village()
        return self._inside(it, "township_village", f"{wider.said} {it.said}")

    def township_village_together(self) -> Question:
        it, wider = self._village()
        return self._inside(it, "township_village_together", wider.said + it.said)

    def township_village_pinyin(self) -> Question:
        it, wider = self._village()
        space = self._rng.choice((" ", ""))
        return self._inside(it, "township_village_pinyin", wider.letters + space + it.letters)

    def township_village_initials(self) -> Question:
        it, wider = self._village()
        return self._inside(it, "township_village_initials", f"{wider.initials} {it.initials}")

    def area_person(self) -> Question | None:
        one = self._rng.choice(self._records.sample)
        places = self._around(one)
        if not places or stem_of(one.name) != one.name:
            return None
        place = self._rng.choice(places)
        inside = [other.id for other in self._records.bearers[one.name] if place in self._around(other)]
        if len(inside) > MOST_EQUALS:
            return None
        return Question("area_person", f"{place} {one.name}", frozenset(inside))

    def branch_feeder(self) -> Question:
        feeder = self._rng.choice(self._feeders)
        branches = self._records.docs["branch"]
        branch = branches[str(feeder["branch"])]
        if self._rng.random() < 0.5:
            branch = branches[str(branch["parent_id"])]
        name = str(branch["name"])
        for ending in _BRANCH_ENDINGS:
            name = name.removesuffix(ending)
        return Question("branch_feeder", f"{name} {feeder['number']}", frozenset([str(feeder["id"])]))

    def feeder_capacity(self) -> Question | None:
        """Any large customer of a feeder that bears the number or name will do."""
        feeder, kva = self._rng.choice(self._feeders), self._rng.choice(_CAPACITIES)
        field = self._rng.choice(("number", "name"))
        alike = [str(other["id"]) for other in self._feeders if other[field] == feeder[field]]
        large = frozenset(one.id for key in alike for one in self._large[key] if one.contract_kva >= kva)
        if not large or len(alike) > MOST_EQUALS:
            return None
        typed = str(feeder[field]).removeprefix("10kV ")
        return Question("feeder_capacity", f"{typed} {self._rng.choice(_AT_LEAST).format(kva)}", large)

    def _village(self) -> tuple[Target, Target]:
        it = self._rng.choice(self._villages)
        if it.wider is None:
            raise TypeError("a village without a township")
        return it, it.wider

    def _inside(self, it: Target, category: str, query: str) -> Question:
        return Question(category, query, frozenset(self._ids[_key(it)]))

    def _around(self, one: Customer) -> list[str]:
        """What the village and the township around a customer are called."""
        areas = self._records.docs["area"]
        around: list[str] = []
        for village in self._records.areas_of.get(one.transformer_area or "", []):
            around += [stem_of(str(areas[key]["name"])) for key in (village, str(areas[village]["parent_id"]))]
        return sorted(set(around))


def _is_askable(it: Target, wider: Target) -> bool:
    return it.said != wider.said and all(syllable.isalnum() for syllable in wider.syllables)


def _key(it: Target) -> tuple[str, str]:
    """Villages that the same words name: two of one name in townships of one name answer alike."""
    return (it.wider.said if it.wider else "", it.said)
