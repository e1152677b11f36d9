"""Painting a picture's rows and card on two Tk canvases, at the screen's resolution."""

import re
import tkinter as tk
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from tkinter import font as tkfont
from typing import Literal

from assistant.popup import picture as pic
from assistant.popup.theme import FAMILIES, Theme, Tone

ELLIPSIS = "…"
WORDS = re.compile(r"[!-~]+[，。、；：！？）”]*|\s+|.[，。、；：！？）”]*", re.DOTALL)
"""What a line may be broken between: runs of ASCII, single characters, each with the punctuation that ends it."""

Anchor = Literal["nw", "n", "ne", "w", "e"]
ROW_HEIGHT = 46
LIST_WIDTH, CARD_WIDTH, BODY_HEIGHT = 360, 580, 512
ROLE_WIDTH = 104
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
        for piece in WORDS.findall(text):
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


def runs(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[str, bool]]:
    """`text` cut into pieces that are, in turn, outside and inside the spans; no empty pieces."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    for start, end in sorted(spans):
        first, last = max(at, start), min(end, len(text))
        if last <= first:
            continue
        pieces += [(text[at:first], False), (text[first:last], True)]
        at = last
    pieces.append((text[at:], False))
    return [(piece, inside) for piece, inside in pieces if piece]


def draw_rows(canvas: tk.Canvas, rows: Sequence[pic.Row], selected: int, pen: Pen) -> None:
    """Paints the list of results; row `i` stands from `i * ROW_HEIGHT` on."""
    canvas.delete("all")
    for index, row in enumerate(rows):
        _draw_row(canvas, row, pen.px(ROW_HEIGHT) * index, pen, chosen=index == selected)


def _draw_row(canvas: tk.Canvas, row: pic.Row, top: int, pen: Pen, *, chosen: bool) -> None:
    theme, pad, width = pen.theme, pen.px(PAD), pen.px(LIST_WIDTH)
    if chosen:
        canvas.create_rectangle(0, top, width, top + pen.px(ROW_HEIGHT), fill=theme.chosen, width=0)
        canvas.create_rectangle(0, top, pen.px(4), top + pen.px(ROW_HEIGHT), fill=theme.accent, width=0)
    first, second = top + pen.px(15), top + pen.px(34)
    verdict = f"{row.mark} {row.verdict}"
    canvas.create_text(width - pad, first, anchor="e", text=verdict, font=pen.small.font, fill=theme.tone(row.tone))
    canvas.create_text(width - pad, second, anchor="e", text=row.kind, font=pen.small.font, fill=theme.quiet)
    room = width - 3 * pad - pen.small.width(verdict)
    name = pen.bold.fitted(row.name, room)
    x = pad
    for piece, inside in runs(name, row.spans):
        face, colour = (pen.bold, theme.accent) if inside else (pen.plain, theme.text)
        canvas.create_text(x, first, anchor="w", text=piece, font=face.font, fill=colour)
        x += face.width(piece)
    under = pen.small.fitted(row.under, width - 3 * pad - pen.small.width(row.kind))
    canvas.create_text(pad, second, anchor="w", text=under, font=pen.small.font, fill=theme.quiet)


class CardPainter:
    """Paints the blocks of a card from top to bottom."""

    def __init__(self, canvas: tk.Canvas, pen: Pen, on_phone: Callable[[int], None]) -> None:
        self._canvas = canvas
        self._pen = pen
        self._on_phone = on_phone
        self._width = pen.px(CARD_WIDTH)  # not asked of the canvas: it has no width until it was first shown
        self._y = 0

    def draw(self, blocks: Sequence[pic.Block]) -> None:
        """Paints `blocks` and lets the canvas scroll over what does not fit."""
        self._canvas.delete("all")
        self._y = self._pen.px(PAD)
        for block in blocks:
            self._block(block)
        bottom = max(self._y + self._pen.px(PAD), self._pen.px(BODY_HEIGHT))
        self._canvas.configure(scrollregion=(0, 0, self._width, bottom))

    def _block(self, block: pic.Block) -> None:
        match block:
            case pic.Title():
                self._title(block)
            case pic.Heading():
                self._heading(block)
            case pic.Line():
                self._line(block)
            case pic.Dial():
                self._dial(block)
            case pic.Supply():
                self._supply(block)
            case pic.Window():
                self._window(block)
            case pic.Script():
                self._script(block)
            case pic.Remark():
                self._y += self._wrapped(block.text, self._pen.small, block.tone) + self._pen.px(4)
            case pic.Message():
                self._message(block)

    def _put(self, x: int, text: str, face: Face, tone: Tone, *, anchor: Anchor = "nw", y: int | None = None) -> int:
        top = self._y if y is None else y
        return self._canvas.create_text(
            x, top, anchor=anchor, text=text, font=face.font, fill=self._pen.theme.tone(tone)
        )

    def _wrapped(self, text: str, face: Face, tone: Tone, *, left: int = PAD, right: int = PAD) -> int:
        room = self._width - self._pen.px(left + right)
        item = self._put(self._pen.px(left), "\n".join(face.wrapped(text, room)), face, tone)
        _, top, _, bottom = self._canvas.bbox(item)
        return bottom - top

    def _title(self, block: pic.Title) -> None:
        pen, pad = self._pen, self._pen.px(PAD)
        verdict = f"{block.mark} {block.verdict}"
        room = self._width - 3 * pad - pen.bold.width(verdict)
        self._put(pad, pen.large.fitted(block.name, room), pen.large, "text")
        self._put(self._width - pad, verdict, pen.bold, block.tone, anchor="ne", y=self._y + pen.px(4))
        self._y += pen.px(29)
        self._put(pad, pen.small.fitted(block.under, self._width - 2 * pad), pen.small, "quiet")
        self._y += pen.px(23)

    def _heading(self, block: pic.Heading) -> None:
        pen, pad = self._pen, self._pen.px(PAD)
        self._y += pen.px(7)
        self._put(pad, block.text, pen.small, "quiet")
        x, y = pad + pen.small.width(block.text) + pen.px(8), self._y + pen.px(9)
        self._canvas.create_line(x, y, self._width - pad, y, fill=pen.theme.line)
        self._y += pen.px(22)

    def _line(self, block: pic.Line) -> None:
        pen, pad = self._pen, self._pen.px(PAD)
        left = PAD + ROLE_WIDTH
        self._put(pad, pen.plain.fitted(block.label, pen.px(ROLE_WIDTH - 8)), pen.plain, "quiet")
        self._y += self._wrapped(block.value, pen.plain, block.tone, left=left) + pen.px(2)

    def _dial(self, block: pic.Dial) -> None:
        pen, pad, height = self._pen, self._pen.px(PAD), self._pen.px(26)
        tag = f"phone{block.index}"
        ground = pen.theme.chosen if block.chosen else pen.theme.card
        self._canvas.create_rectangle(
            pad // 2, self._y, self._width - pad // 2, self._y + height, fill=ground, width=0, tags=(tag,)
        )
        middle = self._y + height // 2
        number = pen.bold.width(block.number)
        role = pen.plain.fitted(block.role, pen.px(ROLE_WIDTH - 8))
        items = (
            self._put(pad, role, pen.plain, "quiet", anchor="w", y=middle),
            self._put(
                pad + pen.px(ROLE_WIDTH),
                pen.plain.fitted(block.name, self._width - 3 * pad - pen.px(ROLE_WIDTH) - number),
                pen.plain,
                "text",
                anchor="w",
                y=middle,
            ),
            self._put(self._width - pad, block.number, pen.bold, "accent", anchor="e", y=middle),
        )
        for item in items:
            self._canvas.addtag_withtag(tag, item)
        index = block.index
        self._canvas.tag_bind(tag, "<Button-1>", lambda _: self._on_phone(index))
        self._canvas.tag_bind(tag, "<Enter>", lambda _: self._canvas.configure(cursor="hand2"))
        self._canvas.tag_bind(tag, "<Leave>", lambda _: self._canvas.configure(cursor=""))
        self._y += height

    def _supply(self, block: pic.Supply) -> None:
        pen, pad = self._pen, self._pen.px(PAD)
        verdict = f"{block.mark} {block.verdict}"
        room = self._width - 3 * pad - pen.small.width(verdict)
        text = block.name if block.number in block.name else f"{block.name}（{block.number}）"
        self._put(pad, pen.plain.fitted(text, room), pen.plain, "text")
        self._put(self._width - pad, verdict, pen.small, block.tone, anchor="ne", y=self._y + pen.px(2))
        self._y += pen.px(22)

    def _window(self, block: pic.Window) -> None:
        pen, pad = self._pen, self._pen.px(PAD)
        self._put(pad, block.kind, pen.bold, block.tone)
        after = pad + pen.bold.width(block.kind) + pen.px(8)
        in_one = f"{block.phase}  {block.times}"
        if after + pen.plain.width(in_one) <= self._width - pad:
            self._put(after, in_one, pen.plain, "text")
        else:
            self._put(after, block.phase, pen.plain, "text")
            self._y += pen.px(22)
            self._put(pad, block.times, pen.plain, "text")
        self._y += pen.px(22)
        self._y += self._wrapped(block.reason, pen.small, "quiet") + pen.px(3)

    def _script(self, block: pic.Script) -> None:
        pen = self._pen
        inner = pen.px(8)
        box = self._canvas.create_rectangle(0, 0, 0, 0, fill=pen.theme.script_ground, width=0)
        top = self._y
        self._y += inner
        self._y += self._wrapped(block.text, pen.plain, "text", left=PAD + 8, right=PAD + 8) + inner
        side = pen.px(PAD)
        self._canvas.coords(box, side, top, self._width - side, self._y)
        self._y += pen.px(4)

    def _message(self, block: pic.Message) -> None:
        room = self._width - 4 * self._pen.px(PAD)
        top = self._pen.px(BODY_HEIGHT) // 3
        parts: tuple[tuple[str, Face, Tone], ...] = (
            (block.title, self._pen.bold, block.tone),
            (block.hint, self._pen.small, "quiet"),
        )
        for text, face, tone in parts:
            item = self._put(self._width // 2, "\n".join(face.wrapped(text, room)), face, tone, anchor="n", y=top)
            self._canvas.itemconfigure(item, justify="center")
            top = self._canvas.bbox(item)[3] + self._pen.px(8)
        self._y = top
