"""Which of the two languages whoever asks reads."""

from typing import Literal

from starlette.requests import Request

Language = Literal["zh", "en"]

LANGUAGE_COOKIE = "switchboard_language"


def language(request: Request) -> Language:
    """The language that the reader chose; Chinese where none was."""
    return "en" if request.cookies.get(LANGUAGE_COOKIE) == "en" else "zh"
