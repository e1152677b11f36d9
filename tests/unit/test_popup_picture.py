from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from string import Formatter
from typing import get_args

import pytest

from assistant.card.answer import Answer, Match, SuspicionView
from assistant.forms.messages import FormWanted
from assistant.model.popup_messages import Intent, MapWanted, OpenTree, OutboxSeen, RevealWanted, ShiftSeen
from assistant.model.popup_model import update
from assistant.model.popup_state import Notice, State
from assistant.popup.blocks import Actions, Dial, Line, Message, Remark, Row, Script, Supply, Title, Window
from assistant.popup.card_picture import MOST_TRANSFORMER_AREAS
from assistant.popup.moments import spoken
from assistant.popup.pen import WORDS as LINE_PIECES
from assistant.popup.picture import Facts, picture
from assistant.popup.rectangle import Rectangle
from assistant.popup.row_drawing import runs
from assistant.popup.theme import STATE_MARKS, THEMES, Theme, Tone
from assistant.words.wording import TABLES, Words
from tests.contrast import contrast
from tests.ui.answers import some_results

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)  # 14:00 in Shanghai
ZH = Words("zh")
ANSWER = Answer("ts", 1.0, "2026-11-22T05:59:30Z", 30.0, "live", some_results(NOW))
SHOWN = State(visible=True, query="ts", asked=1, answered=1, answered_text="ts", answer=ANSWER)


def blocks(state: State, facts: Facts = Facts()) -> tuple[object, ...]:  # noqa: B008 - frozen
    return picture(state, facts, ZH, NOW).card


def only(kind: type, state: State) -> list[object]:
    return [block for block in blocks(state) if isinstance(block, kind)]


@pytest.mark.parametrize(
    ("iso", "expected"),
    [
        ("2026-11-22T09:00:00Z", "17:00"),
        ("2026-11-23T00:00:00Z", "明天 08:00"),
        ("2026-11-22T16:00:00Z", "明天 00:00"),
        ("2026-11-21T09:00:00Z", "昨天 17:00"),
        ("2026-11-25T00:00:00Z", "11-25 08:00"),
        ("2027-01-02T00:00:00Z", "2027-01-02 08:00"),
    ],
)
def test_a_moment_is_named_as_it_is_read_out_in_shanghai(iso: str, expected: str) -> None:
    assert spoken(iso, NOW, ZH) == expected


def test_the_foot_names_who_is_signed_in_and_says_where_somebody_has_to_be() -> None:
    def foot(person: str | None, *, required: bool) -> tuple[str, str]:
        state, _ = update(replace(SHOWN, hub_connected=True), ShiftSeen(person, required=required))
        shown = picture(state, Facts(), ZH, NOW).foot
        return shown.hub, shown.notice

    assert foot("王芳", required=True) == ("王芳 · ● 已连接", "")
    assert foot(None, required=False) == ("● 已连接", "")
    assert foot(None, required=True) == ("● 已连接", ZH("shift.sign_in_first"))


def test_the_card_says_the_verdict_first_then_what_to_read_out() -> None:
    title, remark, script = blocks(SHOWN)[:3]
    assert isinstance(title, Title)
    assert (title.name, title.verdict, title.tone) == ("塔山乡", "部分停电", "bad")
    assert remark == Remark("3/8 个台区停电", "bad")
    assert script == Script(ANSWER.results[0].script)


def test_an_english_screen_shows_what_to_read_out_in_english_where_that_is_known() -> None:
    english = replace(ANSWER.results[0], script_en="Power is out.")
    both = replace(SHOWN, answer=replace(ANSWER, results=(english, *ANSWER.results[1:])))
    assert Script("Power is out.") in picture(both, Facts(), Words("en"), NOW).card
    assert Script(english.script) in picture(both, Facts(), Words("zh"), NOW).card
    assert Script(english.script) in picture(SHOWN, Facts(), Words("en"), NOW).card


