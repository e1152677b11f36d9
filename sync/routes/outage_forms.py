"""The bodies of what is asked about outage windows, for programs and for PCs."""

from pydantic import AwareDatetime, BaseModel, Field

from data.outages.acts import OutageEdit
from data.outages.documents import timetable_from_json
from data.outages.entry import NewOutage
from data.outages.facts import WindowFacts
from data.outages.timetable import EVERY_DAY, Timetable


class ScopeRequest(BaseModel):
    """A piece of the network, by id or unique number, code or name."""

    kind: str = Field(max_length=50)
    id: str = Field(max_length=200)


class HoursRequest(BaseModel):
    """Off by day, on by night: local hours as `08:00`, ISO weekdays, each or every second week."""

    off_at: str = Field(max_length=8)
    on_at: str = Field(max_length=8)
    weekdays: list[int] = Field(default=[*sorted(EVERY_DAY)], max_length=7)
    every_weeks: int = 1

    def hours(self) -> Timetable:
        """The timetable.

        Raises:
            OutageError: it is none.
        """
        return timetable_from_json(self.model_dump())


class FactsRequest(BaseModel):
    """What is known of a window beside its promise."""

    public_scope: str | None = Field(default=None, max_length=500)
    etr_source: str | None = Field(default=None, max_length=20)
    timetable: HoursRequest | None = None
    cause: str | None = Field(default=None, max_length=50)
    crew: str | None = Field(default=None, max_length=100)
    crew_phone: str | None = Field(default=None, max_length=100)

    def facts(self) -> WindowFacts:
        """The facts, as the rules take them.

        Raises:
            OutageError: the hours are none.
        """
        hours = self.timetable.hours() if self.timetable else None
        return WindowFacts(self.public_scope, self.etr_source, hours, self.cause, self.crew, self.crew_phone)


class OutageRequest(FactsRequest):
    """A new outage window."""

    kind: str
    start: AwareDatetime
    etr: AwareDatetime
    reason: str = Field(max_length=500)
    scope: list[ScopeRequest] = Field(max_length=200)
    hold: bool = False

    def entered(self) -> NewOutage:
        """What was entered.

        Raises:
            OutageError: the hours are none.
        """
        return NewOutage(self.kind, self.start, self.etr, self.reason, pairs(self.scope), self.hold, self.facts())


class ReviseRequest(BaseModel):
    """A later or earlier promise."""

    etr: AwareDatetime
    reason: str = Field(max_length=500)
    etr_source: str | None = Field(default=None, max_length=20)
    site: bool = False


class BeginRequest(BaseModel):
    """Power really went, now or at a moment before."""

    at: AwareDatetime | None = None


class EditRequest(BaseModel):
    """What is said beside the promise: what is absent stays, an empty text takes away."""

    reason: str = Field(max_length=500)
    public_scope: str | None = Field(default=None, max_length=500)
    cause: str | None = Field(default=None, max_length=50)
    crew: str | None = Field(default=None, max_length=100)
    crew_phone: str | None = Field(default=None, max_length=100)
    hold: bool | None = None
    timetable: HoursRequest | None = None
    every_hour: bool = False

    def edit(self) -> OutageEdit:
        """What is corrected.

        Raises:
            OutageError: the hours are none.
        """
        return OutageEdit(
            public_scope=self.public_scope,
            cause=self.cause,
            crew=self.crew,
            crew_phone=self.crew_phone,
            hold=self.hold,
            timetable=self.timetable.hours() if self.timetable else None,
            every_hour=self.every_hour,
        )


class PublishRequest(BaseModel):
    """It was made known."""

    channel: str = Field(max_length=50)
    at: AwareDatetime | None = None


class RestoreRequest(BaseModel):
    """Power is back, for all or for parts."""

    at: AwareDatetime | None = None
    partial: list[ScopeRequest] = Field(default=[], max_length=200)
    reason: str = Field(default="", max_length=500)


class ReopenRequest(BaseModel):
    """The restoration was a mistake."""

    reason: str = Field(max_length=500)


class WithdrawRequest(BaseModel):
    """The window should never have been set."""

    reason: str = Field(max_length=500)


def pairs(scope: list[ScopeRequest]) -> tuple[tuple[str, str], ...]:
    """The scope as `data.outages.entry` takes it."""
    return tuple((item.kind, item.id) for item in scope)
