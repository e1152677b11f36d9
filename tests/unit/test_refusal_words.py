import ast
import string
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.errors import AmbiguousError, DataError, NotFoundError, OutageError, SwitchboardError
from data.finding import find_one
from data.outages.rules import check_scope, check_times, readable_reason
from data.rights import ForbiddenError, check
from data.store.store import Store
from sync.desk.outages.window_forms import EntryForm, FaultyFormError
from sync.refusal_words import WORDS, refusal_words
from tests.stores import fill

_ROOT = Path(__file__).parents[2]
_NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)


def _named() -> Iterator[tuple[str, str, frozenset[str] | None]]:
    """Where an error is named: the place, its key, and the names of its facts; None where they are passed on."""
    for path in (path for room in ("data", "sync") for path in (_ROOT / room).rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "about"):
                continue
            first = call.args[0]
            if isinstance(first, ast.Constant):
                facts = [word.arg for word in call.keywords]
                passed = None in facts
                yield f"{path.name}:{call.lineno}", str(first.value), None if passed else frozenset(filter(None, facts))


def _slots(words: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(words) if name)


def test_every_named_refusal_has_words_that_speak_of_its_facts_alone() -> None:
    named = list(_named())
    assert len(named) > 100
    for place, key, facts in named:
        assert key in WORDS, place
        assert facts is None or all(_slots(words) <= facts for words in WORDS[key]), place


def test_no_words_are_kept_that_no_refusal_needs() -> None:
    assert set(WORDS) == {key for _, key, _ in _named()}


def test_no_page_mixes_its_languages() -> None:
    for key, (_, english) in WORDS.items():
        assert not any("\u4e00" <= character <= "\u9fff" for character in english), key


def _refused(error: pytest.ExceptionInfo[SwitchboardError]) -> tuple[str, str]:
    return refusal_words(error.value, "zh"), refusal_words(error.value, "en")


def test_an_etr_before_the_start_is_refused_in_local_time_and_the_readers_language() -> None:
    with pytest.raises(OutageError, match="ETR 2026-11-22T04:00:00Z is not after the start") as error:
        check_times(_NOON, _NOON)
    assert _refused(error) == (
        "预计恢复 2026-11-22 12:00 须晚于开始 2026-11-22 12:00",
        "The ETR 2026-11-22 12:00 must be after the start 2026-11-22 12:00",
    )


def test_an_empty_reason_and_an_empty_scope_are_refused_in_both_languages() -> None:
    with pytest.raises(OutageError) as error:
        readable_reason(" ")
    assert _refused(error) == ("请填写原因，坐席会照读", "A reason is needed: agents read it out")
    with pytest.raises(OutageError) as error:
        check_scope([])
    assert _refused(error) == ("请选停电范围", "Pick what is out")


def test_who_may_not_is_told_so_by_role_and_act() -> None:
    with pytest.raises(ForbiddenError, match="the role agent may not set outage") as error:
        check("agent", "set_outage")
    assert _refused(error) == ("坐席不能：设置停电信息", "The role 'Agent' may not: set outage")


def test_what_nothing_or_several_answer_to_is_named_with_its_kind(store: Store) -> None:
    fill(store)
    with store.read() as connection:
        with pytest.raises(NotFoundError) as error:
            find_one(connection, "transformer_area", "999")
        assert _refused(error) == (
            "没有编号或名称为“999”的台区",
            "No transformer area has the number or name '999'",
        )
        with pytest.raises(AmbiguousError) as several:
            find_one(connection, "feeder", "616")
    zh, en = _refused(several)
    assert zh.startswith("“616”有多个线路，请填编号：F1 (")
    assert en.startswith("Several answer to '616', give a number: F1 (")


def test_a_form_says_all_that_is_wrong_with_it_by_field(store: Store) -> None:
    fill(store)
    with store.read() as connection, pytest.raises(FaultyFormError) as error:
        EntryForm(q="999", start="2026-11-22T12:00", etr="2026-11-22T12:00").entered(connection)
    assert {field: refusal_words(fault, "zh") for field, fault in error.value.faults.items()} == {
        "q": "没有找到“999”",
        "etr": "预计恢复 2026-11-22 12:00 须晚于开始 2026-11-22 12:00",
        "reason": "请填写原因，坐席会照读",
    }
    assert refusal_words(error.value, "en").count("; ") == 2


def test_an_error_that_nobody_named_says_its_own_line() -> None:
    assert refusal_words(DataError("the disk is full"), "zh") == "the disk is full"
