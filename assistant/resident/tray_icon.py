"""The tray icon's picture, drawn with Pillow: a bolt on a disc whose colour says how things are."""

from typing import Literal

from PIL import Image, ImageDraw

Mood = Literal["normal", "hub_lost", "outage"]

SIZE = 64
OVERSAMPLING = 4
"""Drawn this much larger and then shrunk: Pillow's own edges are jagged."""

COLOURS: dict[Mood, str] = {"normal": "#0b5394", "hub_lost": "#6b7580", "outage": "#b3141c"}
BOLT = ((0.56, 0.12), (0.26, 0.56), (0.47, 0.56), (0.40, 0.88), (0.74, 0.42), (0.52, 0.42))
"""Corners, as shares of the size."""


def draw_icon(mood: Mood) -> Image.Image:
    """The icon for `mood`: told apart by shape too, for a lost hub has a ring and an outage a notch of white."""
    side = SIZE * OVERSAMPLING
    image = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    colour = COLOURS[mood]
    if mood == "hub_lost":
        pen.ellipse((0, 0, side - 1, side - 1), fill="#ffffff", outline=colour, width=side // 10)
    else:
        pen.ellipse((0, 0, side - 1, side - 1), fill=colour)
    pen.polygon([(x * side, y * side) for x, y in BOLT], fill=colour if mood == "hub_lost" else "#ffffff")
    if mood == "outage":
        dot = side * 3 // 8
        pen.ellipse((side - dot, 0, side - 1, dot), fill="#ffd23f", outline="#ffffff", width=side // 32)
    return image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)
