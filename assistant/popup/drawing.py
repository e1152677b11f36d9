"""Painting a card's blocks on a Tk canvas, at the screen's resolution."""

import tkinter as tk
from collections.abc import Callable, Sequence
from typing import Literal

from assistant.model.popup_messages import CopyPhone, Intent, OpenTree
from assistant.popup import blocks as pic
from assistant.popup.pen import BODY_HEIGHT, CARD_WIDTH, PAD, Face, Pen
from assistant.popup.theme import Tone

Anchor = Literal["nw", "n", "ne", "w", "e"]
ROLE_WIDTH = 116


class CardPainter:
    """Paints the blocks of a card from top to bottom."""

    def __init__(self, canvas: tk.Canvas, pen: Pen, on_intent: Callable[[Intent], None]) -> None:
        self._canvas = canvas
        self._pen = pen
        self._on_intent = on_intent
        self._width = pen.px(CARD_WIDTH)  # not asked of the canvas: it has no width until it was first shown
        self._y = 0

    def draw(self, blocks: Sequence[pic.Block]) -> None:
        """Paints `blocks` and lets the canvas scroll over what does not fit."""
        self._canvas.delete("all")
        self._canvas.configure(cursor="")  # what was under the pointer is gone, and says no more that it was left
        self._y = self._pen.px(PAD)
        for block in blocks:
            self._block(block)
        bottom = max(self._y + self._pen.px(PAD), self._pen.px(BODY_HEIGHT))
        self._canvas.configure(scrollregion=(0, 0, self._width, bottom))

    def _block(self, block: pic.Block) -> None:  # noqa: C901 - one line a block
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
            case pic.Actions():
                self._actions(block)
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
        self._put(self._width - pad, verdict, pen.bold, block.tone, anchor="ne", y=self._y + pen.px(4))
        right = PAD + (pad + pen.bold.width(verdict)) / pen.scale
        if pen.large.width(block.name) <= self._width - pad - pen.px(right):
            self._put(pad, block.name, pen.large, "text")
            self._y += pen.px(29)
        else:  # a name is read out: it is never cut
            self._y += pen.px(4) + self._wrapped(block.name, pen.bold, "text", right=round(right))
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
        self._clickable(tag, CopyPhone(block.index))
        self._y += height

    def _clickable(self, tag: str | int, intent: Intent) -> None:
        self._canvas.tag_bind(tag, "<Button-1>", lambda _: self._on_intent(intent))
        self._canvas.tag_bind(tag, "<Enter>", lambda _: self._canvas.configure(cursor="hand2"))
        self._canvas.tag_bind(tag, "<Leave>", lambda _: self._canvas.configure(cursor=""))

    def _supply(self, block: pic.Supply) -> None:
        pen, pad = self._pen, self._pen.px(PAD)
        verdict = f"{block.mark} {block.verdict}"
        room = self._width - 3 * pad - pen.small.width(verdict)
        text = block.name if block.number in block.name else f"{block.name}（{block.number}）"
        self._clickable(self._put(pad, pen.plain.fitted(text, room), pen.plain, "text"), OpenTree(block.key))
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

    def _actions(self, block: pic.Actions) -> None:
        pen, x, gap = self._pen, self._pen.px(PAD), self._pen.px(6)
        self._y += pen.px(3)
        height = pen.px(22)
        for action in block.actions:
            width = pen.small.width(action.text) + gap + pen.small.width(action.key) + 2 * gap
            if x > pen.px(PAD) and x + width > self._width - pen.px(PAD):
                x, self._y = pen.px(PAD), self._y + height + gap
            box = self._canvas.create_rectangle(
                x, self._y, x + width, self._y + height, fill=pen.theme.ground, outline=pen.theme.line
            )
            middle = self._y + height // 2
            text = self._put(x + gap, action.text, pen.small, "accent", anchor="w", y=middle)
            key = self._put(x + width - gap, action.key, pen.small, "quiet", anchor="e", y=middle)
            for item in (box, text, key):
                self._clickable(item, action.intent)
            x += width + gap
        self._y += height + pen.px(3)

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
