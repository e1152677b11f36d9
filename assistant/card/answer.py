"""A lookup's answer, as the popup draws it and as `lookup --json` prints it.

Plain frozen data: whoever draws it never asks back.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from data.outages.windows import Phase, State

Freshness = Literal["live", "recent", "stale"]
ResultKind = Literal["area", "feeder", "transformer_area", "customer"]

SURE = 100.0
"""The score of what was not guessed at."""


@dataclass(frozen=True, slots=True)
class Match:
    """Why a result is there.

    Attributes:
        reason: One word, such as `code`, `name`, `pinyin`, `initials`, `number`, `fuzzy`.
        spans: `[start, end)` pairs of characters of the result's name that the query stands for.
        weak: It is only like what was asked.
    """

    reason: str
    spans: tuple[tuple[int, int], ...] = ()
    weak: bool = False


@dataclass(frozen=True, slots=True)
class BranchView:
    """The branch that supplies a place."""

    id: str
    name: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class ContactView:
    """A person or desk to call; never masked."""

    role: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class SupplyView:
    """A feeder or transformer area on a card."""

    id: str
    number: str
    name: str
    state: State


@dataclass(frozen=True, slots=True)
class OutageView:
    """An outage window that touches a result; times are ISO 8601 in UTC."""

    id: str
    kind: str
    phase: Phase
    start: str
    etr: str
    reason: str


@dataclass(frozen=True, slots=True)
class SuspicionView:
    """A suspected outage that touches a result; times are ISO 8601 in UTC.

    Attributes:
        since: When its signals were enough.
        signals: How many look-ups, trouble reports and calls tell of it.
        places: In how many of how many transformer areas of the result an outage is suspected.
    """

    id: str
    since: str
    signals: int
    places: tuple[int, int]


@dataclass(frozen=True, slots=True)
class CustomerView:
    """What a customer's card adds; `masked` names the fields that this reader sees masked."""

    address: str | None
    phone: str | None
    contract_kva: float | None
    importance: str | None
    high_risk: bool
    sensitive: bool
    source: str | None
    masked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """One record that a query found, with its verdict.

    Attributes:
        score: 0 to 100; the first result is the best.
        path: Where it is, widest first, such as `("连山区", "塔山乡")`: tells namesakes apart.
        feeder_total, transformer_area_total: How many there are; the lists hold the first of them, of the transformer
            areas those first that are out.
        affected: For an area in `partial_outage`: how many of how many transformer areas are out.
        suspicion: The strongest, where the state is `suspected`.
        script: The sentence to read out to the caller, and `script_en` the same in English.
    """

    kind: ResultKind
    id: str
    code: str | None
    name: str
    score: float
    match: Match
    branch: BranchView | None
    contacts: tuple[ContactView, ...]
    feeders: tuple[SupplyView, ...]
    transformer_areas: tuple[SupplyView, ...]
    state: State
    outages: tuple[OutageView, ...]
    customer: CustomerView | None
    script: str
    path: tuple[str, ...] = ()
    affected: tuple[int, int] | None = None
    script_en: str = ""
    suspicion: SuspicionView | None = None
    feeder_total: int = 0
    transformer_area_total: int = 0

    def said(self, *, english: bool) -> str:
        """What to read out; in Chinese where there is no English."""
        return self.script_en if english and self.script_en else self.script


@dataclass(frozen=True, slots=True)
class PhoneLookup:
    """How it stands with the owners of the phone number that was asked for.

    Attributes:
        state: `asking` the hub; `found`; `none` has that number; `no_hub` answers; the hub `refused`.
        reason: Why it was not answered.
    """

    state: Literal["asking", "found", "none", "no_hub", "refused"]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """All that a query found.

    Attributes:
        as_of: The moment of the last confirmed contact with the hub, ISO 8601 in UTC, or None if there never was one.
        age_s: Seconds since then.
        freshness: `live` within a minute, `recent` within 15 minutes, else `stale`: the state is not confirmed.
        phone: Where the query is a whole phone number: what came of asking the hub whose it is.
    """

    query: str
    took_ms: float
    as_of: str | None
    age_s: float | None
    freshness: Freshness
    results: tuple[Result, ...]
    phone: PhoneLookup | None = None

    def to_json(self) -> dict[str, Any]:
        """The public JSON form of the answer."""
        return asdict(self)