def test_a_suspicion_is_told_in_its_own_colour_and_never_as_an_outage() -> None:
    suspected = replace(
        ANSWER.results[0],
        state="suspected",
        affected=None,
        suspicion=SuspicionView("S1", "2026-11-22T05:40:00Z", 4, (1, 8)),
    )
    title, remark = blocks(replace(SHOWN, answer=replace(ANSWER, results=(suspected,))))[:2]
    assert isinstance(title, Title)
    assert (title.mark, title.verdict, title.tone) == ("◌", "疑似停电", "doubt")
    assert remark == Remark(
        "其中 1/8 个台区：13:40 起有 4 个来电、报修或查询集中在这里，正在核实，尚未确认停电", "doubt"
    )


def test_an_outage_window_says_when_it_began_and_when_power_is_promised() -> None:
    going_on, planned = only(Window, SHOWN)
    assert isinstance(going_on, Window)
    assert isinstance(planned, Window)
    assert (going_on.kind, going_on.phase, going_on.times) == ("故障停电", "进行中", "13:00 起  预计 16:00 恢复")
    assert planned.times == "明天 10:00 起  预计 明天 16:00 恢复"


def test_a_window_past_its_estimate_promises_nothing_any_more() -> None:
    first = ANSWER.results[0]
    overdue = replace(first, outages=(replace(first.outages[0], phase="overdue"),))
    (window,) = only(Window, replace(SHOWN, answer=replace(ANSWER, results=(overdue,))))
    assert isinstance(window, Window)
    assert "原预计 16:00" in window.times
    assert window.phase == "超过预计时间，待确认"


def test_the_chosen_phone_is_marked() -> None:
    dials = only(Dial, replace(SHOWN, phone=1))
    assert [(dial.number, dial.chosen) for dial in dials if isinstance(dial, Dial)] == [
        ("13904290001", False),
        ("0429-4110119", True),
        ("0429-4110001", False),
    ]


def test_long_lists_are_cut_and_say_how_much_is_missing() -> None:
    assert len(only(Supply, SHOWN)) == MOST_TRANSFORMER_AREAS + 1
    assert Remark("……还有 2 项") in blocks(SHOWN)


def test_stale_data_never_says_a_bare_normal() -> None:
    stale = replace(SHOWN, selected=2, answer=replace(ANSWER, freshness="stale"))
    drawn = picture(stale, Facts(), ZH, NOW)
    row = drawn.listing.rows[2]
    assert (row.verdict, row.tone) == ("正常·未确认", "warn")
    title = drawn.card[0]
    assert isinstance(title, Title)
    assert (title.verdict, title.tone) == ("正常·未确认", "warn")
    assert (drawn.foot.as_of, drawn.foot.as_of_tone) == ("数据截至 13:59，未确认", "warn")


def test_a_masked_phone_is_shown_as_masked() -> None:
    lines = only(Line, replace(SHOWN, selected=7))
    assert Line("电话", "139****0456（已脱敏）") in lines
    assert Line("重要等级", "二级 · 高危客户", "bad") in lines


@pytest.mark.parametrize(
    ("state", "title"),
    [
        (State(), "输入来电人说的地名、编码、户号或线路"),
        (replace(SHOWN, answer=replace(ANSWER, results=())), "没有找到“ts”"),
        (replace(SHOWN, answer=replace(ANSWER, results=(), as_of=None)), "还没有数据"),
        (replace(SHOWN, answer=None, problem="the disk is gone"), "查询失败"),
    ],
)
def test_where_there_is_nothing_to_show_the_card_says_why(state: State, title: str) -> None:
    (message,) = blocks(state)
    assert isinstance(message, Message)
    assert message.title == title


def test_of_a_pasted_page_only_the_beginning_is_said_back() -> None:
    pasted = replace(SHOWN, query="塔山朱家 616\n" * 1000, answered_text="塔山朱家 616\n" * 1000)
    for state in (replace(pasted, answer=replace(ANSWER, results=())), replace(pasted, answer=None, overdue=True)):
        (message,) = blocks(state)
        assert isinstance(message, Message)
        assert "塔山朱家 616 塔山朱家" in message.title
        assert len(message.title) < 60
        assert message.hint


def test_a_hotkey_that_does_not_work_is_said_in_the_foot_and_explained_on_the_status_page() -> None:
    facts = Facts(hotkey="Ctrl+Alt+K is taken", hotkey_works=False)
    assert picture(SHOWN, facts, ZH, NOW).foot.notice == "快捷键不可用，按 F1 看原因"
    assert Line("快捷键", "Ctrl+Alt+K is taken", "warn") in blocks(replace(SHOWN, status_shown=True), facts)


