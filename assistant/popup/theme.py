"""Colours, fonts and sizes of the popup.

Every text colour has a contrast of at least 4.5 to 1 with the grounds it is drawn on (WCAG 2.1, 1.4.3).
"""

from dataclasses import dataclass
from typing import Literal

from data.outages.windows import State

ThemeName = Literal["light", "dark"]
Tone = Literal["text", "quiet", "good", "bad", "warn", "doubt", "accent"]


@dataclass(frozen=True, slots=True)
class Theme:
    """One set of colours, as `#rrggbb`.

    Attributes:
        ground: Behind everything; `card`: behind the card; `chosen`: behind the selected row and phone.
        script_ground: Behind the sentence to read out.
        text, quiet, good, bad, warn, doubt, accent: The tones of text; `doubt` is that of what is suspected.
    """

    ground: str
    card: str
    chosen: str
    script_ground: str
    line: str
    text: str
    quiet: str
    good: str
    bad: str
    warn: str
    doubt: str
    accent: str

    def tone(self, tone: Tone) -> str:
        """The colour of text in `tone`."""
        return {
            "text": self.text,
            "quiet": self.quiet,
            "good": self.good,
            "bad": self.bad,
            "warn": self.warn,
            "doubt": self.doubt,
            "accent": self.accent,
        }[tone]


THEMES: dict[ThemeName, Theme] = {
    "light": Theme(
        ground="#f4f6f8",
        card="#ffffff",
        chosen="#dce9f9",
        script_ground="#fff6d6",
        line="#c9d1da",
        text="#17212b",
        quiet="#4b5a69",
        good="#1b6a35",
        bad="#b3141c",
        warn="#7d4e00",
        doubt="#a13a00",
        accent="#0b5394",
    ),
    "dark": Theme(
        ground="#1b2127",
        card="#222a32",
        chosen="#2f4259",
        script_ground="#3b3620",
        line="#46525e",
        text="#eef2f5",
        quiet="#b3bfca",
        good="#86d69b",
        bad="#ff9d98",
        warn="#f5c25b",
        doubt="#ffab7a",
        accent="#8fc3ff",
    ),
}

STATE_MARKS: dict[State, tuple[str, Tone]] = {
    "normal": ("✓", "good"),
    "outage": ("●", "bad"),
    "partial_outage": ("◐", "bad"),
    "maintenance": ("▲", "warn"),
    "suspected": ("◌", "doubt"),
    "unknown": ("?", "quiet"),
}
"""The sign and tone of each state: told apart without colour too."""

FAMILIES = ("Microsoft YaHei UI", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "PingFang SC")
"""Fonts that have the Chinese characters, best first; with none of them Tk chooses."""
