"""The scripts of one centre: its own templates over the defaults, and the sentence for a situation."""

import logging
from collections.abc import Iterable, Iterator

from data.fields import Doc
from data.kinds import OUTAGE_KINDS
from data.scripts.cases import CASES
from data.scripts.defaults import DEFAULTS
from data.scripts.situation import Situation
from data.scripts.speaking import LANGUAGES, Language
from data.scripts.template import ScriptError, Template, check, parse

_LOG = logging.getLogger(__name__)

_DEFAULTS = {
    (key, language): parse(text)
    for key, texts in DEFAULTS.items()
    for language, text in zip(LANGUAGES, texts, strict=True)
}


def template_ids() -> Iterator[str]:
    """Every id that a template may have: each case, then the case for each outage kind where there is a window."""
    for name, case in CASES.items():
        yield name
        if case.of_a_window:
            yield from (f"{name}.{kind}" for kind in OUTAGE_KINDS)


_IDS = frozenset(template_ids())


def case_of(key: str) -> str:
    """The case of a template's id.

    Raises:
        ScriptError: no template has such an id.
    """
    if key not in _IDS:
        raise ScriptError(f"没有话术 {key!r} there is no script {key!r}: give one of {', '.join(CASES)}, or CASE.KIND")
    return key.partition(".")[0]


class Scripts:
    """What is said in each case.

    Args:
        own: The centre's `script_template` documents. One that this program cannot use is passed over: a newer hub
            may know facts that it does not.
    """

    def __init__(self, own: Iterable[Doc] = ()) -> None:
        self._own: dict[tuple[str, Language], Template] = {}
        for doc in own:
            for language in LANGUAGES:
                self._take(str(doc["id"]), language, doc[language])

    def say(self, situation: Situation, language: Language = "zh") -> str:
        """The sentence: of the kind's own template where there is one, else of the case's; the centre's come first."""
        return self._template(situation, language).fill(situation.facts(language))

    def _template(self, situation: Situation, language: Language) -> Template:
        ids = [f"{situation.case}.{situation.window.kind}"] if situation.window else []
        keys = [(key, language) for key in (*ids, situation.case)]
        return next(source[key] for key in keys for source in (self._own, _DEFAULTS) if key in source)

    def _take(self, key: str, language: Language, text: object) -> None:
        if not text:
            return
        try:
            self._own[key, language] = check(str(text), case_of(key))
        except ScriptError as problem:
            _LOG.warning("script %s is not used: %s", key, problem)
