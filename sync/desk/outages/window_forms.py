"""What people type about a window, and what it means: faults are found field by field, what was typed is kept."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import TypeVar

from pydantic import BaseModel, Field
from sqlalchemy import Connection

from data.clock import usable
from data.errors import AmbiguousError, BadValueError, DataError, NotFoundError, OutageError
from data.finding import find_one
from data.outages.entry import NewOutage
from data.outages.facts import WindowFacts
from data.outages.rules import NAME_AT_MOST, REASON_AT_MOST, check_times
from data.outages.timetable import EVERY_DAY, SHANGHAI, Timetable
from data.outages.windows import SCOPE_KINDS, ScopeItem
from sync.desk.typed import as_typed

_NAMES_AT_MOST = 4_000
_TIME_AT_MOST = 40
_PREVIEWED = timedelta(hours=1)
_APART = str.maketrans("；,，、", ";;;;")

_T = TypeVar("_T")


class FaultyFormError(DataError):
    """A form in which something is missing or wrong.

    Attributes:
        faults: What is wrong, by the name of the field.
    """

    def __init__(self, faults: Mapping[str, DataError]) -> None:
        super().__init__("；".join(dict.fromkeys(str(fault) for fault in faults.values())))
        self.faults = dict(faults)
        self.about("several", faults=tuple(self.faults.values()))


class Faults:
    """Gathers what is wrong with a form, so that all of it is said at once."""

    def __init__(self) -> None:
        self._found: dict[str, DataError] = {}

    def say(self, field: str, fault: DataError) -> None:
        """Notes a fault; of several of one field the first is told."""
        self._found.setdefault(field, fault)

    def of(self, field: str, read: Callable[[], _T]) -> _T | None:
        """What `read` makes; where it refuses, that is a fault of `field`."""
        try:
            return read()
        except FaultyFormError as error:
            for name, fault in error.faults.items():
                self.say(name, fault)
        except DataError as error:
            self.say(field, error)
        return None

    def error(self) -> FaultyFormError:
        """All that was found."""
        return FaultyFormError(self._found)

    def __bool__(self) -> bool:
        return bool(self._found)


class HoursFields(BaseModel):
    """The hours of a window as they are typed; both times empty where it has none."""

    off_at: str = Field(default="", max_length=_TIME_AT_MOST)
    on_at: str = Field(default="", max_length=_TIME_AT_MOST)
    weekday: list[str] = Field(default=[], max_length=7)
    every_weeks: str = Field(default="1", max_length=2)

    def timetable(self) -> Timetable | None:
        """The hours, or None where no times were given; every day where no weekday is ticked.

        Raises:
            FaultyFormError: one time is missing, or is none, or the two are the same.
        """
        if not self.off_at and not self.on_at:
            return None
        try:
            off, on = time.fromisoformat(self.off_at), time.fromisoformat(self.on_at)
            days = frozenset(int(day) for day in self.weekday) or EVERY_DAY
            return Timetable(off, on, days, int(self.every_weeks or 1))
        except OutageError as error:
            raise FaultyFormError({"off_at": error}) from None
        except ValueError:
            fault = DataError("停电和送电的钟点都要填 fill in both hours").about("hours_needed")
            raise FaultyFormError({"off_at": fault}) from None


class FactFields(HoursFields):
    """What is said beside the promise."""

    public_scope: str = Field(default="", max_length=REASON_AT_MOST)
    cause: str = Field(default="", max_length=NAME_AT_MOST)
    crew: str = Field(default="", max_length=NAME_AT_MOST)
    crew_phone: str = Field(default="", max_length=NAME_AT_MOST)
    hold: str = Field(default="", max_length=1)


class EntryForm(FactFields):
    """A new window as it is typed.

    Attributes:
        item: What was picked: a kind and an id, parted by a colon.
        q: What was typed and not picked: ids, numbers or names, parted by semicolons.
        scope_kind: The kind of what was typed; empty for whichever there is.
    """

    kind: str = Field(default="fault", max_length=NAME_AT_MOST)
    item: list[str] = Field(default=[], max_length=200)
    q: str = Field(default="", max_length=_NAMES_AT_MOST)
    scope_kind: str = Field(default="", max_length=NAME_AT_MOST)
    start: str = Field(default="", max_length=_TIME_AT_MOST)
    etr: str = Field(default="", max_length=_TIME_AT_MOST)
    etr_source: str = Field(default="", max_length=NAME_AT_MOST)
    reason: str = Field(default="", max_length=REASON_AT_MOST)

    def entered(self, connection: Connection) -> NewOutage:
        """What was entered.

        Raises:
            FaultyFormError: fields are empty or wrong; those that only the store can judge are not judged.
        """
        faults = Faults()
        scope = faults.of("q", lambda: self.scope(connection))
        start = faults.of("start", lambda: local_moment(self.start, "start"))
        etr = faults.of("etr", lambda: local_moment(self.etr, "etr"))
        timetable = faults.of("off_at", self.timetable)
        if not scope:
            faults.say("q", DataError("请选停电范围 pick what is out").about("scope_empty"))
        if not self.reason.strip():
            told = "请填写原因，坐席会照读 a reason is needed: agents read it out"
            faults.say("reason", DataError(told).about("reason_needed"))
        if start and etr:
            faults.of("etr", lambda: check_times(start, etr))
        if faults or not scope or not start or not etr:
            raise faults.error()
        return NewOutage(
            kind=self.kind,
            start=start,
            etr=etr,
            reason=self.reason,
            scope=tuple((one.kind, one.id) for one in scope),
            hold=bool(self.hold),
            facts=WindowFacts(
                public_scope=self.public_scope or None,
                etr_source=self.etr_source or None,
                timetable=timetable,
                cause=self.cause or None,
                crew=self.crew or None,
                crew_phone=self.crew_phone or None,
            ),
        )

    @classmethod
    def of(cls, entered: NewOutage) -> "EntryForm":
        """The form that enters this."""
        facts = entered.facts
        hours = facts.timetable
        return cls(
            kind=entered.kind,
            item=[f"{kind}:{key}" for kind, key in entered.scope],
            start=as_typed(entered.start),
            etr=as_typed(entered.etr),
            etr_source=facts.etr_source or "",
            reason=entered.reason,
            public_scope=facts.public_scope or "",
            cause=facts.cause or "",
            crew=facts.crew or "",
            crew_phone=facts.crew_phone or "",
            hold="1" if entered.hold else "",
            off_at=f"{hours.off_at:%H:%M}" if hours else "",
            on_at=f"{hours.on_at:%H:%M}" if hours else "",
            weekday=[str(day) for day in sorted(hours.weekdays)] if hours else [],
            every_weeks=str(hours.every_weeks if hours else 1),
        )

    def begun(self, now: datetime) -> "EntryForm":
        """The form for a look before it is filled in: what is empty holds what is most likely."""
        start = self.start or as_typed(now)
        etr = self.etr
        if not etr:
            etr = as_typed(local_moment(start, "start") + _PREVIEWED)
        return self.model_copy(update={"start": start, "etr": etr, "reason": self.reason.strip() or "—"})

    def scope(self, connection: Connection) -> list[ScopeItem]:
        """What was picked and what was typed, each once.

        Raises:
            NotFoundError, AmbiguousError: a name stands for no record, or for several.
        """
        picked = [ScopeItem(kind, key) for kind, _, key in (one.partition(":") for one in self.item) if key]
        names = [one for one in self.q.translate(_APART).split(";") if one.strip()]
        kinds = (self.scope_kind,) if self.scope_kind else SCOPE_KINDS
        return list(dict.fromkeys([*picked, *(_place(connection, kinds, name.strip()) for name in names)]))


class ActForm(FactFields):
    """An act on a window as it is typed.

    Attributes:
        seen: How many revisions the window had when the form was made.
        more_min: By how many minutes the promise moves, in place of `etr`.
        part: What has power again: a kind and an id, parted by a colon.
    """

    seen: int = Field(default=0, ge=0, le=1_000_000)
    reason: str = Field(default="", max_length=REASON_AT_MOST)
    etr: str = Field(default="", max_length=_TIME_AT_MOST)
    more_min: int | None = Field(default=None, ge=1, le=10_080)
    etr_source: str = Field(default="", max_length=NAME_AT_MOST)
    site: str = Field(default="", max_length=1)
    at: str = Field(default="", max_length=_TIME_AT_MOST)
    part: list[str] = Field(default=[], max_length=2_000)
    channel: str = Field(default="", max_length=NAME_AT_MOST)

    def moment(self) -> datetime | None:
        """When it happened; None for now.

        Raises:
            FaultyFormError: it is no time.
        """
        return local_moment(self.at, "at") if self.at else None

    def promise(self, etr: datetime, now: datetime) -> datetime:
        """The new ETR; minutes count from the former one, or from now where that has gone by.

        Raises:
            FaultyFormError: it is no time.
        """
        if self.more_min is not None:
            return max(etr, now) + timedelta(minutes=self.more_min)
        return local_moment(self.etr, "etr")

    def told_reason(self) -> str:
        """The reason.

        Raises:
            FaultyFormError: it is empty.
        """
        if not self.reason.strip():
            raise FaultyFormError({"reason": DataError("请填写原因 say why").about("reason_needed")})
        return self.reason

    def parts(self) -> Sequence[tuple[str, str]]:
        """What has power again.

        Raises:
            FaultyFormError: nothing was ticked.
        """
        parts = [(kind, key) for kind, _, key in (one.partition(":") for one in self.part) if key]
        if not parts:
            fault = DataError("请勾选已送电的部分 tick what has power again").about("part_needed")
            raise FaultyFormError({"part": fault})
        return parts


def local_moment(value: str, field: str) -> datetime:
    """The moment that a `datetime-local` field names, in the service centre's zone.

    Raises:
        FaultyFormError: it is empty, no time, or none that can be meant.
    """
    try:
        moment = datetime.fromisoformat(value).replace(tzinfo=SHANGHAI)
        usable(moment, field)
    except (ValueError, BadValueError):
        fault = DataError("请填写日期和时间 fill in date and time").about("moment_needed")
        raise FaultyFormError({field: fault}) from None
    return moment


def _place(connection: Connection, kinds: Sequence[str], name: str) -> ScopeItem:
    """The one record of these kinds that answers to a name.

    Raises:
        NotFoundError, AmbiguousError: there is none, or there are several.
    """
    found = []
    for kind in kinds:
        try:
            found.append(ScopeItem(kind, find_one(connection, kind, name)))
        except NotFoundError:
            continue
        except AmbiguousError as error:
            told = f"“{name}”有多个，请从列表中选 pick one from the list: {error}"
            raise AmbiguousError(told).about(error.key, **error.facts) from None
    if not found:
        raise NotFoundError(f"没有找到“{name}” nothing has this id, number or name").about("place_unknown", name=name)
    if len(found) > 1:
        listed = ", ".join(f"{one.kind} {one.id}" for one in found)
        told = f"“{name}”有多个，请从列表中选 pick one from the list: {listed}"
        raise AmbiguousError(told).about("place_ambiguous", name=name, kind=tuple(one.kind for one in found))
    return found[0]
