"""The sentence that an agent reads out: never more than is known, and how sure that is."""

from datetime import datetime

from data.scripts.scripts import Scripts
from data.scripts.situation import Asked, situation_of
from data.scripts.speaking import LANGUAGES, Language, spoken_time

_DATED = {"zh": "截至{}的信息，尚未确认：", "en": "As of {}, not confirmed: "}
_UNDATED = {"zh": "信息尚未确认：", "en": "Not confirmed: "}


def scripts_for(scripts: Scripts, asked: Asked, *, confirmed: bool, as_of: datetime | None) -> dict[Language, str]:
    """What to tell a caller, in each language.

    Args:
        scripts: The centre's.
        asked: What the caller asks about.
        confirmed: Whether the hub has confirmed the data a short while ago.
        as_of: When it last did.
    """
    situation = situation_of(asked)
    said = {language: scripts.say(situation, language) for language in LANGUAGES}
    if confirmed:
        return said
    return {language: _doubt(as_of, asked.at, language) + text for language, text in said.items()}


def _doubt(as_of: datetime | None, at: datetime, language: Language) -> str:
    return _DATED[language].format(spoken_time(as_of, at, language)) if as_of else _UNDATED[language]
