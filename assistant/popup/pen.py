"""Fonts, colours and sizes of one screen."""

import re
import tkinter as tk
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from tkinter import font as tkfont
from typing import Literal

from assistant.popup.theme import FAMILIES, Theme

ELLIPSIS = "…"
WORDS = re.compile(r"[!-~]+[，。、；：！？）”]*|\s+|.[，。、；：！？）”]*", re.DOTALL)
"""What a line may be broken between: runs of ASCII, single characters, each with the punctuation that ends it."""

ROW_HEIGHT, HEAD_HEIGHT = 46, 30
LIST_WIDTH, CARD_WIDTH, BODY_HEIGHT = 360, 580, 512
PAD = 12


class Face:
    """One font, which remembers what it measured: a round trip to Tk costs more than the answer."""

    def __init__(self, font: tkfont.Font) -> None:
        self.font = font
        self.width: Callable[[str], int] = lru_cache(maxsize=4096)(font.measure)

    def fitted(self, text: str, width: int) -> str:
        """`text`, or as much of its beginning as fits `width` pixels with an ellipsis behind."""
        if self.width(text) <= width:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            if self.width(text[:middle] + ELLIPSIS) <= width:
                low = middle
            else:
                high = middle - 1
        return text[:low] + ELLIPSIS

    def wrapped(self, text: str, width: int) -> list[str]:
        """`text` in lines of at most `width` pixels; a time or a number is never torn apart where it fits a line."""
        lines = [""]
        for word in WORDS.findall(text):
            for piece in word if self.width(word.rstrip()) > width else (word,):
                if lines[-1] and self.width((lines[-1] + piece).rstrip()) > width:
                    lines.append("")
                lines[-1] += piece if lines[-1] else piece.lstrip()
        return lines


@dataclass(frozen=True)
class Pen:
    """Fonts and colours of one screen.

    Attributes:
        scale: Real pixels for each pixel of a 96 dpi screen.
    """

    theme: Theme
    scale: float
    plain: Face
    bold: Face
    small: Face
    large: Face

    def px(self, size: float) -> int:
        """`size` pixels of a 96 dpi screen, in real pixels."""
        return round(size * self.scale)


def make_pen(root: tk.Misc, theme: Theme) -> Pen:
    """The pen for the screen of `root`."""
    scale = root.winfo_fpixels("1i") / 96
    available = set(tkfont.families(root))
    family = next((name for name in FAMILIES if name in available), "TkDefaultFont")

    def made(size: int, weight: Literal["normal", "bold"] = "normal") -> Face:
        return Face(tkfont.Font(root=root, family=family, size=-round(size * scale), weight=weight))

    return Pen(theme, scale, plain=made(14), bold=made(14, "bold"), small=made(12), large=made(19, "bold"))
