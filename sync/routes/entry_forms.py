"""The bodies of entries as they come from PCs, and what each kind does; what a body lacks or mistakes refuses it."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field, JsonValue, ValidationError

from data.clock import usable
from data.entries.areas import edit_area
from data.entries.call_backs import enter_call_back
from data.entries.calls import LookUp, NewWrapUp, add_look_ups, add_wrap_up, enter_ticket
from data.entries.entries import LOOK_UPS_AT_MOST, Entry, EntryError, Outcome
from data.entries.ledger import Act, Sender
from data.entries.windows import Promise, WindowEntries
from data.names.area_codes import Readings
from data.notices.board import mark_read
from data.store.phone_hashes import PhoneHashes
from data.store.store import Writing
from sync.routes.outage_forms import OutageRequest, ScopeRequest, pairs
from sync.routes.telling_forms import CallBackRequest
from sync.routes.ticket_forms import TicketRequest

Id = Annotated[str, Field(min_length=1, max_length=200)]
Reason = Annotated[str, Field(max_length=500)]
Fields = Annotated[dict[str, JsonValue], Field(max_length=20)]
LookedUpKind = Literal["area", "feeder", "transformer_area", "customer"]


@dataclass(frozen=True, slots=True)
class Desk:
    """What entries are applied with.

    Attributes:
        sender: Where the entry comes from.
        by: Who made it, as records name them.
        branches: Those that the person works for; empty for all.
        phones: Hashes callers' numbers; None where the store keeps none.
        readings_of: Gives the pinyin of a name.
    """

    sender: Sender
    by: str
    branches: tuple[str, ...]
    phones: PhoneHashes | None
    readings_of: Readings


class _Form(BaseModel):
    @abstractmethod
    def apply(self, writing: Writing, entry: Entry, desk: Desk) -> Outcome:
        """Does what the entry says, in the hub's transaction."""


class TicketForm(_Form, TicketRequest):
    """A ticket."""

    def apply(self, writing: Writing, entry: Entry, desk: Desk) -> Outcome:
        """Makes the ticket."""
        return enter_ticket(writing, desk.sender, entry, self.entered(), desk.by)


class WrapUpForm(_Form):
    """How a call ended."""

    call_id: str = Field(default="", max_length=100)
    number: str = Field(default="", max_length=40)
    result: str = Field(min_length=1, max_length=50, pattern=r"^[a-z0-9_]+$")
    note: str = Field(default="", max_length=2000)

    def apply(self, writing: Writing, entry: Entry, desk: Desk) -> Outcome:
        """Keeps it."""
        ended = NewWrapUp(self.call_id, self.number, self.result, self.note)
        return add_wrap_up(writing, entry, ended, desk.by, desk.phones)


class LookUpForm(BaseModel):
    """One record that was looked up."""

    kind: LookedUpKind
    id: Id
    at: AwareDatetime


class LookUpsForm(_Form):
    """Records that were looked up."""

    look_ups: list[LookUpForm] = Field(max_length=LOOK_UPS_AT_MOST)

    def apply(self, writing: Writing, entry: Entry, desk: Desk) -> Outcome:  # noqa: ARG002 - nobody's name is kept
        """Keeps them."""
        return add_look_ups(writing, [LookUp(one.kind, one.id, usable(one.at, "at")) for one in self.look_ups])


class CallBackForm(_Form, CallBackRequest):
    """Somebody asks to be called when power is back."""

    def apply(self, writing: Writing, entry: Entry, desk: Desk) -> Outcome:
        """Puts the caller on the list."""
        return enter_call_back(writing, desk.sender, entry, self.new())


class NoticeReadForm(_Form):
    """A notice that was read."""

    notice: Id

    def apply(self, writing: Writing, entry: Entry, desk: Desk) -> Outcome:
        """Notes who has read it: the person, or the PC where nobody was signed in."""
        mark_read(writing, self.notice, desk.sender.actor, desk.sender.device, entry.made_at)
        return Outcome("applied", self.notice)


class AreaForm(_Form):
    """An area's changed fields, and the area as it was seen; no `base`: a new one."""

    id: Id
    base: Fields | None
    changes: Fields

    def apply(self, writing: Writing, entry: Entry, desk: Desk) -> Outcome:
        """Adds or changes the area."""
        return edit_area(
            writing,
            desk.sender,
            entry,
            base=self.base,
            changes=self.changes,
            branches=desk.branches,
            readings_of=desk.readings_of,
        )


class OutageForm(_Form, OutageRequest):
    """A new window."""

    def apply(self, writing: Writing, entry: Entry, desk: Desk) -> Outcome:
        """Sets the window."""
        return WindowEntries(writing, desk.sender, entry).add(self.entered())


class ReviseForm(_Form):
    """Another promise; `base` is what changes of the window, as it was seen."""

    id: Id
    etr: AwareDatetime
    reason: Reason
    etr_source: str | None = Field(default=None, max_length=20)
    site: bool = False
    base: Fields

    def apply(self, writing: Writing, entry: Entry, desk: Desk) -> Outcome:
        """Moves the ETR."""
        promise = Promise(usable(self.etr, "etr"), self.reason, self.etr_source, self.site)
        return WindowEntries(writing, desk.sender, entry).revise(self.id, promise, self.base)


class RestoreForm(_Form):
    """Power is back, for all or for parts."""

    id: Id
    at: AwareDatetime
    partial: list[ScopeRequest] = Field(default=[], max_length=200)
    reason: str = Field(default="", max_length=500)
    base: Fields

    def apply(self, writing: Writing, entry: Entry, desk: Desk) -> Outcome:
        """Confirms it."""
        at, parts = usable(self.at, "at"), pairs(self.partial)
        return WindowEntries(writing, desk.sender, entry).restore(self.id, at, parts, self.base, self.reason)


class WithdrawForm(_Form):
    """The window should never have been set."""

    id: Id
    reason: Reason
    base: Fields

    def apply(self, writing: Writing, entry: Entry, desk: Desk) -> Outcome:
        """Takes it back."""
        return WindowEntries(writing, desk.sender, entry).withdraw(self.id, self.reason, self.base)


_FORMS: dict[str, type[_Form]] = {
    "ticket": TicketForm,
    "wrap_up": WrapUpForm,
    "look_up": LookUpsForm,
    "notice_read": NoticeReadForm,
    "call_back": CallBackForm,
    "area_edit": AreaForm,
    "outage_add": OutageForm,
    "outage_revise": ReviseForm,
    "outage_restore": RestoreForm,
    "outage_withdraw": WithdrawForm,
}


def act_of(entry: Entry, desk: Desk) -> Act:
    """What applies an entry.

    Raises:
        EntryError: its body is not what its kind has.
    """
    try:
        form = _FORMS[entry.kind].model_validate(entry.body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise EntryError(f"{where}: {first['msg']}") from None
    apply: Callable[[Writing, Entry, Desk], Outcome] = form.apply

    def act(writing: Writing) -> Outcome:
        writing.branches = desk.branches
        return apply(writing, entry, desk)

    return act
