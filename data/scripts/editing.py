"""The centre's own templates in the store: set, put back to the default, with every version kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from data.clock import from_iso, to_iso
from data.errors import NotFoundError
from data.fields import Doc, Json
from data.kinds import SCRIPT_TEMPLATE
from data.scripts.cases import CASES
from data.scripts.defaults import DEFAULTS
from data.scripts.scripts import case_of
from data.scripts.speaking import LANGUAGES, Language
from data.scripts.template import ScriptError, check
from data.store.desk_tables import SCRIPT_VERSION
from data.store.rows import all_docs, get_docs
from data.store.store import Writing


@dataclass(frozen=True, slots=True)
class ScriptText:
    """A template as it is in force.

    Attributes:
        id: A case, or a case and an outage kind.
        texts: Chinese and English; empty where only the case's own template speaks.
        own: The languages in which the centre has words of its own.
        version: How often it was changed here; 0 for never.
    """

    id: str
    texts: tuple[str, str]
    own: tuple[Language, ...]
    version: int

    def to_json(self) -> dict[str, Json]:
        """The public JSON form."""
        zh, en = self.texts
        return {"id": self.id, "zh": zh, "en": en, "own": [*self.own], "version": self.version}


@dataclass(frozen=True, slots=True)
class ScriptVersion:
    """What a template was made at a moment; None in both languages: put back to the default."""

    number: int
    at: datetime
    by: str
    zh: str | None
    en: str | None

    def to_json(self) -> dict[str, Json]:
        """The public JSON form."""
        return {"version": self.number, "at": to_iso(self.at), "by": self.by, "zh": self.zh, "en": self.en}


def own_scripts(connection: Connection) -> list[Doc]:
    """The centre's own templates."""
    return [*all_docs(connection, SCRIPT_TEMPLATE.name)]


def script_texts(connection: Connection) -> list[ScriptText]:
    """Every template that says something, the cases in their order, each before those of its kinds."""
    own = {str(doc["id"]): doc for doc in own_scripts(connection)}
    grouped = select(SCRIPT_VERSION.c.template, func.count()).group_by(SCRIPT_VERSION.c.template)
    versions: dict[str, int] = dict(connection.execute(grouped).all())
    return [_in_force(key, own.get(key), versions.get(key, 0)) for key in _in_order({*DEFAULTS, *own})]


def script_text(connection: Connection, key: str) -> ScriptText:
    """One template; with empty texts where it is a kind's for which only the case's own speaks.

    Raises:
        ScriptError: no template has such an id.
    """
    case_of(key)
    return _in_force(key, get_docs(connection, SCRIPT_TEMPLATE.name, [key]).get(key), len(versions_of(connection, key)))


def versions_of(connection: Connection, key: str) -> list[ScriptVersion]:
    """Every version of a template, the newest first."""
    rows = connection.execute(
        select(SCRIPT_VERSION).where(SCRIPT_VERSION.c.template == key).order_by(SCRIPT_VERSION.c.number)
    ).all()
    made = [ScriptVersion(number, from_iso(row.at), row.made_by, row.zh, row.en) for number, row in enumerate(rows, 1)]
    return made[::-1]


def set_script(writing: Writing, key: str, zh: str | None, en: str | None, by: str) -> ScriptText:
    """Gives a template words of the centre's own; None or empty: in that language as it comes.

    What equals the default is not kept as one's own, so that a better default of a later version is used.

    Raises:
        ScriptError: there is no such template, or the words make none.
    """
    case, default = case_of(key), DEFAULTS.get(key, ("", ""))
    own = {
        language: _own(text, standard, case, language)
        for language, text, standard in zip(LANGUAGES, (zh, en), default, strict=True)
    }
    if any(own.values()):
        writing.put(SCRIPT_TEMPLATE.name, {"id": key, "zh": own["zh"], "en": own["en"]})
    else:
        writing.delete(SCRIPT_TEMPLATE.name, [key])
    now = to_iso(writing.clock.now())
    writing.connection.execute(
        insert(SCRIPT_VERSION).values(template=key, at=now, made_by=by, zh=own["zh"], en=own["en"])
    )
    writing.note(by, "edit_script", key)
    return script_text(writing.connection, key)


def reset_script(writing: Writing, key: str, by: str) -> ScriptText:
    """Puts a template back to the default.

    Raises:
        ScriptError: there is no such template.
        NotFoundError: it is the default already.
    """
    if not script_text(writing.connection, key).own:
        refused = NotFoundError(f"话术 {key} 就是默认的，没有可恢复的 the script {key} is the default already")
        raise refused.about("script_is_default")
    return set_script(writing, key, None, None, by)


def _in_force(key: str, own: Doc | None, version: int) -> ScriptText:
    mine = [(own or {}).get(language) for language in LANGUAGES]
    zh, en = (str(one or default) for one, default in zip(mine, DEFAULTS.get(key, ("", "")), strict=True))
    return ScriptText(key, (zh, en), tuple(one for one, text in zip(LANGUAGES, mine, strict=True) if text), version)


def _own(text: str | None, default: str, case: str, language: Language) -> str | None:
    wanted = (text or "").strip()
    if not wanted or wanted == default:
        return None
    try:
        check(wanted, case)
    except ScriptError as problem:
        told = f"{_LANGUAGE_NAMES[language]}：{problem}"
        raise ScriptError(told).about("script_wrong", language=language, fault=problem) from None
    return wanted


_LANGUAGE_NAMES = {"zh": "中文 Chinese", "en": "英文 English"}


def _in_order(keys: Iterable[str]) -> list[str]:
    cases = [*CASES]
    return sorted(keys, key=lambda key: (cases.index(key.partition(".")[0]), key))
