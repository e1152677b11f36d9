import logging
import stat
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from assistant.card.answer import Answer, Match
from assistant.lookup.choices import FILE_NAME, MOST_ROWS, Choices
from assistant.lookup.preferences import Preferences, merged
from assistant.model.choosing import Chosen, choice_made
from assistant.model.popup_messages import Copy, CopyPhone, Forgotten, Intent, Move, NextPhone, Pick, ShowWindow, Typed
from assistant.model.popup_model import update
from assistant.model.popup_state import State
from data.choice_weight import HALF_LIFE, LONGEST_PREFIX, MOST_PREFERRED, mass_of, prefixes
from data.fields import Doc
from data.sqlite import connect
from sync.outbox.choices import GIVEN_UP_AFTER, MOST_COUNTED, MOST_IN_A_BATCH
from tests.caches import cache_of
from tests.stores import NOON, SetClock
from tests.ui.answers import area

TASHAN, GAOQIAO = ("area", "A1"), ("area", "A2")
APART = timedelta(minutes=2)


@pytest.fixture
def choices(tmp_path: Path) -> Choices:
    return Choices(tmp_path)


def note(choices: Choices, query: str, record: tuple[str, str], times: int = 1, *, tell_team: bool = False) -> None:
    for time in range(times):
        choices.note(query, *record, NOON + time * APART, tell_team=tell_team)


def test_one_choice_teaches_nothing_and_a_second_does(choices: Choices) -> None:
    note(choices, "tashan", TASHAN)
    assert choices.preferred("tashan", NOON) == {}
    choices.note("tashan", *TASHAN, NOON + APART)
    assert list(choices.preferred("tashan", NOON + APART)) == [TASHAN]


def test_the_phone_and_the_script_copied_in_one_call_are_one_choice(choices: Choices) -> None:
    for seconds in (0, 20, 59):
        choices.note("tashan", *TASHAN, NOON + timedelta(seconds=seconds))
    assert choices.preferred("tashan", NOON) == {}


def test_a_choice_is_learned_for_every_beginning_of_two_characters_or_more(choices: Choices) -> None:
    note(choices, " TaShan ", TASHAN, 2)
    assert [text for text in ("t", "ta", "tas", "tashan", "tashanx", "sh") if choices.preferred(text, NOON)] == [
        "ta",
        "tas",
        "tashan",
    ]


def test_two_queries_with_one_beginning_teach_it_together(choices: Choices) -> None:
    choices.note("tashan", *TASHAN, NOON)
    choices.note("tas", *TASHAN, NOON + APART)
    assert list(choices.preferred("tas", NOON + APART)) == [TASHAN]
    assert choices.preferred("tashan", NOON + APART) == {}


def test_a_rival_that_is_chosen_takes_something_away(choices: Choices) -> None:
    note(choices, "ts", TASHAN, 4)
    before = choices.preferred("ts", NOON)[TASHAN]
    note(choices, "ts", GAOQIAO, 3)
    after = choices.preferred("ts", NOON)
    assert list(after) == [TASHAN, GAOQIAO]
    assert after[TASHAN] < before


def test_what_is_preferred_fades_with_time_until_newer_choices_outweigh_it(choices: Choices) -> None:
    note(choices, "ts", TASHAN, 6)
    fresh = choices.preferred("ts", NOON)[TASHAN]
    later = NOON + 3 * HALF_LIFE
    assert choices.preferred("ts", later)[TASHAN] < fresh / 2
    for time in range(2):
        choices.note("ts", *GAOQIAO, later + time * APART)
    assert list(choices.preferred("ts", later)) == [GAOQIAO, TASHAN]


def test_at_most_eight_are_preferred_and_the_best_come_first(choices: Choices) -> None:
    for number in range(12):
        note(choices, "ts", ("area", f"A{number:02}"), 2 + number)
    found = choices.preferred("ts", NOON)
    assert [key for _, key in found] == [f"A{number:02}" for number in range(11, 11 - MOST_PREFERRED, -1)]


@pytest.mark.parametrize("query", ["13812345678", "138 1234 5678", "0429-3112345", "tashan2114000001", "t", " ", ""])
def test_nothing_is_kept_of_numbers_that_may_be_phones_or_customers(
    choices: Choices, tmp_path: Path, query: str
) -> None:
    note(choices, query, ("customer", "2114000001"), 3, tell_team=True)
    assert not (tmp_path / FILE_NAME).exists()


def test_what_was_learned_is_there_after_a_restart_in_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    before = Choices(tmp_path)
    note(before, "tashan", TASHAN, 2)
    before.close()
    assert list(Choices(tmp_path).preferred("ta", NOON)) == [TASHAN]
    if sys.platform != "win32":
        assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.glob("choices.db*")} == {0o600}


