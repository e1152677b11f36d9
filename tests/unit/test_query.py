import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.lookup.query import LONGEST_QUERY, Query, corrections, parse, plain_query
from assistant.lookup.segmentation import Heard, Segmentation, UnitKind
from data.characters.rows import character_rows
from data.characters.simplified import simplified

DICTIONARY = {character: tuple(readings.split("|")) for character, readings, _, _ in character_rows()}
READINGS = {"龙": ("long",), "港": ("gang",), "长": ("chang", "zhang")}


def parsed(typed: str) -> Query:
    return parse(typed, lambda character: READINGS.get(character, ()))


def read(typed: str) -> Query:
    """The query with the readings and simplified forms of the dictionary."""
    return parse(typed, lambda character: DICTIONARY.get(character, ()), simplified)


def texts(ways: tuple[Segmentation, ...] | list[Segmentation]) -> list[str]:
    return [" ".join(unit.text for unit in units) for units in ways]


def heard_as(text: str) -> Heard:
    """The sounds of the likeliest way to read `text`."""
    return tuple(unit.sounds for unit in read(text).segmentations[0])


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("  TSX ", "tsx"),
        ("ＬＧＱ６１６", "lgq616"),
        ("lóng  gǎng", "long gang"),
        ("lǜ", "lv"),
        ("lü", "lv"),
        ("a\tb\x00c", "a b c"),
        ("\ud800x", "x"),
        ("塔山　朱家", "塔山 朱家"),
    ],
)
def test_a_query_is_made_plain(typed: str, plain: str) -> None:
    assert plain_query(typed) == plain


def test_a_query_that_is_too_long_is_cut() -> None:
    for typed in ("塔", "ta"):
        assert len(plain_query(typed * 10_000)) == LONGEST_QUERY


def test_letters_characters_and_digits_are_read_each_in_its_way() -> None:
    units = parsed("龙gang6").segmentations[0]
    assert [(unit.kind, unit.text) for unit in units] == [
        (UnitKind.HANZI, "龙"),
        (UnitKind.SYLLABLE, "gang"),
        (UnitKind.SIGN, "6"),
    ]


def test_the_likeliest_reading_comes_first() -> None:
    segmentations = [[unit.text for unit in units] for units in parsed("longgang").segmentations]
    assert segmentations[0] == ["long", "gang"]
    assert ["long", "gan", "g"] in segmentations


def test_separators_part_a_query_but_are_not_read() -> None:
    query = parsed("long'gang 港")
    assert query.compact == "longgang港"
    assert query.parts == ("longgang", "港")
    assert [unit.text for unit in query.segmentations[0]] == ["long", "gang", "港"]


def test_a_query_knows_its_code_and_its_pinyin() -> None:
    assert parsed("T-100 616").code == "t100616"
    assert parsed("长gang").letters == "changgang"


def test_only_characters_make_a_written_query() -> None:
    assert parsed("龙港").is_written
    assert not parsed("龙g").is_written
    assert not parsed("").is_written


def test_nothing_typed_is_read_as_nothing() -> None:
    assert parsed(" -- ").segmentations == ()
    assert parsed("").compact == ""


@pytest.mark.parametrize(("typed", "written"), [("綏中縣", "绥中县"), ("瀋陽 xian", "沈阳 xian"), ("ta山", "ta山")])
def test_traditional_characters_are_read_as_simplified_ones(typed: str, written: str) -> None:
    assert read(typed).text == written


@pytest.mark.parametrize("typed", ["xiazha,ng zi", "xiazha ngzi", "xia.zhang、zi", "xiazh-angzi"])
def test_stray_signs_between_letters_may_part_nothing(typed: str) -> None:
    assert "xia zhang zi" in texts(read(typed).segmentations)


def test_a_space_between_letters_may_part_syllables_or_nothing() -> None:
    assert {"xi an", "xian"} <= set(texts(read("xi an").segmentations))


def test_a_space_beside_characters_joins_no_letters() -> None:
    assert texts(read("tash 山").segmentations) == [f"{way} 山" for way in texts(read("tash").segmentations)]


@pytest.mark.parametrize(
    "typed",
    [
        *("塔山村", "塔山屯", "塔山乡", "塔山镇", "塔山街道", "塔山社区", "塔山村委会", "塔山居委会"),
        *("塔山村民委员会", "塔山村村民委员会", "塔山居民委员会", "塔山社区居委会", "塔山社区居民委员会"),
    ],
)
def test_a_word_for_a_kind_of_place_may_be_left_out(typed: str) -> None:
    assert texts(read(typed).bare) == ["塔 山"]


@pytest.mark.parametrize(
    "ending", ["cun", "tun", "xiang", "zhen", "shequ", "cunweihui", "jumin weiyuanhui", "村weihui"]
)
def test_a_word_for_a_kind_of_place_may_be_left_out_in_pinyin_too(ending: str) -> None:
    assert texts(read("gaoqiao" + ending).bare) == ["gao qiao"]


