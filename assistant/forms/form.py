"""The fields of each form, what they mean, and what is entered; knows no screen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from assistant.card.answer import OutageView
from assistant.forms.messages import ShowForm
from data.clock import from_iso
from data.errors import SwitchboardError
from data.kinds import OUTAGE_KINDS
from data.outages.timetable import SHANGHAI
from data.phone_numbers import normal_form
from sync.outbox.entering import Entering, Place

TICKET_KINDS = ("trouble_report", "enquiry", "complaint", "chase_up", "follow_up")
RESULTS = ("answered", "ticket_made", "transferred", "cut_off", "other")
"""How a call may end."""

AT = "at"
"""The choice of a moment that is typed."""

LATER = {"1h": timedelta(hours=1), "2h": timedelta(hours=2), "4h": timedelta(hours=4)}
MOVED = {"30m": timedelta(minutes=30), "1h": timedelta(hours=1), "2h": timedelta(hours=2)}
RESTORED = "restored"
_OPEN = ("active", "overdue", "upcoming")

Values = Mapping[str, str]
"""What stands in the fields, by name; of a choice its key."""

Entered = Callable[[Entering], object]
"""Enters what a form says."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several values; `label` where it is no word of the program's."""

    key: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A line of a form: of text, or one of `choices`.

    Attributes:
        value: What stands there first.
        only_with: The field and the choice with which it counts; others hide it.
        within: The field whose choice begins the keys of those that are offered.
    """

    name: str
    choices: tuple[Choice, ...] = ()
    value: str = ""
    only_with: tuple[str, str] | None = None
    within: str = ""

    def offered(self, values: Values) -> tuple[Choice, ...]:
        """The choices that go with what was chosen elsewhere; the empty one always does."""
        begin = values.get(self.within, "") + "."
        return tuple(one for one in self.choices if not self.within or not one.key or one.key.startswith(begin))

    def counts(self, values: Values) -> bool:
        """Whether it counts with what was chosen elsewhere."""
        return self.only_with is None or values.get(self.only_with[0]) == self.only_with[1]


class FormError(SwitchboardError):
    """What is typed cannot be entered; `key` of the wording, and the field that it stands in."""

    def __init__(self, key: str, field: str) -> None:
        super().__init__(f"{field}: {key}")
        self.key = key
        self.field = field


def possible(wanted: ShowForm) -> str:
    """Why a form cannot be shown, as a key of the wording; empty where it can."""
    if wanted.kind == "wrap_up":
        return ""
    if wanted.target is None:
        return "nothing"
    return "no_window" if wanted.kind == "promise" and not _open_windows(wanted.windows) else ""


def fields_of(wanted: ShowForm, catalogue: Sequence[Choice] = ()) -> tuple[Field, ...]:
    """The fields of a form, in order.

    Args:
        wanted: The form.
        catalogue: Kinds of business that a ticket may be filed under, as this PC knows them.
    """
    match wanted.kind:
        case "ticket":
            business = [Field("business", (Choice("", "—"), *catalogue), within="ticket_kind")] if catalogue else []
            return (Field("ticket_kind", _choices(TICKET_KINDS)), *business, Field("text"))
        case "call_back":
            return (*_which(wanted), Field("number", value=wanted.number), Field("caller"))
        case "window":
            kinds = ("fault", *(kind for kind in OUTAGE_KINDS if kind != "fault"))
            return (
                Field("outage_kind", _choices(kinds)),
                Field("until", _choices((*LATER, AT))),
                Field("moment", only_with=("until", AT)),
                Field("reason"),
            )
        case "promise":
            return (
                *_which(wanted),
                Field("act", _choices((*MOVED, AT, RESTORED))),
                Field("moment", only_with=("act", AT)),
                Field("reason"),
            )
        case "wrap_up":
            return (Field("result", _choices(RESULTS)), Field("note"))


def meaning(wanted: ShowForm, values: Values, now: datetime) -> Entered:
    """What entering the form does.

    Raises:
        FormError: a field does not say what is needed.
    """
    match wanted.kind:
        case "ticket":
            return _ticket(wanted, values)
        case "call_back":
            return _call_back(wanted, values)
        case "window":
            return _window(wanted, values, now)
        case "promise":
            return _promise(wanted, values, now)
        case "wrap_up":
            return lambda entering: entering.wrap_up(values["result"], values["note"].strip(), number=wanted.number)


def promised(wanted: ShowForm, values: Values, now: datetime) -> datetime | None:
    """The ETR that a form would set; None where it sets none, or what is typed is no time."""
    try:
        if wanted.kind == "window":
            return _until(values, now)
        if wanted.kind == "promise" and values["act"] != RESTORED:
            return _moved(_chosen_window(wanted, values), values, now)
    except FormError:
        return None
    return None


def moment_of(text: str, now: datetime) -> datetime:
    """The next moment after `now` that `17:30`, `明天 8:00` or `11-25 17:30` names in Asia/Shanghai; in UTC.

    Raises:
        FormError: it names none.
    """
    here = now.astimezone(SHANGHAI)
    day, _, clock = text.strip().replace("：", ":").rpartition(" ")
    try:
        hour, minute = (int(part) for part in clock.split(":"))
        found = here.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if day == "明天":
            found += timedelta(days=1)
        elif day:
            month, date = (int(part) for part in day.split("-"))
            found = found.replace(month=month, day=date)
            found = found if found > here else found.replace(year=found.year + 1)
        elif found <= here:
            found += timedelta(days=1)
    except ValueError:
        raise FormError("bad_moment", "moment") from None
    return found.astimezone(UTC)


def _ticket(wanted: ShowForm, values: Values) -> Entered:
    text = _needed(values, "text")
    place, business = _place(wanted), values.get("business", "")
    return lambda entering: entering.ticket(values["ticket_kind"], text, place, business)


def _call_back(wanted: ShowForm, values: Values) -> Entered:
    number, place = _needed(values, "number"), _place(wanted)
    if normal_form(number) is None:
        raise FormError("bad_number", "number")
    window = _chosen_window(wanted, values) if _open_windows(wanted.windows) else None
    return lambda entering: entering.call_back(
        number,
        name=values["caller"].strip(),
        outage=window.id if window else "",
        place=place if place.kind != "customer" and window is None else None,
        customer=place.id if place.kind == "customer" else "",
        promised=from_iso(window.etr) if window else None,
    )


def _window(wanted: ShowForm, values: Values, now: datetime) -> Entered:
    reason, etr, place = _needed(values, "reason"), _until(values, now), _place(wanted)
    return lambda entering: entering.add_outage(values["outage_kind"], now, etr, reason, [place])


def _promise(wanted: ShowForm, values: Values, now: datetime) -> Entered:
    window = _chosen_window(wanted, values)
    if values["act"] == RESTORED:
        return lambda entering: entering.restore_outage(window.id, reason=values["reason"].strip())
    reason, etr = _needed(values, "reason"), _moved(window, values, now)
    return lambda entering: entering.revise_outage(window.id, etr, reason)


def _until(values: Values, now: datetime) -> datetime:
    return moment_of(values["moment"], now) if values["until"] == AT else now + LATER[values["until"]]


def _moved(window: OutageView, values: Values, now: datetime) -> datetime:
    """Later than the promise that stands; one that has passed is counted from now."""
    if values["act"] == AT:
        return moment_of(values["moment"], now)
    return max(from_iso(window.etr), now) + MOVED[values["act"]]


def _needed(values: Values, name: str) -> str:
    text = values[name].strip()
    if not text:
        raise FormError("needed", name)
    return text


def _place(wanted: ShowForm) -> Place:
    if wanted.target is None:
        raise FormError("nothing", "")
    return Place(wanted.target.kind, wanted.target.id)


def _which(wanted: ShowForm) -> tuple[Field, ...]:
    """Asks which window is meant, where there are several."""
    windows = _open_windows(wanted.windows)
    return (Field("window", tuple(Choice(one.id, one.id) for one in windows)),) if len(windows) > 1 else ()


def _chosen_window(wanted: ShowForm, values: Values) -> OutageView:
    windows = _open_windows(wanted.windows)
    if not windows:
        raise FormError("no_window", "")
    return next((one for one in windows if one.id == values.get("window")), windows[0])


def _open_windows(windows: Sequence[OutageView]) -> list[OutageView]:
    return [one for one in windows if one.phase in _OPEN]


def _choices(keys: Sequence[str]) -> tuple[Choice, ...]:
    return tuple(Choice(key) for key in keys)
