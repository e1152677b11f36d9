"""What there is to say of a place at a moment: the case that it is, and the facts that are known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from data.outages.windows import OutageWindow, Verdict
from data.scripts.defaults import CAUSE_WORDS, KIND_WORDS
from data.scripts.speaking import Language, spoken_hours, spoken_time

_OUT = frozenset({"outage", "partial_outage", "maintenance"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a caller asks about.

    Attributes:
        place: Its name.
        judged: Its state at `at`.
        windows: Those that touch it, what is in effect first.
        branch: Name and phone of who supplies it.
    """

    place: str
    judged: Verdict
    windows: Sequence[OutageWindow]
    at: datetime
    branch: tuple[str, str | None] | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """A case with what it is made of.

    Attributes:
        case: A key of `data.scripts.cases.CASES`.
        window: The one that is spoken of; None where there is none.
    """

    case: str
    asked: Asked
    window: OutageWindow | None = None

    def facts(self, language: Language) -> dict[str, str]:
        """The facts that are known, by the names of `data.scripts.cases.FACTS`, in words of `language`."""
        name, phone = self.asked.branch or (None, None)
        known: dict[str, str | None] = {"place": self.asked.place, "branch": name, "branch_phone": phone}
        if self.window is not None:
            known |= self._of_window(self.window, language)
        return {fact: value for fact, value in known.items() if value}

    def _of_window(self, window: OutageWindow, language: Language) -> dict[str, str | None]:
        at = self.asked.at
        out, total = self.asked.judged.affected
        in_part = 0 < out < total
        return {
            "kind": KIND_WORDS[language][window.kind],
            "start": spoken_time(window.begins, at, language),
            "next_start": _spoken(window.next_start(at), at, language),
            "etr": spoken_time(window.ends, at, language),
            "reason": window.reason,
            "cause": CAUSE_WORDS[language].get(window.cause or ""),
            "hours": spoken_hours(window.timetable, language) if window.timetable else None,
            "restored_at": _spoken(window.restored_at, at, language),
            "scope": window.public_scope,
            "crew": window.crew,
            "crew_phone": window.crew_phone,
            "out": str(out) if in_part else None,
            "total": str(total) if in_part else None,
        }


def situation_of(asked: Asked) -> Situation:
    """The case that comes first of all that hold: what is out now, then what may be, then what will be and was."""
    judged, at = asked.judged, asked.at
    spoken_of = _in_effect(asked)
    if judged.state in _OUT and spoken_of is not None:
        return Situation(_case_in_effect(judged, spoken_of, at), asked, spoken_of)
    if judged.state in {"unknown", "suspected"}:
        return Situation(judged.state, asked)
    for phase in ("upcoming", "restored", "ended_by_clock"):
        for window in asked.windows:
            if window.phase(at) == phase:
                return Situation(phase, asked, window)
    return Situation("normal", asked)


def _in_effect(asked: Asked) -> OutageWindow | None:
    """The window that the state comes from: with power gone, no maintenance beside it is spoken of.

    Of several that whose end is the last: an earlier one would promise power that is not back by then.
    """
    maintenance, at = asked.judged.state == "maintenance", asked.at
    in_effect = [one for one in asked.windows if one.in_effect(at) and (one.kind == "maintenance") == maintenance]
    return max(in_effect, key=lambda one: (one.phase(at) == "overdue", one.ends), default=None)


def _case_in_effect(judged: Verdict, window: OutageWindow, at: datetime) -> str:
    if window.phase(at) == "overdue":
        return "overdue"
    if judged.state == "maintenance":
        return "maintenance"
    return "partly_restored" if window.restoration(at) == "partial" else "active"


def _spoken(moment: datetime | None, at: datetime, language: Language) -> str | None:
    return spoken_time(moment, at, language) if moment is not None else None
