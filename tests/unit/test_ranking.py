import pytest

from assistant.lookup.query import parse
from assistant.lookup.ranking import EXACT, Candidate, NameMatch, Ranker, spans_of
from assistant.lookup.slips import SlipRanker
from data.names.pinyin import readings_of
from data.names.tokens import said_of
from tests.readings import readings_of_character


def candidate(name: str) -> Candidate:
    return Candidate(1, name, readings_of(name), 0, 1)


def aligned(typed: str, name: str) -> NameMatch | None:
    return Ranker(parse(typed, readings_of_character)).aligned(candidate(name))


def score(typed: str, name: str) -> float:
    match = aligned(typed, name)
    return match.score if match else 0.0


def slip(typed: str, name: str) -> NameMatch | None:
    return SlipRanker(parse(typed, readings_of_character)).nearly(candidate(name))


@pytest.mark.parametrize(
    ("typed", "better", "worse"),
    [
        ("塔山", "塔山", "塔山乡"),
        ("塔山", "塔山乡", "塔山屯镇"),
        ("塔山", "塔山屯镇", "大塔山屯"),
        ("塔山", "塔山乡", "塔杉乡"),
        ("ts", "塔山", "塔山乡"),
        ("shan", "山口", "上口"),
        ("tsc", "塔山村", "塔山村委会"),
        ("tsc", "塔山村委会", "塔山村东组"),
        ("changqing", "长青", "长亭"),
    ],
)
def test_what_is_nearer_scores_higher(typed: str, better: str, worse: str) -> None:
    assert score(typed, better) > score(typed, worse)


def test_the_name_itself_is_exact() -> None:
    match = aligned("１０ＫＶ塔山线", "10kV塔山线")
    assert match is not None
    assert (match.score, match.reason, match.spans) == (EXACT, "name", ((0, 7),))


def test_a_later_reading_of_a_character_counts_nearly_as_much() -> None:
    assert score("changqing", "长庆") > score("zhangqing", "长庆") > 90


def test_brackets_in_a_name_are_stepped_over_and_left_out_of_the_span() -> None:
    match = aligned("线616", "塔山线(616)")
    assert match is not None
    assert match.spans == ((2, 3), (4, 7))


def test_another_name_does_not_match() -> None:
    assert aligned("塔山", "高桥镇") is None
    assert aligned("tashanxiangta", "塔山乡") is None
    assert slip("gaoqiao", "塔山乡") is None


@pytest.mark.parametrize(
    ("typed", "name"), [("塔仙乡", "塔山乡"), ("塔乡", "塔山乡"), ("tashnxiang", "塔山乡"), ("tashanxinag", "塔山乡")]
)
def test_one_slip_is_a_fair_match(typed: str, name: str) -> None:
    match = slip(typed, name)
    assert match is not None
    assert match.reason == "fuzzy"
    assert 70 < match.score < 90


def test_a_missing_character_is_forgiven_sooner_than_a_wrong_one() -> None:
    missing, wrong = slip("黑地村", "黑地庙村"), slip("黑地村", "黑山村")
    assert missing is not None
    assert wrong is not None
    assert missing.score > wrong.score


@pytest.mark.parametrize(
    ("name", "stem", "said"),
    [
        ("塔山村民委员会", 2, 3),
        ("塔山村村民委员会", 2, 3),
        ("兴工社区居委会", 2, 4),
        ("塔山乡", 2, 3),
        ("旧门满族乡", 2, 5),
        ("村委会", 3, 3),
        ("张伟", 2, 2),
    ],
)
def test_a_place_is_spoken_of_by_its_stem(name: str, stem: int, said: int) -> None:
    assert said_of(name) == (stem, said)


def test_positions_become_stretches() -> None:
    assert spans_of([0, 1, 3, 4, 7]) == ((0, 2), (3, 5), (7, 8))
    assert spans_of([]) == ()


@pytest.mark.parametrize(
    ("typed", "name", "spans"),
    [
        ("塔山", "10kV塔山线", ((4, 6),)),
        ("tsx", "10kV塔山线", ((4, 7),)),
        ("线616", "10kV 塔山线(616)", ((7, 8), (9, 12))),
        ("616", "10kV 塔山线(616)", ((9, 12),)),
        ("shan", "塔·山", ((2, 3),)),
        ("塔山村村委会", "塔山村村委会", ((0, 6),)),
    ],
)
def test_spans_count_characters_of_the_name_as_it_is_stored(
    typed: str, name: str, spans: tuple[tuple[int, int], ...]
) -> None:
    match = aligned(typed, name)
    assert match is not None
    assert match.spans == spans


def test_a_word_for_a_place_that_the_name_lacks_costs_a_little() -> None:
    assert score("塔山村", "塔山村") > score("塔山村", "塔山屯") > score("塔山村", "塔沟屯")
    assert score("塔山村委会", "塔山乡") > 80


def test_a_letter_typed_twice_costs_less_than_a_slip() -> None:
    doubled, slipped = score("taashan", "塔山"), slip("tashqn", "塔山")
    assert slipped is not None
    assert doubled > slipped.score


def test_capitals_answer_initials_before_pinyin() -> None:
    assert score("SHAN", "山海岸南") > score("SHAN", "山口")
    assert score("shan", "山海岸南") < score("shan", "山口")


def test_the_middle_of_a_persons_name_is_hardly_meant_by_letters() -> None:
    person = Candidate(1, "王塔山", readings_of("王塔山"), 3, 1)
    place = person._replace(rank=0)
    ranker = Ranker(parse("tashan", readings_of_character))
    inside = ranker.aligned(person), ranker.aligned(place)
    assert inside[0] is not None
    assert inside[1] is not None
    assert inside[0].score < inside[1].score - 10
    assert score("塔山", "王塔山") == inside_written(person)


def inside_written(person: Candidate) -> float:
    match = Ranker(parse("塔山", readings_of_character)).aligned(person)
    return match.score if match else 0.0


@pytest.mark.parametrize("typed", ["塔山", "tashan", "ts", "tashanx", "山", "shan", "塔shan", "tsh"])
def test_no_name_within_scores_more_than_said(typed: str) -> None:
    ranker = Ranker(parse(typed, readings_of_character))
    matches = [
        ranker.aligned(candidate(name)) for name in ("大塔山", "大塔山乡", "王塔山", "大土山", "前塔山村", "大他山")
    ]
    inside = [match for match in matches if match and match.start]
    assert inside
    assert all(match.score <= ranker.best_inside for match in inside)


def test_a_ranker_of_nothing_finds_nothing() -> None:
    assert Ranker(parse("", readings_of_character)).best_inside == 0
    assert aligned("--", "塔山") is None
    assert aligned("塔山", "") is None


@pytest.mark.parametrize(
    ("typed", "name"),
    [("山塔乡", "塔山乡"), ("塔山山乡", "塔山乡"), ("tashanxiong", "塔山乡"), ("tshanxiang", "塔山乡")],
)
def test_swapped_extra_wrong_and_missing_ones_are_one_slip(typed: str, name: str) -> None:
    match = slip(typed, name)
    assert match is not None
    assert (match.reason, match.start) == ("fuzzy", 0)
    assert match.score > 70


def test_a_slip_in_the_middle_of_a_name_is_marked_there() -> None:
    match = slip("塔仙乡", "大塔山乡政府")
    assert match is not None
    assert match.spans == ((1, 4),)