@pytest.mark.parametrize(
    ("unsent", "refused", "told"),
    [(0, 0, ""), (3, 0, "3 条登记还没有上报"), (3, 1, "1 条登记被退回或有冲突，请处理")],
)
def test_entries_that_wait_or_were_refused_are_told_in_the_foot(unsent: int, refused: int, told: str) -> None:
    state, _ = update(SHOWN, OutboxSeen(unsent, refused))
    drawn = picture(state, Facts(), ZH, NOW)
    assert (drawn.foot.notice, drawn.foot.notice_tone) == (told, "warn" if told else "quiet")
    status = picture(replace(state, status_shown=True), Facts(), ZH, NOW)
    assert (told in repr(status.card)) or not told


def test_a_notice_stands_in_the_foot() -> None:
    noticed = replace(SHOWN, notice=Notice("copied", "13904290001"))
    assert picture(noticed, Facts(), ZH, NOW).foot.notice == "已复制 13904290001"


def test_the_same_state_at_a_later_second_gives_an_equal_picture() -> None:
    later = picture(SHOWN, Facts(), ZH, NOW + timedelta(seconds=1))
    assert later == picture(SHOWN, Facts(), ZH, NOW)


def test_both_languages_know_the_same_expressions_with_the_same_values() -> None:
    def values(text: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    assert TABLES["zh"].keys() == TABLES["en"].keys()
    assert all(values(TABLES["zh"][key]) == values(TABLES["en"][key]) for key in TABLES["zh"])


def test_every_result_can_be_drawn_in_both_languages() -> None:
    for language, selected in product(TABLES, range(len(ANSWER.results))):
        assert picture(replace(SHOWN, selected=selected), Facts(), Words(language), NOW).card


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES.keys())
def test_text_can_be_read_on_every_ground_it_is_drawn_on(theme: Theme) -> None:
    tones: tuple[Tone, ...] = get_args(Tone)
    for tone, ground in product(tones, (theme.ground, theme.card, theme.chosen)):
        assert contrast(theme.tone(tone), ground) >= 4.5, (tone, ground)
    assert contrast(theme.text, theme.script_ground) >= 4.5


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_states_are_told_apart_without_colour() -> None:
    assert len({mark for mark, _ in STATE_MARKS.values()}) == len(STATE_MARKS)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], [("龙港区", False)]),
        ([(0, 1), (2, 3)], [("龙", True), ("港", False), ("区", True)]),
        ([(0, 9)], [("龙港区", True)]),
        ([(1, 3), (0, 2)], [("龙港", True), ("区", True)]),
        ([(5, 7)], [("龙港区", False)]),
    ],
)
def test_a_name_is_cut_at_its_spans_and_loses_nothing(
    spans: list[tuple[int, int]], expected: list[tuple[str, bool]]
) -> None:
    assert runs("龙港区", spans) == expected


def test_a_line_breaks_neither_inside_a_time_nor_before_punctuation() -> None:
    text = "预计今天17:00恢复，请谅解。"
    assert LINE_PIECES.findall(text) == ["预", "计", "今", "天", "17:00", "恢", "复，", "请", "谅", "解。"]


def test_a_window_too_large_for_its_screen_starts_at_the_screens_corner() -> None:
    screen = Rectangle(1280, 0, 800, 600)
    assert screen.centred(400, 300) == (1480, 150)
    assert screen.centred(900, 700) == (1280, 0)
    assert screen.holds(1280, 0)
    assert not screen.holds(1279, 0)


def test_damaged_data_is_told_in_the_foot_and_on_the_status_page() -> None:
    told = ZH("cache.damaged")
    damaged = replace(SHOWN, cache_damaged=True)
    foot = picture(damaged, Facts(), ZH, NOW).foot
    assert (foot.notice, foot.notice_tone) == (told, "bad")
    assert Line(ZH("status.cache"), told, "bad") in blocks(replace(damaged, status_shown=True))
    assert told not in {line.value for line in blocks(replace(SHOWN, status_shown=True)) if isinstance(line, Line)}


