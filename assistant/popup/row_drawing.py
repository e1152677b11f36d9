"""Painting the left half on a Tk canvas: the rows of the results, or the lines of the tree that are on screen."""

import tkinter as tk
from collections.abc import Sequence

from assistant.popup.blocks import Listing, Row, TreeRow
from assistant.popup.pen import BODY_HEIGHT, ELLIPSIS, HEAD_HEIGHT, LIST_WIDTH, PAD, ROW_HEIGHT, Face, Pen
from assistant.popup.theme import Tone

INDENT, SIGN_WIDTH = 13, 15
_TAIL = 3
"""A name that is too long loses its middle: one part in so many of what is left is its end: namesakes differ there."""

Run = tuple[str, bool]


def runs(text: str, spans: Sequence[tuple[int, int]]) -> list[Run]:
    """`text` cut into pieces that are, in turn, outside and inside the spans; no empty pieces."""
    pieces: list[Run] = []
    at = 0
    for start, end in sorted(spans):
        first, last = max(at, start), min(end, len(text))
        if last <= first:
            continue
        pieces += [(text[at:first], False), (text[first:last], True)]
        at = last
    pieces.append((text[at:], False))
    return [(piece, inside) for piece, inside in pieces if piece]


def fitted_runs(text: str, spans: Sequence[tuple[int, int]], face: Face, width: int) -> list[Run]:
    """The runs of `text`, without its middle where it is wider than `width` pixels of `face`.

    The ellipsis is inside where anything inside was left out.
    """
    first, last = gap(text, face, width)
    if first == last:
        return runs(text, spans)
    head = runs(text[:first], spans)
    tail = runs(text[last:], [(max(0, start - last), end - last) for start, end in spans if end > last])
    hidden = any(start < last and end > first for start, end in spans)
    return [*head, (ELLIPSIS, hidden), *tail]


def gap(text: str, face: Face, width: int) -> tuple[int, int]:
    """What is to be left out of `text` so that it fits `width` pixels with an ellipsis: from where to where."""
    if face.width(text) <= width:
        return len(text), len(text)
    kept = len(text) - 1
    while kept > 0:
        tail = kept // _TAIL
        first, last = kept - tail, len(text) - tail
        if face.width(text[:first] + ELLIPSIS + text[last:]) <= width:
            return first, last
        kept -= 1
    return 0, len(text)


def row_at(y: int, listing: Listing, pen: Pen) -> int:
    """Index of the row at `y` pixels from the top; -1 on the head and below the last row."""
    index = (y - _top(listing, pen)) // pen.px(ROW_HEIGHT)
    return index if index < len(listing.rows) else -1


def _top(listing: Listing, pen: Pen) -> int:
    return pen.px(HEAD_HEIGHT) if listing.head else 0


def draw_rows(canvas: tk.Canvas, listing: Listing, pen: Pen) -> None:
    """Paints the left half anew."""
    canvas.delete("all")
    top = _top(listing, pen)
    if listing.head:
        _text(canvas, pen, pen.px(PAD), top // 2, pen.small.fitted(listing.head, _width(pen)), listing.head_tone)
        canvas.create_line(0, top, pen.px(LIST_WIDTH), top, fill=pen.theme.line)
    for index, row in enumerate(listing.rows):
        y = top + pen.px(ROW_HEIGHT) * index
        if index == listing.selected:
            _draw_chosen(canvas, y, pen)
        if isinstance(row, Row):
            _draw_row(canvas, row, y, pen)
        else:
            _draw_tree_row(canvas, row, y, pen)
    if listing.seen != (0.0, 1.0):
        _draw_bar(canvas, listing.seen, top, pen)


def _width(pen: Pen) -> int:
    return pen.px(LIST_WIDTH) - 2 * pen.px(PAD)


def _text(
    canvas: tk.Canvas, pen: Pen, x: int, y: int, text: str, tone: Tone, *, face: Face | None = None, right: bool = False
) -> None:
    font = (face or pen.small).font
    canvas.create_text(x, y, anchor="e" if right else "w", text=text, font=font, fill=pen.theme.tone(tone))


def _draw_chosen(canvas: tk.Canvas, y: int, pen: Pen) -> None:
    bottom = y + pen.px(ROW_HEIGHT)
    canvas.create_rectangle(0, y, pen.px(LIST_WIDTH), bottom, fill=pen.theme.chosen, width=0)
    canvas.create_rectangle(0, y, pen.px(4), bottom, fill=pen.theme.accent, width=0)


def _draw_row(canvas: tk.Canvas, row: Row, y: int, pen: Pen) -> None:
    pad, right = pen.px(PAD), pen.px(LIST_WIDTH) - pen.px(PAD)
    first, second = y + pen.px(15), y + pen.px(34)
    verdict = f"{row.mark} {row.verdict}"
    _text(canvas, pen, right, first, verdict, row.tone, right=True)
    _text(canvas, pen, right, second, row.tag, "warn" if row.weak else "quiet", right=True)
    x, room = pad, _width(pen) - pad - pen.small.width(verdict)
    plain: Tone = "quiet" if row.weak else "text"
    for piece, inside in fitted_runs(row.name, row.spans, pen.bold, room):
        face = pen.bold if inside else pen.plain
        _text(canvas, pen, x, first, piece, "accent" if inside and not row.weak else plain, face=face)
        x += face.width(piece)
    under = pen.small.fitted(row.under, _width(pen) - pad - pen.small.width(row.tag))
    _text(canvas, pen, pad, second, under, "quiet")


def _draw_tree_row(canvas: tk.Canvas, row: TreeRow, y: int, pen: Pen) -> None:
    left = pen.px(PAD + INDENT * row.depth)
    right = pen.px(LIST_WIDTH) - pen.px(PAD)
    for depth in range(row.depth):
        x = pen.px(PAD + INDENT * depth + INDENT // 2)
        canvas.create_line(x, y, x, y + pen.px(ROW_HEIGHT), fill=pen.theme.line)
    first, second = y + pen.px(15), y + pen.px(34)
    x = left + pen.px(SIGN_WIDTH)
    if row.more:
        _text(canvas, pen, x, (first + second) // 2, row.name, "accent")
        return
    if row.sign != "none":
        _draw_sign(canvas, left, first, pen, is_open=row.sign == "open")
    verdict = f"{row.mark} {row.verdict}".rstrip()
    _text(canvas, pen, right, first, verdict, row.tone, right=True)
    room = right - x - pen.px(PAD) // 2 - pen.small.width(verdict)
    name = "".join(piece for piece, _ in fitted_runs(row.name, (), pen.plain, room))
    _text(canvas, pen, x, first, name, "text", face=pen.plain)
    _text(canvas, pen, x, second, pen.small.fitted(row.under, right - x), "quiet")


def _draw_sign(canvas: tk.Canvas, x: int, y: int, pen: Pen, *, is_open: bool) -> None:
    """A triangle, to the right or down."""
    a, b = pen.px(9), pen.px(5)
    points = (x, y - b // 2, x + a, y - b // 2, x + a // 2, y + b) if is_open else (x, y - b, x + b + 1, y, x, y + b)
    canvas.create_polygon(*points, fill=pen.theme.quiet)


def _draw_bar(canvas: tk.Canvas, seen: tuple[float, float], top: int, pen: Pen) -> None:
    """Where in the whole the rows on screen are."""
    height, right = pen.px(BODY_HEIGHT) - top, pen.px(LIST_WIDTH)
    first, last = (top + round(height * part) for part in seen)
    canvas.create_rectangle(
        right - pen.px(3), first, right, max(last, first + pen.px(12)), fill=pen.theme.quiet, width=0
    )
