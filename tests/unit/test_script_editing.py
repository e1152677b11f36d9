"""The centre's own scripts: set, put back, each version kept, sent to every PC."""

import pytest

from data.errors import NotFoundError
from data.kinds import KINDS
from data.scripts.defaults import DEFAULTS
from data.scripts.editing import own_scripts, reset_script, script_text, script_texts, set_script, versions_of
from data.scripts.samples import preview
from data.scripts.scripts import template_ids
from data.scripts.template import ScriptError
from data.store import audit
from data.store.store import Store
from tests.stores import NOON, SetClock

OWN = "{place}停电了，{etr}来电。"


def set_words(store: Store, key: str, zh: str | None = None, en: str | None = None) -> None:
    with store.write("test", "edit script") as writing:
        set_script(writing, key, zh, en, "person:wang")


def test_words_of_ones_own_are_used_and_the_other_language_stays(store: Store) -> None:
    set_words(store, "active", OWN)
    with store.read() as connection:
        made = script_text(connection, "active")
        assert (made.texts, made.own, made.version) == ((OWN, DEFAULTS["active"][1]), ("zh",), 1)
        assert own_scripts(connection) == [{"id": "active", "zh": OWN, "en": None}]
        assert audit.newest(connection, audit.Wanted(acts=("edit_script",)), limit=1)[0].about == "active"


def test_each_version_is_kept_and_the_default_comes_back(store: Store, clock: SetClock) -> None:
    set_words(store, "active", OWN)
    clock.pass_time(hours=1)
    set_words(store, "active", OWN, "{place} is out.")
    with store.write("test", "reset") as writing:
        assert reset_script(writing, "active", "person:li").own == ()
    with store.read() as connection:
        assert own_scripts(connection) == []
        versions = versions_of(connection, "active")
    assert [(one.number, one.by, one.zh, one.en) for one in versions] == [
        (3, "person:li", None, None),
        (2, "person:wang", OWN, "{place} is out."),
        (1, "person:wang", OWN, None),
    ]
    with store.write("test", "reset") as writing, pytest.raises(NotFoundError, match="is the default already"):
        reset_script(writing, "active", "person:li")


def test_words_that_equal_the_default_are_not_ones_own(store: Store) -> None:
    set_words(store, "active", f" {DEFAULTS['active'][0]} ", "")
    with store.read() as connection:
        assert own_scripts(connection) == []


def test_a_kind_gets_words_of_its_own_and_stands_behind_its_case(store: Store) -> None:
    set_words(store, "active.fault", OWN)
    with store.read() as connection:
        ids = [one.id for one in script_texts(connection)]
    assert ids[ids.index("active") + 1] == "active.fault"


@pytest.mark.parametrize(("key", "zh", "why"), [("active", "{crew}", "中文 Chinese"), ("nothing", OWN, "no script")])
def test_what_is_no_script_leaves_nothing_behind(store: Store, key: str, zh: str, why: str) -> None:
    with pytest.raises(ScriptError, match=why):
        set_words(store, key, zh)
    with store.read() as connection:
        assert versions_of(connection, key) == []


def test_every_template_can_be_looked_at_with_all_and_with_little_known() -> None:
    for key in template_ids():
        said = preview(key, ("", ""), NOON)
        assert set(said) == {"zh", "en"}
        assert all("{" not in text and "None" not in text for amounts in said.values() for text in amounts.values())
    every = "{place}[ {hours} {scope} {crew} {crew_phone} {branch} {branch_phone} {out} {total} {cause}]"
    said = preview("active", (every, every), NOON)
    assert "抢修二班" in said["zh"]["rich"]
    assert said["zh"]["bare"] == "塔山乡"


def test_script_templates_travel_with_the_event_to_every_pc() -> None:
    assert KINDS["script_template"].urgent
    assert not KINDS["script_template"].scoped