@pytest.mark.parametrize("typed", ["村委会", "塔村", "cunwei", "shequ", "塔山村东", "tacun", "㐀㐁村", "tsc"])
def test_nothing_is_left_out_where_no_name_would_be_left(typed: str) -> None:
    assert read(typed).bare == ()


@pytest.mark.parametrize(
    ("typed", "meant"), [("塔山山村", "塔 山 村"), ("塔山乡乡", "塔 山 乡"), ("taashan", "ta shan"), ("tssx", "t s x")]
)
def test_what_was_typed_twice_may_be_meant_once(typed: str, meant: str) -> None:
    assert meant in texts(read(typed).undoubled)


@pytest.mark.parametrize("typed", ["塔塔山", "ttaashan", "616616", "6616", "1100", "tashan", "ta a", ""])
def test_short_texts_digits_and_several_pairs_are_taken_as_typed(typed: str) -> None:
    assert read(typed).undoubled == ()


@pytest.mark.parametrize("typed", ["TSX", "T.S.X", "LGQ616", "SHAN", "塔山TS"])
def test_a_few_capitals_are_meant_as_letters(typed: str) -> None:
    assert read(typed).in_capitals


@pytest.mark.parametrize("typed", ["TsX", "tsx", "T", "TASHAN", "塔山", "616", ""])
def test_other_letters_are_not(typed: str) -> None:
    assert not read(typed).in_capitals


def test_capitals_are_read_as_initials_first_and_lose_little_that_way() -> None:
    query = read("SHAN")
    assert texts(query.segmentations)[0] == "s h a n"
    spelt = next(units for units in query.segmentations if len(units) == 1)
    assert query.loss_of(query.segmentations[0]) < query.loss_of(spelt)
    assert texts(read("shan").segmentations)[0] == "shan"


@pytest.mark.parametrize(
    ("typed", "left"), [("10kV 塔山", "塔山"), ("１０ＫＶ塔山", "塔山"), ("0.4kv东街", "东街"), ("66KV 616", "616")]
)
def test_a_voltage_before_a_line_is_not_looked_up(typed: str, left: str) -> None:
    query = read(typed)
    assert (query.text, query.of_lines) == (left, True)


@pytest.mark.parametrize("typed", ["10kv", "塔山10kv", "kv塔山", "616"])
def test_what_is_no_voltage_before_something_stays(typed: str) -> None:
    query = read(typed)
    assert (query.text, query.of_lines) == (typed, False)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("塔山三号", "塔山3号"),
        ("十号公变", "10号公变"),
        ("一号二号", "1号2号"),
        ("十二号", "十二号"),
        ("二十三号", "二十三号"),
        ("三道沟", "三道沟"),
        ("五号院", "五号院"),
    ],
)
def test_a_numeral_before_a_number_sign_is_a_digit(typed: str, written: str) -> None:
    assert read(typed).text == written


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tashqnxiang", "ta shan xiang"),
        ("塔山xiqng", "塔 山 xiang"),
        ("tashqn乡", "ta shan 乡"),
        ("616tashqn", "6 1 6 ta shan"),
        ("tashqn616", "ta shan 6 1 6"),
        ("塔gaoqioa6", "塔 gao qiao 6"),
    ],
)
def test_a_slip_in_one_run_of_letters_is_undone_and_the_rest_stays(typed: str, meant: str) -> None:
    assert heard_as(meant) in corrections(read(typed))


@pytest.mark.parametrize("typed", ["", "ts", "塔山", "616", "塔ts616", "--"])
def test_runs_too_short_for_a_slip_are_not_corrected(typed: str) -> None:
    assert corrections(read(typed)) == []


def test_corrections_of_two_runs_take_turns() -> None:
    ways = corrections(read("gaoqioa塔tashqn"))
    begins, ends = heard_as("gao qiao 塔"), heard_as("塔 ta shan")
    assert any(way[: len(begins)] == begins for way in ways)
    assert any(way[-len(ends) :] == ends for way in ways)


_ODD = st.text(
    st.sampled_from("tashngoqizhuTSX塔山村屯社区委会三十号綏616 0kv.,'-\u0301\u3000\ud800\U0001f600"), max_size=60
)


@given(typed=st.text(st.characters(), max_size=80) | _ODD)
def test_any_text_is_taken_apart_into_what_it_holds(typed: str) -> None:
    query = read(typed)
    for units in query.segmentations:
        assert "".join(unit.text for unit in units) == query.compact
    for units in query.loose:
        assert len("".join(unit.text for unit in units)) < len(query.compact)
    assert len(set(query.ways)) == len(query.ways)
    assert all(query.loss_of(units) >= 0 for units in query.ways)
    assert all(corrections(query))


@given(typed=_ODD)
def test_a_plain_query_is_plain_already(typed: str) -> None:
    assert plain_query(plain_query(typed)) == plain_query(typed)
