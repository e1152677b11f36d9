"""Questions by number: customer, feeder and transformer-area numbers, whole or in part."""

from random import Random

from data.names.tokens import plain_code
from tests.benchmarks.lookup_question import MOST_EQUALS, Question
from tests.benchmarks.lookup_records import BenchRecords

_FEWEST_DIGITS = 4
_KINDS = ("customer", "customer", "transformer_area", "feeder")


class NumberQuestions:
    """Makes queries of digits, from one seed."""

    def __init__(self, rng: Random, records: BenchRecords) -> None:
        self._rng = rng
        self._codes = {
            kind: [(str(doc["id"]), plain_code(str(doc["number"]))) for doc in records.docs[kind].values()]
            for kind in ("transformer_area", "feeder")
        }
        self._customers = records.numbers
        shorter = [code for codes in self._codes.values() for _, code in codes]
        self._all = "\n".join([*shorter, *records.numbers])

    def digits(self) -> Question | None:
        kind = self._rng.choice(_KINDS)
        if kind == "customer":
            number = self._rng.choice(self._customers)
            return self._part(number, number)
        key, code = self._rng.choice(self._codes[kind])
        if kind == "feeder":
            equals = sum(other == code for _, other in self._codes[kind])
            return Question("digits", code, frozenset([key])) if equals <= MOST_EQUALS else None
        return self._part(key, code)

    def _part(self, key: str, code: str) -> Question | None:
        length = self._rng.randint(_FEWEST_DIGITS, len(code))
        start = self._rng.randrange(len(code) - length + 1)
        typed = code[start : start + length]
        if not typed.isdigit() or self._all.count(typed) > MOST_EQUALS:
            return None
        return Question("digits", typed, frozenset([key]))
