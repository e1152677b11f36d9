"""Tickets and the business catalogue as they come over HTTP."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, Field

from data.clock import usable
from data.errors import BadValueError
from data.tickets.making import TEXT_AT_MOST, NewTicket
from data.tickets.work import TicketChange

TicketKind = Literal["trouble_report", "enquiry", "complaint", "chase_up", "follow_up"]
TicketState = Literal["open", "working", "waiting", "done", "cancelled"]


class TicketRequest(BaseModel):
    """A ticket for a place."""

    kind: TicketKind
    text: str = Field(min_length=1, max_length=TEXT_AT_MOST)
    place_kind: Literal["area", "feeder", "transformer_area", "customer"] | None = None
    place_id: str | None = Field(default=None, max_length=200)
    business: str | None = Field(default=None, max_length=60)
    linked_to: str | None = Field(default=None, max_length=60)

    def entered(self) -> NewTicket:
        """The ticket as `data.tickets.making` takes it.

        Raises:
            BadValueError: half a place is given.
        """
        if bool(self.place_kind) != bool(self.place_id):
            raise BadValueError("place", self.place_kind or self.place_id, "has a kind and an id: give both or none")
        place = (self.place_kind, self.place_id) if self.place_kind and self.place_id else None
        return NewTicket(self.kind, self.text, place, self.business, self.linked_to)


class WorkRequest(BaseModel):
    """What is done with a ticket; `version` is the one that was seen, and may be left out for a comment alone."""

    version: int | None = None
    state: TicketState | None = None
    text: str = Field(default="", max_length=TEXT_AT_MOST)
    person: str | None = Field(default=None, max_length=200)
    branch: str | None = Field(default=None, max_length=200)
    business: str | None = Field(default=None, max_length=60)
    due_at: AwareDatetime | None = None
    lead: str | None = Field(default=None, max_length=60)
    with_linked: bool = False

    def change(self) -> TicketChange:
        """The change as `data.tickets.work` takes it."""
        said = self.model_dump(exclude={"version", "due_at"})
        return TicketChange(**said, due_at=usable(self.due_at, "due_at") if self.due_at else None)


class BusinessRequest(BaseModel):
    """A new entry of the catalogue below another."""

    parent: str = Field(max_length=60)
    name: str = Field(max_length=100)
    due_hours: float | None = None


class BusinessChangeRequest(BaseModel):
    """Another name, other hours (none: those of the entry above), or retired and back; what is left out stays."""

    name: str | None = Field(default=None, max_length=100)
    due_hours: float | None = None
    retired: bool | None = None
