from pathlib import Path

import pytest

from assistant.hotkeys.combination import Combination
from assistant.model.popup_state import Habits
from assistant.resident.settings import FILE_NAME, Settings, load_settings, parse_settings
from data.errors import SwitchboardError


def test_without_a_file_the_built_in_settings_hold(tmp_path: Path) -> None:
    assert load_settings(tmp_path) == (Settings(), None)


def test_what_the_file_says_overlays_the_built_in_settings(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('hotkey = "ctrl+shift+f2"\ntheme = "dark"\n[hide]\nafter_copy = true\n')
    settings, problem = load_settings(tmp_path)
    assert problem is None
    assert settings == Settings(
        hotkey=Combination(("ctrl", "shift"), "f2"),
        habits=Habits(hide_on_focus_loss=True, hide_after_copy=True),
        theme="dark",
    )


def test_an_empty_hotkey_means_none() -> None:
    assert parse_settings('hotkey = ""').hotkey is None


def test_learning_can_be_turned_off() -> None:
    assert parse_settings("").learn
    assert not parse_settings("learn = false").learn


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes('language = "en"'.encode("utf-8-sig"))
    settings, problem = load_settings(tmp_path)
    assert (settings.language, problem) == ("en", None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("hotkey = ", "Invalid value"),
        ("hotkey = 7", "must be text"),
        ('hotkey = "k"', "needs ctrl"),
        ('theme = "pink"', "light, dark"),
        ('language = "fr"', "zh, en"),
        ("[hide]\nafter_copy = 1", "true or false"),
        ("learn = 1", "learn .*true or false"),
        ("hide = 3", "must be a table"),
        ('hotkeys = "ctrl+alt+k"', "unknown setting hotkeys"),
        ("[hide]\nlater = true", "unknown setting hide.later"),
    ],
)
def test_a_file_that_is_wrong_anywhere_is_refused_in_one_line(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(SwitchboardError, match=reason):
        parse_settings(text)
    (tmp_path / FILE_NAME).write_text(text)
    settings, problem = load_settings(tmp_path)
    assert settings == Settings()
    assert problem is not None
    assert str(tmp_path / FILE_NAME) in problem
    assert "\n" not in problem


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"\xff\xfe\x00")
    settings, problem = load_settings(tmp_path)
    assert settings == Settings()
    assert problem is not None
