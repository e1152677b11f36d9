"""What an agent reads out: the defaults, the centre's own templates, and what is refused as one."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from assistant.card.script import scripts_for
from data.fields import Doc, Json
from data.kinds import CAUSES, OUTAGE_KINDS
from data.outages.timetable import Timetable
from data.outages.windows import OutageWindow, Restoration, ScopeItem, Verdict
from data.scripts.cases import CASES
from data.scripts.defaults import CAUSES_EN, DEFAULTS, OUTAGE_KINDS_EN
from data.scripts.scripts import Scripts, case_of, template_ids
from data.scripts.situation import Asked, Situation, situation_of
from data.scripts.speaking import spoken_hours, spoken_time
from data.scripts.template import ScriptError, check, parse
from tests.stores import NOON

HOUR = timedelta(hours=1)
OUT, NORMAL = Verdict("outage", (1, 1)), Verdict("normal", (0, 1))
FAULT = OutageWindow("1", "fault", NOON - HOUR, NOON + HOUR, "树障", (ScopeItem("feeder", "F1"),), ())


def asked(*windows: OutageWindow, judged: Verdict = OUT, branch: tuple[str, str | None] | None = None) -> Asked:
    return Asked("塔山乡", judged, windows, NOON, branch)


def said(
    *windows: OutageWindow, judged: Verdict = OUT, branch: tuple[str, str | None] | None = None
) -> tuple[str, str]:
    situation, scripts = situation_of(asked(*windows, judged=judged, branch=branch)), Scripts()
    return scripts.say(situation, "zh"), scripts.say(situation, "en")


def test_what_is_out_is_said_with_since_when_why_and_until_when() -> None:
    assert said(FAULT) == (
        "塔山乡自11:00起故障停电（树障），预计13:00恢复。",
        "Power at 塔山乡 has been off since 11:00 today: fault outage. It is expected back by 13:00 today.",
    )
    weather = replace(FAULT, cause="weather")
    assert "fault outage (severe weather)." in said(weather)[1]


def test_a_place_that_is_out_in_part_is_told_how_much_of_it() -> None:
    zh, en = said(FAULT, judged=Verdict("partial_outage", (3, 8)))
    assert zh.startswith("塔山乡部分区域（8个台区中的3个）自11:00起故障停电")
    assert "(in part: 3 of 8 transformer areas)" in en


def test_a_promise_that_was_not_kept_is_said_to_be_one() -> None:
    overdue = replace(FAULT, etr=NOON - timedelta(minutes=30), hold=True)
    assert said(overdue)[0] == "塔山乡自11:00起故障停电（树障），原预计11:30恢复，现场尚未确认送电。"
    assert "not confirmed it yet" in said(overdue)[1]


def test_a_restoration_in_part_is_told_where_the_place_is_still_out() -> None:
    back = Restoration(ScopeItem("transformer_area", "T9"), NOON - timedelta(minutes=10))
    zh, en = said(replace(FAULT, restorations=(back,)))
    assert zh == "塔山乡自11:00起故障停电（树障），同一停电已有部分区域恢复，此处预计13:00恢复。"
    assert "Part of the places concerned have power again" in en


def test_what_comes_is_said_with_the_day() -> None:
    tomorrow = replace(FAULT, kind="planned", start=NOON + 22 * HOUR, etr=NOON + 26 * HOUR)
    zh, en = said(tomorrow, judged=NORMAL)
    assert zh == "塔山乡目前供电正常；明天10:00起计划停电（树障），预计明天14:00恢复。"
    assert "From 10:00 tomorrow: planned outage." in en


def test_between_the_hours_of_a_timetable_the_next_ones_are_said() -> None:
    daily = replace(FAULT, start=NOON - 30 * HOUR, etr=NOON + 48 * HOUR, timetable=Timetable(time(20), time(6)))
    zh, _ = said(daily, judged=NORMAL)
    assert (
        zh == "塔山乡目前供电正常；20:00起计划故障停电（树障），停电时段为每天20:00至次日06:00，预计11月24日06:00恢复。"
    )


def test_what_was_is_said_as_long_as_it_is_shown() -> None:
    back = replace(FAULT, restored_at=NOON - timedelta(minutes=20))
    assert said(back, judged=NORMAL) == (
        "塔山乡已于11:40恢复供电。",
        "Power at 塔山乡 has been back since 11:40 today.",
    )
    ended = replace(FAULT, start=NOON - 3 * HOUR, etr=NOON - HOUR)
    assert said(ended, judged=NORMAL)[0] == "塔山乡的故障停电原定11:00结束，尚未收到现场确认。"


def test_with_nothing_known_nothing_is_claimed() -> None:
    assert said(judged=NORMAL)[0] == "塔山乡目前没有停电信息。"
    unknown = Verdict("unknown", (0, 0))
    assert said(judged=unknown)[0] == "塔山乡没有供电资料。"
    assert said(judged=unknown, branch=("塔山所", None))[0] == "塔山乡没有供电资料，请联系塔山所。"
    assert said(judged=unknown, branch=("塔山所", "0429-1"))[0] == "塔山乡没有供电资料，请联系塔山所0429-1。"
    assert "疑似停电" in said(judged=Verdict("suspected", (0, 1)))[0]


def test_of_an_outage_and_a_maintenance_the_outage_is_spoken_of() -> None:
    maintenance = replace(FAULT, id="0", kind="maintenance", start=NOON - 2 * HOUR)
    assert situation_of(asked(maintenance, FAULT)).window is FAULT
    assert said(maintenance, judged=Verdict("maintenance", (1, 1)))[0].startswith(
        "塔山乡自10:00起检修（树障），供电可能受影响"
    )


def test_of_several_outages_the_one_that_ends_last_is_spoken_of() -> None:
    longer = replace(FAULT, id="2", start=NOON, etr=NOON + 6 * HOUR)
    overdue = replace(FAULT, id="3", etr=NOON - HOUR / 2, hold=True)
    assert situation_of(asked(FAULT, longer)).window is longer
    assert situation_of(asked(FAULT, overdue, longer)).window is overdue


def test_with_hours_power_is_promised_with_the_last_of_them() -> None:
    by_day = replace(FAULT, etr=NOON + 7 * HOUR, timetable=Timetable(time(8), time(17)))
    assert "预计17:00恢复" in said(by_day)[0]


def test_data_that_nobody_has_confirmed_says_so_first() -> None:
    both = scripts_for(Scripts(), asked(FAULT), confirmed=False, as_of=NOON - HOUR)
    assert both["zh"].startswith("截至11:00的信息，尚未确认：塔山乡")
    assert both["en"].startswith("As of 11:00 today, not confirmed: Power at 塔山乡")
    assert scripts_for(Scripts(), asked(), confirmed=False, as_of=None)["zh"].startswith("信息尚未确认：")


@pytest.mark.parametrize(
    ("hours", "zh", "en"),
    [
        (Timetable(time(8), time(17)), "每天08:00至17:00", "08:00 to 17:00 every day"),
        (
            Timetable(time(8), time(17), frozenset({1, 2, 3})),
            "周一至周三08:00至17:00",
            "08:00 to 17:00 Monday to Wednesday",
        ),
        (
            Timetable(time(22), time(5), frozenset({2, 6}), 2),
            "每2周周二、周六22:00至次日05:00",
            "22:00 to 05:00 the next day every Tuesday, Saturday, every 2 weeks",
        ),
    ],
)
def test_hours_are_said_with_their_days(hours: Timetable, zh: str, en: str) -> None:
    assert (spoken_hours(hours), spoken_hours(hours, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("later", "zh", "en"),
    [
        (timedelta(), "12:00", "12:00 today"),
        (timedelta(days=-1), "昨天12:00", "12:00 yesterday"),
        (timedelta(days=2), "11月24日12:00", "12:00 on 24 November"),
        (timedelta(days=60), "2027年1月21日12:00", "12:00 on 21 January 2027"),
    ],
)
def test_a_moment_is_said_with_its_day_and_another_year(later: timedelta, zh: str, en: str) -> None:
    moment: datetime = NOON + later
    assert (spoken_time(moment, NOON), spoken_time(moment, NOON, "en")) == (zh, en)


def test_every_default_is_fit_for_its_case_and_every_case_has_one() -> None:
    for key, texts in DEFAULTS.items():
        for text in texts:
            check(text, case_of(key))
    assert set(CASES) <= set(DEFAULTS) <= set(template_ids())
    assert set(OUTAGE_KINDS_EN) == set(OUTAGE_KINDS)
    assert set(CAUSES_EN) == set(CAUSES)


def test_the_centres_own_words_come_first_and_those_of_a_kind_before_those_of_the_case() -> None:
    own: list[Doc] = [
        {"id": "active", "zh": "甲{place}", "en": None},
        {"id": "active.fault", "zh": "乙{place}", "en": None},
    ]
    scripts = Scripts(own)
    assert scripts.say(situation_of(asked(FAULT))) == "乙塔山乡"
    assert scripts.say(situation_of(asked(replace(FAULT, kind="temporary")))) == "甲塔山乡"
    assert scripts.say(situation_of(asked(FAULT)), "en").startswith("Power at")


@pytest.mark.parametrize(
    "bad", [{"id": "active", "zh": "{new_fact}"}, {"id": "gone", "zh": "x"}, {"id": "normal", "zh": "{etr}"}]
)
def test_a_template_that_this_program_cannot_use_is_passed_over(
    bad: dict[str, Json], caplog: pytest.LogCaptureFixture
) -> None:
    doc: Doc = {"zh": None, "en": None, **bad}
    assert Scripts([doc]).say(situation_of(asked(judged=NORMAL))) == "塔山乡目前没有停电信息。"
    assert "is not used" in caplog.text
    caplog.clear()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "must not be empty"),
        (" ", "must not be empty"),
        ("长" * 501, "at most 500"),
        ("一行\n两行", "one line"),
        ("{place", "a lone {"),
        ("place}", "a lone }"),
        ("{plaec}", "no such placeholder"),
        ("[{crew}", "in pairs"),
        ("{crew}]", "in pairs"),
        ("[a[{crew}]]", "in pairs"),
        ("[没有占位符]", "needs a placeholder"),
        ("{crew}", "put it into square brackets"),
        ("{restored_at}", "not known in the case 'Out'"),
        ("[{restored_at}]", "not known in the case 'Out'"),
    ],
)
def test_what_is_no_template_is_refused_in_one_line_that_says_why(text: str, why: str) -> None:
    with pytest.raises(ScriptError, match=why) as refused:
        check(text, "active")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("key", ["", "active.", "active.x", "normal.fault", "x"])
def test_an_id_of_no_script_is_refused(key: str) -> None:
    with pytest.raises(ScriptError, match="there is no script"):
        case_of(key)


def test_a_fact_that_is_missing_outside_an_optional_part_is_a_mistake() -> None:
    with pytest.raises(ScriptError, match="is not known"):
        parse("{crew}").fill({})
    assert Situation("normal", asked()).facts("zh") == {"place": "塔山乡"}
