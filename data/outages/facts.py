"""What is known of a window beside its promise."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data.fields import Doc
from data.kinds import CAUSES, ETR_SOURCES
from data.outages.documents import timetable_from_json, timetable_to_json
from data.outages.rules import NAME_AT_MOST, REASON_AT_MOST, one_of, readable
from data.outages.timetable import Timetable


@dataclass(frozen=True, slots=True)
class WindowFacts:
    """What a person may say of a window; None of what is not known.

    Attributes:
        public_scope: In place of what is made from the scope.
        etr_source: A key of `data.kinds.ETR_SOURCES`.
        timetable: The hours at which power is off; all of them where there is none.
        cause: A key of `data.kinds.CAUSES`.
        crew: Who works on it, and `crew_phone` to reach them.
    """

    public_scope: str | None = None
    etr_source: str | None = None
    timetable: Timetable | None = None
    cause: str | None = None
    crew: str | None = None
    crew_phone: str | None = None

    def checked(self) -> "WindowFacts":
        """The same, each text in one line.

        Raises:
            OutageError: one of them cannot be read out, or is not known.
        """
        return WindowFacts(
            public_scope=readable("public scope", self.public_scope, REASON_AT_MOST),
            etr_source=one_of("etr_source", self.etr_source, ETR_SOURCES),
            timetable=self.timetable,
            cause=one_of("cause", self.cause, CAUSES),
            crew=readable("crew", self.crew, NAME_AT_MOST),
            crew_phone=readable("crew's phone", self.crew_phone, NAME_AT_MOST),
        )

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "WindowFacts":
        """What `to_json` wrote, whatever stands beside it."""
        hours = told.get("timetable")
        texts = {name: told.get(name) for name in ("public_scope", "etr_source", "cause", "crew", "crew_phone")}
        return cls(timetable=timetable_from_json(hours) if hours else None, **texts)

    def to_json(self) -> Doc:
        """What is known, as an entry carries it."""
        told: Doc = {
            "public_scope": self.public_scope,
            "etr_source": self.etr_source,
            "timetable": timetable_to_json(self.timetable) if self.timetable else None,
            "cause": self.cause,
            "crew": self.crew,
            "crew_phone": self.crew_phone,
        }
        return {name: value for name, value in told.items() if value is not None}


NOTHING_MORE = WindowFacts()
"""Where the promise is all that is known."""
