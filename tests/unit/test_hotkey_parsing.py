import pytest

from assistant.hotkeys.armed import HotkeyError
from assistant.hotkeys.arming import arm
from assistant.hotkeys.combination import Combination, parse_combination
from data.errors import BadValueError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ctrl+alt+k", Combination(("ctrl", "alt"), "k")),
        ("Alt + CTRL + K", Combination(("ctrl", "alt"), "k")),
        ("control+shift+F2", Combination(("ctrl", "shift"), "f2")),
        ("super+9", Combination(("win",), "9")),
        ("f12", Combination((), "f12")),
        ("shift+f1", Combination(("shift",), "f1")),
        ("ctrl+alt+space", Combination(("ctrl", "alt"), "space")),
    ],
)
def test_a_combination_is_read_in_any_case_and_order(text: str, expected: Combination) -> None:
    assert parse_combination(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not a key"),
        ("k", "needs ctrl"),
        ("shift+k", "needs ctrl"),
        ("ctrl+", "is not a key"),
        ("ctrl+alt", "is not a key"),
        ("ctrl+ctrl+k", "twice"),
        ("hyper+k", "not a modifier"),
        ("ctrl+龙", "is not a key"),
        ("ctrl+space", "input methods"),
        ("win+space", "keyboard layout"),
    ],
)
def test_a_wrong_combination_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(BadValueError, match=reason):
        parse_combination(text)


def test_a_combination_reads_back_as_it_was_written() -> None:
    combination = parse_combination("alt+ctrl+pageup")
    assert parse_combination(str(combination)) == combination
    assert combination.label == "Ctrl+Alt+Pageup"


def test_wayland_says_what_to_do_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_SESSION_TYPE", "wayland")
    with pytest.raises(HotkeyError, match="switchboard toggle"):
        arm(parse_combination("ctrl+alt+k"), lambda: None)


def test_without_a_display_there_is_no_hotkey(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_SESSION_TYPE", "WAYLAND_DISPLAY", "DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(HotkeyError, match="no display"):
        arm(parse_combination("ctrl+alt+k"), lambda: None)
