"""What is sent about tellings and call-backs, and how they are answered."""

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, Field

from data.clock import to_iso
from data.masking import HIDDEN, LEAST, STANDARD, mask_phone
from data.telling.call_backs import Listed, NewCallBack
from data.telling.told import NewAttempt, ToldList, ToTell


class AttemptRequest(BaseModel):
    """A try to tell a customer of a window; `news` and `etr` are what was on the list when it was told."""

    customer: str = Field(min_length=1, max_length=200)
    means: str = Field(default="phone", max_length=50)
    result: str = Field(max_length=50)
    whom: str = Field(default="", max_length=200)
    note: str = Field(default="", max_length=500)
    news: str | None = Field(default=None, max_length=50)
    etr: AwareDatetime | None = None

    def new(self, outage: str) -> NewAttempt:
        """The attempt, as the rules take it."""
        return NewAttempt(outage, **self.model_dump())


class CallBackRequest(BaseModel):
    """Somebody asks to be called when power is back: of a window, or else at a place or for a customer."""

    phone: str = Field(min_length=1, max_length=40)
    name: str = Field(default="", max_length=200)
    outage: str | None = Field(default=None, max_length=200)
    place_kind: Literal["feeder", "transformer_area", "area"] | None = None
    place_id: str | None = Field(default=None, max_length=200)
    customer: str | None = Field(default=None, max_length=200)
    note: str = Field(default="", max_length=500)
    promised: AwareDatetime | None = None

    def new(self) -> NewCallBack:
        """The call-back, as the rules take it."""
        place = (self.place_kind, self.place_id) if self.place_kind and self.place_id else None
        return NewCallBack(self.phone, self.name, self.outage, place, self.customer, self.note, self.promised)


class TryRequest(BaseModel):
    """How a try to call somebody back went; `news` and `etr` are what was on the list when it was told."""

    result: str = Field(max_length=50)
    note: str = Field(default="", max_length=500)
    news: str | None = Field(default=None, max_length=50)
    etr: AwareDatetime | None = None


def told_json(told: ToldList, after: int = 0, limit: int | None = None) -> dict[str, Any]:
    """The list of a window; of its customers the first `after` are left out, and at most `limit` follow."""
    customers = told.customers[after:] if limit is None else told.customers[after : after + limit]
    return {
        "outage": told.window.id,
        "etr": to_iso(told.window.etr),
        "open": told.open,
        "total": len(told.customers),
        "customers": [to_tell_json(one) for one in customers],
    }


def to_tell_json(one: ToTell) -> dict[str, Any]:
    """A customer on the list, as the reader may see it."""
    attempts = [
        {
            "at": to_iso(tried.at),
            "by": tried.by,
            "means": tried.means,
            "result": tried.result,
            "whom": tried.whom,
            "note": tried.note,
            "news": tried.news,
            "etr": to_iso(tried.etr),
        }
        for tried in one.attempts
    ]
    shown = {name: one.customer.get(name) for name in ("id", "name", "address", "phone", "importance")}
    flags = {name: bool(one.customer.get(name)) for name in ("high_risk", "sensitive")}
    stands = {"status": one.status, "news": one.news, "in_scope": one.in_scope, "restored": one.back}
    return {**shown, **flags, **stands, "attempts": attempts}


def call_back_json(listed: Listed, sees: str = STANDARD) -> dict[str, Any]:
    """A call-back on the list, the number masked; for the least class of readers name and number are hidden."""
    least = sees == LEAST
    asked, standing, window = listed.asked, listed.standing, listed.awaited.window
    tries = [
        {"at": to_iso(one.at), "by": one.by, "result": one.result, "news": one.news, "note": one.note}
        for one in asked.tries
    ]
    return {
        "id": asked.id,
        "at": to_iso(asked.at),
        "by": asked.by,
        "outage": window.id if window else None,
        "etr": to_iso(window.etr) if window else None,
        "place": {"kind": asked.place[0], "id": asked.place[1]} if asked.place else None,
        "customer": asked.customer,
        "name": HIDDEN if least and asked.name else asked.name,
        "phone": HIDDEN if least else mask_phone(asked.phone),
        "note": asked.note,
        "status": standing.status,
        "news": standing.news,
        "again_at": to_iso(standing.again_at) if standing.again_at else None,
        "missed": asked.missed,
        "tries": tries,
    }
