"""Lines of the rules in their reader's language: why a row, a field or a request is refused.

The rules speak to programs and logs, in one line. What an error is called by a key is in `sync.refusal_words`; where
there is only a line (a row of a file keeps nothing else), it is known here by its form. `{…}` stands for any text.
"""

import re
from collections.abc import Mapping

from sync.language import Language
from sync.lines_of_hub import HUB
from sync.lines_of_rules import RULES

_CHOICE = re.compile(r"(\S+) \(([^()]*[\u4e00-\u9fff][^()]*)\)")
"""One of the choices that a line lists: its code and its Chinese word."""


def _pattern(form: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.*?)", re.escape(form)), re.DOTALL)


_FORMS = tuple(
    (_pattern(form), zh, en or form)
    for form, zh, en in sorted((*RULES, *HUB), key=lambda line: -len(re.sub(r"\{\w+\}", "", line[0])))
)
"""The longest first: a short one may fit what a longer one says better."""


def line_words(line: str, lang: Language) -> str:
    """A line in one of the languages; as it is where its form is not known."""
    for pattern, zh, en in _FORMS:
        if found := pattern.fullmatch(line):
            return (en if lang == "en" else zh).format_map(_slots(found.groupdict(), lang))
    return line


def _slots(found: Mapping[str, str], lang: Language) -> dict[str, str]:
    """What stood in the slots: choices by their words, and lines within lines in the language too."""
    slots = dict(found)
    if "listed" in slots:
        slots["listed"] = _CHOICE.sub(r"\1" if lang == "en" else r"\2", slots["listed"])
    if "fault" in slots:
        slots["fault"] = line_words(slots["fault"], lang)
    return slots