def test_reading_alone_makes_no_file(choices: Choices, tmp_path: Path) -> None:
    assert choices.preferred("tashan", NOON) == {}
    choices.forget()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"no database at all" * 300, b""])
def test_a_damaged_file_is_set_aside_with_one_line_and_learning_begins_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    choices = Choices(tmp_path)
    note(choices, "tashan", TASHAN, 4)
    assert list(choices.preferred("ta", NOON)) == [TASHAN]
    assert len(caplog.records) == bool(content)
    assert (tmp_path / "choices.db.damaged").exists() == bool(content)


def test_a_file_damaged_in_the_middle_is_set_aside_too(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    before = Choices(tmp_path)
    for number in range(400):
        note(before, f"tashan{number}", ("area", f"A{number}"), 2)
    before.close()
    file = tmp_path / FILE_NAME
    content = file.read_bytes()
    file.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    choices = Choices(tmp_path)
    assert choices.preferred("tashan1", NOON) == {}
    note(choices, "tashan", TASHAN, 2)
    assert list(choices.preferred("tashan", NOON)) == [TASHAN]
    assert len(caplog.records) == 1


def test_a_home_that_cannot_be_written_is_no_error_to_the_agent(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    choices = Choices(tmp_path / "gone")
    note(choices, "tashan", TASHAN, 3, tell_team=True)
    assert choices.preferred("tashan", NOON) == {}
    assert choices.take(NOON) is None
    assert len(caplog.records) == 1


def test_forgetting_leaves_nothing_to_read_on_the_disk(choices: Choices, tmp_path: Path) -> None:
    note(choices, "jiamizhen", ("customer", "2114000001"), 2)
    note(choices, "jiamizhen", TASHAN, 2, tell_team=True)
    (tmp_path / "choices.db.damaged").write_bytes(b"jiamizhen")
    choices.forget()
    assert choices.preferred("jiamizhen", NOON) == {}
    assert choices.take(NOON) is None
    assert not any(b"jiamizhen" in file.read_bytes() for file in tmp_path.iterdir())


def test_the_file_never_holds_more_than_its_bound_and_drops_the_lightest(choices: Choices, tmp_path: Path) -> None:
    note(choices, "tashan", TASHAN, 3)
    with_room = connect(tmp_path / FILE_NAME)
    rows = ((f"p{n:06}", "area", f"A{n}", mass_of(NOON - HALF_LIFE), 1, NOON.timestamp()) for n in range(MOST_ROWS))
    with_room.execute("BEGIN")
    with_room.executemany("INSERT INTO choice VALUES (?, ?, ?, ?, ?, ?)", rows)
    with_room.execute("COMMIT")
    note(choices, "gaoqiao", GAOQIAO, 2)
    assert with_room.execute("SELECT count(*) FROM choice").fetchone()[0] < MOST_ROWS
    with_room.close()
    assert list(choices.preferred("tashan", NOON)) == [TASHAN]
    assert list(choices.preferred("gaoqiao", NOON)) == [GAOQIAO]


def test_choices_dated_by_a_clock_gone_wrong_do_not_rule_for_ever(tmp_path: Path) -> None:
    wrong = NOON + timedelta(days=3650)
    before = Choices(tmp_path)
    for time in range(2):
        before.note("ts", *GAOQIAO, wrong + time * APART)
    before.close()
    choices = Choices(tmp_path)
    note(choices, "ts", TASHAN, 2)
    assert list(choices.preferred("ts", NOON)) == [TASHAN]


def test_a_long_query_is_learned_by_its_beginnings_and_as_a_whole() -> None:
    query = "塔山 " + "x" * 40
    assert prefixes(query)[:2] == ["塔山", "塔山 x"]
    assert prefixes(query)[-1] == query
    assert len(prefixes(query)) <= LONGEST_PREFIX


def test_the_team_is_told_counts_of_what_may_be_told(choices: Choices) -> None:
    note(choices, "tashan", TASHAN, 3, tell_team=True)
    note(choices, "张伟", ("customer", "2114000001"), 3)
    batch = choices.take(NOON)
    assert batch
    assert batch.choices == ({"query": "tashan", "kind": "area", "id": "A1", "count": 3},)


def test_a_batch_keeps_its_key_until_it_is_acknowledged_and_what_comes_meanwhile_waits(choices: Choices) -> None:
    note(choices, "tashan", TASHAN, 2, tell_team=True)
    first = choices.take(NOON)
    note(choices, "gaoqiao", GAOQIAO, 1, tell_team=True)
    assert first is not None
    assert choices.take(NOON + APART) == first
    choices.acknowledge(first.key)
    second = choices.take(NOON)
    assert second is not None
    assert [one["id"] for one in second.choices] == ["A2"]
    choices.acknowledge(second.key)
    assert choices.take(NOON) is None


def test_a_batch_that_no_hub_took_is_given_up_before_the_hub_forgets_its_key(choices: Choices) -> None:
    note(choices, "tashan", TASHAN, 2, tell_team=True)
    assert choices.take(NOON) is not None
    assert choices.take(NOON + GIVEN_UP_AFTER + APART) is None


def test_a_batch_outlives_a_clock_that_is_put_back_a_little_and_none_that_was_far_ahead(choices: Choices) -> None:
    note(choices, "tashan", TASHAN, 2, tell_team=True)
    batch = choices.take(NOON)
    assert batch is not None
    assert choices.take(NOON - timedelta(days=1)) == batch, "the hub may have it already: the same key goes again"
    assert choices.take(NOON - GIVEN_UP_AFTER - APART) is None, "nobody knows how old it is"


def test_what_waits_is_bounded_while_the_hub_is_gone(choices: Choices) -> None:
    for number in range(550):
        choices.note(f"place{number:03}", "area", f"A{number}", NOON, tell_team=True)
    note(choices, "place000", ("area", "A0"), 2 * MOST_COUNTED, tell_team=True)
    told: list[dict[str, Any]] = []
    while batch := choices.take(NOON):
        assert len(batch.choices) <= MOST_IN_A_BATCH
        told += batch.choices
        choices.acknowledge(batch.key)
    assert len(told) == 500
    assert told[0]["count"] == MOST_COUNTED


def test_own_and_team_preferences_are_one_and_the_agents_own_count_more() -> None:
    both = merged({TASHAN: 0.5}, {GAOQIAO: 0.9, TASHAN: 0.1})
    assert list(both) == [TASHAN, GAOQIAO]
    assert both[GAOQIAO] == pytest.approx(0.36)
    assert both[TASHAN] == pytest.approx(1 - 0.5 * 0.96)
    assert merged({}, {}) == {}


def test_the_teams_choices_are_read_from_the_cache_for_this_beginning_alone(tmp_path: Path, choices: Choices) -> None:
    rows: list[tuple[str, Doc]] = [
        ("team_choice", {"id": f"{q}|area|{i}", "query": q, "record_kind": "area", "record": i, "mass": mass_of(NOON)})
        for q, i in (("ta", "A1"), ("ta", "A2"), ("tas", "A3"), ("t", "A4"), ("ta}", "A5"))
    ]
    preferences = Preferences(choices, cache_of(tmp_path / "cache.db", rows), SetClock())
    assert list(preferences("ta")) == [TASHAN, GAOQIAO]
    note(choices, "ta", GAOQIAO, 2)
    assert list(preferences("ta")) == [GAOQIAO, TASHAN]
    assert preferences("gao") == {}


def shown(*intents: Intent) -> tuple[Chosen | None, State]:
    """What the last of the intents has put to use, in a popup that shows two areas."""
    results = area("A1", "tsx", "塔山乡"), area("A2", "gqz", "高桥镇")
    found = Answer("ts", 1.0, None, None, "live", results)
    state = State(visible=True, query="ts", answer=found, answered_text="ts")
    chosen = None
    for intent in intents:
        state, effects = update(state, intent)
        chosen = choice_made(intent, state, effects)
    return chosen, state


def test_copying_and_clicking_are_use_and_walking_past_is_none() -> None:
    for intents, key in (((CopyPhone(),), "A1"), ((Move(1), CopyPhone()), "A2"), ((Pick(1),), "A2")):
        chosen, _ = shown(*intents)
        assert chosen is not None
        assert (chosen.query, chosen.result.id) == ("ts", key)
    for intent in (Move(1), NextPhone(1), Typed("tsx")):
        assert shown(intent)[0] is None


def test_a_result_of_an_older_text_is_not_learned_for_the_newer_one() -> None:
    assert shown(Typed("gq"), Pick(1))[0] is None
    _, state = shown()
    assert choice_made(CopyPhone(), replace(state, query="x"), (Copy("1"),)) is None


@pytest.mark.parametrize(
    ("query", "kind", "reason", "told"),
    [
        ("tashan", "area", "pinyin", True),
        ("tsx", "area", "code", True),
        ("616", "feeder", "number", True),
        ("tashen", "area", "fuzzy", False),
        ("zangwei", "area", "sounds_like", False),
        ("塔山 张伟", "area", "name", False),
        ("2114000001", "transformer_area", "number", False),
        ("张伟", "customer", "name", False),
    ],
)
def test_only_the_name_or_code_of_a_place_or_line_may_be_told(query: str, kind: str, reason: str, told: bool) -> None:  # noqa: FBT001
    assert Chosen(query, area("A1", "tsx", "塔山乡", kind=kind, match=Match(reason))).may_be_told is told


def test_the_agent_is_shown_that_everything_is_forgotten() -> None:
    state, effects = update(State(), Forgotten())
    assert state.visible
    assert state.notice is not None
    assert state.notice.key == "forgotten"
    assert ShowWindow() in effects
