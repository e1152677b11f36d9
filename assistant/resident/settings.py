"""The agent's own settings: built in, overlaid by `settings.toml` in the home."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar, get_args

from assistant.hotkeys.combination import Combination, parse_combination
from assistant.model.popup_state import Habits
from assistant.popup.theme import ThemeName
from assistant.words.wording import Language
from data.errors import BadValueError, SwitchboardError

Choice = TypeVar("Choice")

FILE_NAME = "settings.toml"
BUILT_IN_HOTKEY = parse_combination("ctrl+alt+k")
"""Free on Windows and in the input methods; Ctrl+Space, Alt+Space and Win+Space never are."""


class SettingsError(SwitchboardError):
    """The settings file cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an agent can choose.

    Attributes:
        hotkey: Shows and hides the popup; None: no hotkey.
        habits: When the popup hides by itself.
        learn: What is chosen is remembered, and what was chosen before comes first.
        branches: Ids of the agent's own branches: their records come before others that answer as well.
    """

    hotkey: Combination | None = BUILT_IN_HOTKEY
    habits: Habits = field(default_factory=Habits)
    language: Language = "zh"
    theme: ThemeName = "light"
    learn: bool = True
    branches: tuple[str, ...] = ()


def load_settings(home: Path) -> tuple[Settings, str | None]:
    """The settings of `home`, and one line about why its file was not used, or None.

    A file that is wrong anywhere is not used at all: half of what somebody wrote is not what they wanted.
    """
    path = home / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8-sig")  # Windows' editor writes a byte order mark
    except FileNotFoundError:
        return Settings(), None
    except (OSError, UnicodeDecodeError) as problem:
        return Settings(), f"{path}: {problem}; using the built-in settings"
    try:
        return parse_settings(text), None
    except SwitchboardError as problem:
        return Settings(), f"{path}: {problem}; using the built-in settings"


def parse_settings(text: str) -> Settings:
    """The settings that `text`, a TOML document, overlays the built-in ones with.

    Raises:
        SettingsError: it is not TOML, or names a setting that does not exist.
        BadValueError: a value does not fit its setting.
    """
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise SettingsError(str(problem)) from None
    hide = given.pop("hide", {})
    if not isinstance(hide, dict):
        raise BadValueError("hide", hide, "must be a table: [hide]")
    built_in = Settings()
    settings = Settings(
        hotkey=_hotkey(given.pop("hotkey", str(BUILT_IN_HOTKEY))),
        habits=Habits(
            hide_on_focus_loss=_flag("hide.on_focus_loss", hide, default=built_in.habits.hide_on_focus_loss),
            hide_after_copy=_flag("hide.after_copy", hide, default=built_in.habits.hide_after_copy),
        ),
        language=_choice("language", given.pop("language", built_in.language), get_args(Language)),
        theme=_choice("theme", given.pop("theme", built_in.theme), get_args(ThemeName)),
        learn=_flag("learn", given, default=built_in.learn),
        branches=_texts("branches", given.pop("branches", [])),
    )
    unknown = [*given, *(f"hide.{name}" for name in hide)]
    if unknown:
        known = "hotkey, language, theme, learn, branches, hide.on_focus_loss, hide.after_copy"
        raise SettingsError(f"unknown setting {', '.join(unknown)} (there are: {known})")
    return settings


def _hotkey(value: object) -> Combination | None:
    if value == "":
        return None
    if not isinstance(value, str):
        raise BadValueError("hotkey", value, 'must be text such as "ctrl+alt+k"')
    return parse_combination(value)


def _flag(name: str, table: dict[str, object], *, default: bool) -> bool:
    value = table.pop(name.rpartition(".")[2], default)
    if not isinstance(value, bool):
        raise BadValueError(name, value, "must be true or false")
    return value


def _texts(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise BadValueError(name, value, 'must be a list of texts such as ["B21140201"]')
    return tuple(value)


def _choice(name: str, value: object, choices: tuple[Choice, ...]) -> Choice:
    for choice in choices:
        if value == choice:
            return choice
    raise BadValueError(name, value, "must be one of " + ", ".join(map(str, choices)))
