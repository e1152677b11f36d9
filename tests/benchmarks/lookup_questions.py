"""Questions with a known answer, a category each for the ways in which an agent types a name or number.

Generated from a seed. What more than ten records answer as well or better is not asked, as no list of ten could be sure
to show the one that is meant. Who says so is `Namebook`, which knows names alone, not how the lookup ranks; it is the
same for every category, and for whoever judges what was not found.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random

from data.names.pinyin import readings_of
from tests.benchmarks import lookup_forms as forms
from tests.benchmarks.lookup_names import (
    Namebook,
    Target,
    as_initial,
    as_sounded,
    as_written,
)
from tests.benchmarks.lookup_numbers import NumberQuestions
from tests.benchmarks.lookup_places import PlaceQuestions
from tests.benchmarks.lookup_question import MOST_EQUALS, Question
from tests.benchmarks.lookup_records import BenchRecords

TUNING_SEED, FRESH_SEED = 20261122, 20260214
A_CATEGORY = 250
_LONG = 4
_OFFICES = ("村", "屯", "社区", "村委会", "村民委员会")
_TRIES = 60
"""Draws for each question wanted, before a category is given up."""
_SHARES = {"area": 80, "feeder": 5, "transformer_area": 5, "customer": 10}
"""How often a name of each kind is meant, out of 100."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A query with what makes a name answer it.

    Attributes:
        equals: How many records answer it as well as the meant one or better.
    """

    query: str
    equals: int


class NameQuestions:
    """Makes queries of names, from one seed.

    Args:
        rng: Where chance comes from.
        book: Counts names that answer equally well.
        shapes: Wrong characters that look like a right one.
    """

    def __init__(self, rng: Random, book: Namebook, targets: list[Target], shapes: dict[str, list[str]]) -> None:
        self._rng, self._book, self._shapes = rng, book, shapes
        self._used = "".join(sorted({c for it in targets for c in it.said if not c.isascii()}))
        self._homophones: dict[str, list[str]] = {}
        for character in self._used:
            self._homophones.setdefault(readings_of(character).split("|")[0], []).append(character)

    def exact(self, it: Target) -> Draft:
        return Draft(it.name, 1)

    def substring(self, it: Target) -> Draft | None:
        if len(it.said) <= 2:
            return None
        start = self._rng.randrange(len(it.said) - 1)
        part = it.said[start : start + self._rng.randint(2, len(it.said) - start)]
        return Draft(part, self._book.written_so(it, part)) if part != it.said else None

    def full_pinyin(self, it: Target) -> Draft:
        return Draft(self._rng.choice(("", "", " ")).join(it.syllables), self._sounding(it))

    def prefix_pinyin(self, it: Target) -> Draft | None:
        *before, last = it.syllables
        if len(last) < 2 or it.kind == "customer":
            return None
        letters = "".join(before) + last[: self._rng.randint(1, len(last) - 1)]
        return Draft(letters, self._book.spelt_so(it, letters))

    def partial_pinyin(self, it: Target) -> Draft | None:
        if it.kind == "customer":
            return None
        full = self._rng.randint(1, len(it.syllables) - 1)
        head, tail = it.syllables[:full], "".join(syllable[0] for syllable in it.syllables[full:])
        typed = "".join(head) + tail
        equals = self._book.equals(it, _sounded(head) + f"(?:{_any_initials(tail)})")
        return Draft(typed, max(equals, self._book.spelt_so(it, typed)))

    def initials(self, it: Target) -> Draft | None:
        return self._by_initials(it, it.initials)

    def other_reading_initials(self, it: Target) -> Draft | None:
        letters = "".join(self._rng.choice(group)[0] for group in it.groups)
        draft = self._by_initials(it, letters) if letters != it.initials else None
        # Every name with a character of several readings may be meant by such a one, as the right one is.
        return Draft(letters, max(draft.equals, self._book.read_so(it, letters))) if draft else None

    def _by_initials(self, it: Target, letters: str) -> Draft | None:
        if it.kind == "customer":
            return None
        equals = self._book.equals(it, _any_initials(letters))
        return Draft(letters, max(equals, self._book.spelt_so(it, letters)))

    def other_reading(self, it: Target) -> Draft | None:
        syllables = [self._rng.choice(group) for group in it.groups]
        if "".join(syllables) == it.letters or it.kind == "customer":
            return None
        return Draft("".join(syllables), max(self._sounding(it), self._book.equals(it, _sounded(syllables))))

    def mixed(self, it: Target) -> Draft | None:
        ways = [self._rng.choice("hs") for _ in it.said]
        if self._rng.random() < 0.5 and it.kind != "customer":
            ways = [self._rng.choice("hi") for _ in it.said]
        if len(set(ways)) == 1:
            return None
        typed, pattern = "", ""
        for way, character, syllable in zip(ways, it.said, it.syllables, strict=True):
            typed += {"h": character, "s": syllable, "i": syllable[0]}[way]
            pattern += {"h": as_written(character), "s": as_sounded(syllable), "i": as_initial(syllable[0])}[way]
        return Draft(typed, self._book.equals(it, pattern))

    def accent(self, it: Target) -> Draft | None:
        heard = "".join(forms.misheard(self._rng, syllable) for syllable in it.syllables)
        equals = max(self._sounding(it), self._book.spelt_so(it, heard))
        return Draft(heard, equals) if heard != it.letters else None

    def homophone(self, it: Target) -> Draft | None:
        place = self._rng.randrange(len(it.said))
        others = [c for c in self._homophones.get(it.syllables[place], ()) if c != it.said[place]]
        if not others:
            return None
        return Draft(it.said[:place] + self._rng.choice(others) + it.said[place + 1 :], self._sounding(it))

    def wrong_letter(self, it: Target) -> Draft | None:
        return self._slip(it, forms.wrong_one)

    def missing_letter(self, it: Target) -> Draft | None:
        return self._slip(it, forms.missing_one)

    def swapped_letters(self, it: Target) -> Draft | None:
        return self._slip(it, forms.swapped_two)

    def doubled_letter(self, it: Target) -> Draft | None:
        return self._slip(it, forms.doubled_one)

    def _slip(self, it: Target, slip: Callable[[Random, str], str]) -> Draft | None:
        if it.kind == "customer" and len(it.said) < _LONG:
            return None
        typed = slip(self._rng, it.letters)
        equals = self._book.called_nearly(it, typed) + self._book.spelt_so_anywhere(typed)
        return Draft(typed, equals) if typed != it.letters else None

    def wrong_character(self, it: Target) -> Draft | None:
        return self._wrong(it, forms.wrong_one(self._rng, it.said, self._used))

    def similar_shape(self, it: Target) -> Draft | None:
        place = self._rng.randrange(len(it.said))
        wrong = self._shapes.get(it.said[place])
        if not wrong:
            return None
        return self._wrong(it, it.said[:place] + self._rng.choice(wrong) + it.said[place + 1 :])

    def _wrong(self, it: Target, typed: str) -> Draft | None:
        if len(typed) < 3 or (it.kind == "customer" and len(typed) < _LONG):
            return None
        return self._nearly(it, typed)

    def missing_character(self, it: Target) -> Draft | None:
        if len(it.said) < _LONG:
            return None
        return self._nearly(it, forms.missing_one(self._rng, it.said))

    def swapped_characters(self, it: Target) -> Draft | None:
        if len(it.said) < 3 or (it.kind == "customer" and len(it.said) < _LONG):
            return None
        typed = forms.swapped_two(self._rng, it.said)
        return self._nearly(it, typed) if typed != it.said else None

    def _nearly(self, it: Target, typed: str) -> Draft:
        """A slip in characters: what is one slip away answers it, and what holds it as it was typed."""
        return Draft(typed, self._book.called_nearly(it, typed) + self._book.written_so(it, typed))

    def doubled_character(self, it: Target) -> Draft | None:
        if len(it.said) < 3:
            return None
        return Draft(forms.doubled_one(self._rng, it.said), self._beginning(it, it.said))

    def traditional(self, it: Target) -> Draft | None:
        typed = forms.traditional(it.said)
        return Draft(typed, self._beginning(it, it.said)) if typed != it.said else None

    def full_width(self, it: Target) -> Draft | None:
        draft = self._rng.choice((self.full_pinyin, self.mixed, self.initials))(it)
        return Draft(forms.full_width(draft.query), draft.equals) if draft else None

    def upper_case_letters(self, it: Target) -> Draft | None:
        draft = self._rng.choice((self.full_pinyin, self.mixed, self.initials))(it)
        return Draft(draft.query.upper(), draft.equals) if draft else None

    def stray_punctuation(self, it: Target) -> Draft:
        if self._rng.random() < 0.5:
            return Draft(forms.with_stray_signs(self._rng, it.said), self._beginning(it, it.said))
        return Draft(forms.pinyin_with_stray_signs(self._rng, it.syllables), self._sounding(it))

    def office_word(self, it: Target) -> Draft | None:
        if it.kind != "area" or len(it.id) < len("211402001001"):
            return None
        typed = it.said + self._rng.choice(("", *_OFFICES))
        same = self._book.is_area(typed) or it.said.endswith(("村", "屯"))
        return None if same else Draft(typed, self._beginning(it, it.said))

    def _sounding(self, it: Target) -> int:
        return self._book.equals(it, _sounded(it.syllables))

    def _beginning(self, it: Target, text: str) -> int:
        return self._book.equals(it, _written(text))


def _any_initials(letters: str) -> str:
    """The initials that letters may be: `tzh` is three characters, or two of which the second starts with zh."""
    fewer = letters.replace("zh", "z").replace("ch", "c").replace("sh", "s")
    return "|".join("".join(map(as_initial, way)) for way in dict.fromkeys((letters, fewer)))


def _written(text: str) -> str:
    return "".join(map(as_written, text))


def _sounded(syllables: list[str] | tuple[str, ...]) -> str:
    return "".join(map(as_sounded, syllables))


_OF_NAMES: tuple[Callable[[NameQuestions, Target], Draft | None], ...] = (
    NameQuestions.exact,
    NameQuestions.substring,
    NameQuestions.full_pinyin,
    NameQuestions.prefix_pinyin,
    NameQuestions.partial_pinyin,
    NameQuestions.initials,
    NameQuestions.mixed,
    NameQuestions.accent,
    NameQuestions.homophone,
    NameQuestions.wrong_letter,
    NameQuestions.missing_letter,
    NameQuestions.swapped_letters,
    NameQuestions.doubled_letter,
    NameQuestions.wrong_character,
    NameQuestions.missing_character,
    NameQuestions.swapped_characters,
    NameQuestions.doubled_character,
    NameQuestions.other_reading,
    NameQuestions.other_reading_initials,
    NameQuestions.similar_shape,
    NameQuestions.traditional,
    NameQuestions.full_width,
    NameQuestions.stray_punctuation,
    NameQuestions.office_word,
    NameQuestions.upper_case_letters,
)
_OF_PLACES: tuple[Callable[[PlaceQuestions], Question | None], ...] = (
    PlaceQuestions.township_village,
    PlaceQuestions.township_village_together,
    PlaceQuestions.township_village_pinyin,
    PlaceQuestions.township_village_initials,
    PlaceQuestions.area_person,
    PlaceQuestions.branch_feeder,
    PlaceQuestions.feeder_capacity,
)
CATEGORIES = tuple(make.__name__ for make in (*_OF_NAMES, NumberQuestions.digits, *_OF_PLACES))


def questions(
    records: BenchRecords,
    seed: int,
    shapes: dict[str, list[str]],
    only: Iterable[str] = CATEGORIES,
    each: int = A_CATEGORY,
) -> Iterator[Question]:
    """`each` questions of each category, fewer where the names give no more; the same for the same seed.

    Args:
        records: What is asked for.
        seed: Each category has its own stream of chance, so that one can be asked alone.
        shapes: Of `similar_shapes`; without them that category is empty.
        only: The categories to ask.
        each: How many of each.
    """
    for category in only:
        drawn = _drawn(records, Random(f"{seed} {category}"), category, shapes)
        yield from _different(islice(drawn, _TRIES * each), each)


def _drawn(
    records: BenchRecords, rng: Random, category: str, shapes: dict[str, list[str]]
) -> Iterator[Question | None]:
    """Questions of one category without end; None for each draw that makes none."""
    if category == NumberQuestions.digits.__name__:
        numbers = NumberQuestions(rng, records)
        while True:
            yield numbers.digits()
    places = {make.__name__: make for make in _OF_PLACES}
    if category in places:
        of_places = PlaceQuestions(rng, records)
        while True:
            yield places[category](of_places)
    names = {make.__name__: make for make in _OF_NAMES}
    of_names = NameQuestions(rng, records.book, records.targets["area"], shapes)
    while True:
        yield _of_name(names[category], of_names, rng, records)


def _of_name(
    make: Callable[[NameQuestions, Target], Draft | None], names: NameQuestions, rng: Random, records: BenchRecords
) -> Question | None:
    (kind,) = rng.choices(list(_SHARES), list(_SHARES.values()))
    it = rng.choice(records.targets[kind])
    draft = make(names, it)
    if draft is None or draft.equals > MOST_EQUALS:
        return None
    return Question(make.__name__, draft.query, frozenset([it.name]))


def _different(drawn: Iterable[Question | None], most: int) -> Iterator[Question]:
    asked: set[str] = set()
    for question in drawn:
        if question and question.query not in asked:
            asked.add(question.query)
            yield question
        if len(asked) == most:
            return
