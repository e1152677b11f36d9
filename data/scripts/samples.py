"""Made-up situations, one for each case, over which a template is shown before it is used."""

from dataclasses import replace
from datetime import datetime, timedelta

from data.outages.timetable import SHANGHAI, Timetable
from data.outages.windows import OutageWindow, ScopeItem, Verdict
from data.scripts.cases import CASES
from data.scripts.scripts import Scripts, case_of
from data.scripts.situation import Asked, Situation
from data.scripts.speaking import LANGUAGES, Language
from data.scripts.template import check

PLACE = "塔山乡"
_BRANCH = ("塔山供电所", "0429-2330001")
_HOUR = timedelta(hours=1)


def sample(key: str, at: datetime, *, rich: bool) -> Situation:
    """A made-up situation in which a template speaks.

    Args:
        key: Of the template.
        at: Now; a full hour.
        rich: With every fact that may be known; else with those alone that always are.

    Raises:
        ScriptError: no template has such an id.
    """
    case, kind = case_of(key), key.partition(".")[2]
    judged = Verdict("partial_outage", (3, 8)) if rich else Verdict("outage", (1, 1))
    asked = Asked(PLACE, judged, (), at, _BRANCH if rich else None)
    if not CASES[case].of_a_window:
        return Situation(case, asked)
    window = _window(case, kind or _USUAL_KIND.get(case, "fault"), at)
    return Situation(case, asked, _all_known(window) if rich else window)


def preview(key: str, texts: tuple[str, str], at: datetime) -> dict[Language, dict[str, str]]:
    """What `texts` would say, in each language with all that may be known (`rich`) and with as little as there is.

    A text that is empty says what is said without it.

    Raises:
        ScriptError: no template has such an id, or a text is none.
    """
    said: dict[Language, dict[str, str]] = {}
    hour = at.replace(minute=0, second=0, microsecond=0)
    for language, text in zip(LANGUAGES, texts, strict=True):
        template = check(text, case_of(key)) if text.strip() else None
        for amount, rich in (("rich", True), ("bare", False)):
            situation = sample(key, hour, rich=rich)
            spoken = template.fill(situation.facts(language)) if template else Scripts().say(situation, language)
            said.setdefault(language, {})[amount] = spoken
    return said


def _all_known(window: OutageWindow) -> OutageWindow:
    start, etr = (moment.astimezone(SHANGHAI).time() for moment in (window.start, window.etr))
    return replace(
        window,
        cause="equipment",
        crew="抢修二班",
        crew_phone="13904290001",
        public_scope="塔山乡东部",
        timetable=Timetable(start, etr),
    )


_USUAL_KIND = {"upcoming": "planned", "maintenance": "maintenance"}


def _window(case: str, kind: str, at: datetime) -> OutageWindow:
    start, etr = {
        "upcoming": (at + 2 * _HOUR, at + 6 * _HOUR),
        "overdue": (at - 4 * _HOUR, at - _HOUR),
        "ended_by_clock": (at - 4 * _HOUR, at - _HOUR),
    }.get(case, (at - _HOUR, at + 2 * _HOUR))
    restored_at = at - _HOUR / 3 if case == "restored" else None
    scope = (ScopeItem("feeder", "sample"),)
    return OutageWindow("sample", kind, start, etr, "设备抢修", scope, (), restored_at=restored_at)