def weak(reason: str = "fuzzy") -> Match:
    return Match(reason, ((0, 1),), weak=True)


def rows_of(*matches: Match) -> tuple[str, list[tuple[str, bool]]]:
    """The head, and tags with paleness, of results that match so."""
    results = tuple(replace(ANSWER.results[0], match=match) for match in matches)
    listing = picture(replace(SHOWN, answer=replace(ANSWER, results=results)), Facts(), ZH, NOW).listing
    return listing.head, [(row.tag, row.weak) for row in listing.rows if isinstance(row, Row)]


def test_weak_results_are_paler_and_a_line_over_them_says_that_nothing_better_was_found() -> None:
    assert rows_of(weak(), weak()) == ("没有完全相符的，以下为近似结果", [("区域 · 近似", True)] * 2)
    assert rows_of(Match("name", ((0, 1),)), weak()) == ("", [("区域 · 名称", False), ("区域 · 近似", True)])


@pytest.mark.parametrize(
    ("match", "tag"),
    [
        (Match("initials", ((0, 2),)), "区域 · 首字母"),
        (Match("pinyin", ((0, 2),)), "区域 · 拼音"),
        (Match("sounds_like", ((0, 2),)), "区域 · 同音"),
        (Match("fuzzy", ((0, 2),)), "区域 · 近形"),
        (Match("pinyin"), "区域 · 别名"),
        (Match("code"), "区域 · 编码"),
        (Match("address"), "区域 · 地址"),
        (Match("filter"), "区域 · 筛选"),
        (Match("chosen"), "区域 · 曾选"),
        (Match("phone"), "区域 · 电话"),
    ],
)
def test_every_row_says_why_it_is_there(match: Match, tag: str) -> None:
    assert rows_of(match)[1] == [(tag, False)]


def test_a_number_is_called_what_it_is() -> None:
    numbered = tuple(replace(one, match=Match("number")) for one in ANSWER.results)
    listing = picture(replace(SHOWN, answer=replace(ANSWER, results=numbered)), Facts(), ZH, NOW).listing
    tags = {row.tag for row in listing.rows if isinstance(row, Row)}
    assert tags == {"区域 · 编码", "线路 · 线路号", "台区 · 台区号", "客户 · 户号"}


def test_what_an_older_text_had_found_is_not_left_standing() -> None:
    late = replace(SHOWN, query="tsx", answer=None, overdue=2)
    (message,) = blocks(late)
    assert isinstance(message, Message)
    assert message.title == "正在查询“tsx”……"


def test_the_card_leads_to_the_map_and_into_the_tree_where_the_record_has_a_place_there() -> None:
    def actions(selected: int) -> list[tuple[str, Intent]]:
        found = only(Actions, replace(SHOWN, selected=selected))
        offered = [one for block in found if isinstance(block, Actions) for one in block.actions]
        return [(one.text, one.intent) for one in offered if not isinstance(one.intent, FormWanted)]

    on_map = ("地图", MapWanted())
    assert actions(0) == [("线路树", OpenTree("feeder:f1")), on_map]
    assert actions(3) == [on_map]
    important = ("重要客户", OpenTree("feeder:f1", important=True))
    assert actions(5) == [("线路树", OpenTree("feeder:f1")), on_map, important]
    assert actions(7) == [("线路树", OpenTree("customer:2100123456")), on_map, ("查看电话", RevealWanted())]


def test_a_stale_card_does_not_say_a_bare_normal_of_what_it_hangs_on_either() -> None:
    stale = replace(SHOWN, answer=replace(ANSWER, freshness="stale"))
    assert {block.verdict for block in only(Supply, stale) if isinstance(block, Supply)} == {
        "停电·未确认",
        "正常·未确认",
    }


def test_a_card_offers_a_ticket_and_where_it_is_out_to_tell_the_caller_when_it_is_back() -> None:
    def offered(state: State) -> list[str]:
        return [one.key for block in blocks(state) if isinstance(block, Actions) for one in block.actions]

    assert offered(SHOWN)[:2] == ["F2", "F3"]
    normal = replace(ANSWER.results[2], outages=())
    assert offered(replace(SHOWN, answer=replace(ANSWER, results=(normal,))))[:2] == ["F2", "Ctrl+M"]
