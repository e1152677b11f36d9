"""What the popup draws for a state: plain frozen blocks with their words, to be compared and painted.

Comparing two pictures tells what has to be drawn again; nothing here knows of Tk.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from assistant.answer import Answer, OutageView, Result, SupplyView
from assistant.popup.moments import spoken
from assistant.popup.theme import STATE_MARKS, Tone
from assistant.popup_state import State, phones
from assistant.wording import Words
from data.outages import Phase

MOST_WINDOWS = 4
MOST_FEEDERS = 3
MOST_TRANSFORMER_AREAS = 6


@dataclass(frozen=True, slots=True)
class Row:
    """One result in the list; `spans` of `name` are drawn bold."""

    kind: str
    name: str
    spans: tuple[tuple[int, int], ...]
    under: str
    mark: str
    verdict: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Title:
    """The head of the card: what it is, and the verdict."""

    name: str
    under: str
    mark: str
    verdict: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Heading:
    """The name of a section of the card."""

    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A label and its value."""

    label: str
    value: str
    tone: Tone = "text"


@dataclass(frozen=True, slots=True)
class Dial:
    """A phone that can be copied: the `index`-th of the card."""

    role: str
    name: str
    number: str
    index: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Supply:
    """A feeder or transformer area with its state."""

    mark: str
    name: str
    number: str
    verdict: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Window:
    """An outage window."""

    kind: str
    phase: str
    times: str
    reason: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Script:
    """The sentence to read out."""

    text: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence in small print."""

    text: str
    tone: Tone = "quiet"


@dataclass(frozen=True, slots=True)
class Message:
    """What stands on the card when there is no result."""

    title: str
    hint: str
    tone: Tone = "quiet"


Block = Title | Heading | Line | Dial | Supply | Window | Script | Remark | Message


@dataclass(frozen=True, slots=True)
class Foot:
    """The bottom line."""

    as_of: str
    as_of_tone: Tone
    notice: str
    notice_tone: Tone
    hub: str
    hub_tip: str
    hub_tone: Tone


@dataclass(frozen=True, slots=True)
class Picture:
    """All that is drawn."""

    rows: tuple[Row, ...]
    selected: int
    card: tuple[Block, ...]
    foot: Foot


@dataclass(frozen=True, slots=True)
class Facts:
    """How the parts around the popup are, in words; shown on the status page.

    Attributes:
        hotkey: The combination, or why there is none.
        hotkey_works: Whether it can be pressed.
        tray: Why there is no tray icon; empty: there is one.
        settings: Why the settings file is not used; empty: it is.
    """

    hotkey: str = ""
    hotkey_works: bool = True
    tray: str = ""
    settings: str = ""


def picture(state: State, facts: Facts, words: Words, now: datetime) -> Picture:
    """What to draw for `state` at the moment `now`."""
    answer = state.answer
    rows = tuple(_row(result, answer, words) for result in answer.results) if answer else ()
    return Picture(rows, state.selected, tuple(_card(state, facts, words, now)), _foot(state, facts, words, now))


def _verdict(result: Result, answer: Answer, words: Words) -> tuple[str, str, Tone]:
    mark, tone = STATE_MARKS[result.state]
    word = words(f"state.{result.state}")
    if answer.freshness == "stale" and result.state != "unknown":
        # old data may not say a bare "normal": the line may have gone out since
        return mark, words("unconfirmed", state=word), "warn" if tone == "good" else tone
    return mark, word, tone


def _row(result: Result, answer: Answer, words: Words) -> Row:
    mark, verdict, tone = _verdict(result, answer, words)
    under = " › ".join(result.path) or (result.branch.name if result.branch else "")
    return Row(
        kind=words(f"kind.{result.kind}"),
        name=result.name,
        spans=result.match.spans,
        under="   ".join(part for part in (result.code, under) if part),
        mark=mark,
        verdict=verdict,
        tone=tone,
    )


def _card(state: State, facts: Facts, words: Words, now: datetime) -> Iterator[Block]:
    if state.status_shown:
        yield from _status(state, facts, words, now)
    elif state.answer is None or state.chosen is None:
        yield _nothing(state, words)
    else:
        yield from _result(state.chosen, state.answer, state.phone, words, now)


def _nothing(state: State, words: Words) -> Message:
    if state.problem:
        return Message(words("empty.failed"), state.problem, "bad")
    if state.answer is not None and state.answer.as_of is None:
        return Message(words("empty.no_data"), words("empty.no_data_hint"), "warn")
    if state.is_current and state.query.strip():
        return Message(words("empty.none", query=state.query.strip()), _phone(state, words) or words("empty.none_hint"))
    return Message(words("empty.start"), words("empty.hint"))


def _phone(state: State, words: Words) -> str:
    """How it stands with the phone number that was asked for; empty where none was, or its owners are shown."""
    phone = state.answer.phone if state.answer and state.is_current else None
    if phone is None or any(result.match.reason == "phone" for result in state.results):
        return ""
    return words(f"phone.{phone.state}")


def _result(result: Result, answer: Answer, phone: int, words: Words, now: datetime) -> Iterator[Block]:
    mark, verdict, tone = _verdict(result, answer, words)
    yield Title(result.name, _subtitle(result, words), mark, verdict, tone)
    if result.affected:
        out, of = result.affected
        yield Remark(words("affected", out=out, all=of), "bad" if out else "quiet")
    if result.script:
        yield Script(result.script)
    yield from _windows(result.outages, words, now)
    yield from _dials(result, phone, words)
    yield from _customer(result, words)
    yield from _supplies(words("heading.feeders"), result.feeders, MOST_FEEDERS, words)
    yield from _supplies(words("heading.transformer_areas"), result.transformer_areas, MOST_TRANSFORMER_AREAS, words)


def _subtitle(result: Result, words: Words) -> str:
    parts = (words(f"kind.{result.kind}"), result.code or "", " › ".join(result.path))
    return "   ".join(part for part in parts if part)


PHASE_TONES: dict[Phase, Tone] = {
    "upcoming": "warn",
    "active": "bad",
    "overdue": "bad",
    "ended_by_clock": "quiet",
    "restored": "good",
}


def _windows(outages: tuple[OutageView, ...], words: Words, now: datetime) -> Iterator[Block]:
    if outages:
        yield Heading(words("heading.outages"))
    for outage in outages[:MOST_WINDOWS]:
        tone = PHASE_TONES[outage.phase]
        kept = outage.phase in ("upcoming", "active")
        etr = words("etr.promise" if kept else "etr.passed", etr=spoken(outage.etr, now, words))
        yield Window(
            kind=words.named("outage_kind", outage.kind),
            phase=words(f"phase.{outage.phase}"),
            times=f"{words('window.from', start=spoken(outage.start, now, words))}  {etr}",
            reason=outage.reason,
            tone="warn" if tone == "bad" and outage.kind == "maintenance" else tone,
        )
    yield from _more(len(outages) - MOST_WINDOWS, words)


def _dials(result: Result, chosen: int, words: Words) -> Iterator[Block]:
    found = phones(result)
    yield Heading(words("heading.contacts"))
    for index, phone in enumerate(found):
        yield Dial(words.named("role", phone.role), phone.name, phone.number, index, index == chosen)
    if result.branch and not result.branch.phone:
        yield Line(words("field.branch"), result.branch.name)
    if not found:
        yield Remark(words("no_phone"))


def _customer(result: Result, words: Words) -> Iterator[Block]:
    customer = result.customer
    if customer is None:
        return
    yield Heading(words("heading.customer"))
    yield Line(words("field.customer_no"), result.id)
    for name, value in (("address", customer.address), ("phone", customer.phone)):
        if value:
            hidden = f"（{words('masked')}）" if name in customer.masked else ""
            yield Line(words(f"field.{name}"), value + hidden)
    if customer.contract_kva is not None:
        yield Line(words("field.contract_kva"), f"{customer.contract_kva:g} kVA")
    flags = [words.named("importance", customer.importance)] if customer.importance else []
    flags += [words(flag) for flag in ("high_risk", "sensitive") if getattr(customer, flag)]
    if flags:
        yield Line(words("field.importance"), " · ".join(flags), "bad")
    if customer.source:
        yield Line(words("field.source"), words.named("source", customer.source))


def _supplies(heading: str, supplies: tuple[SupplyView, ...], most: int, words: Words) -> Iterator[Block]:
    if supplies:
        yield Heading(heading)
    for supply in supplies[:most]:
        mark, tone = STATE_MARKS[supply.state]
        yield Supply(mark, supply.name, supply.number, words(f"state.{supply.state}"), tone)
    yield from _more(len(supplies) - most, words)


def _more(count: int, words: Words) -> Iterator[Block]:
    if count > 0:
        yield Remark(words("more", count=count))


def _status(state: State, facts: Facts, words: Words, now: datetime) -> Iterator[Block]:
    foot = _foot(state, facts, words, now)
    good = words("fact.good")
    yield Heading(words("status.title"))
    yield Line(words("status.hub"), foot.hub, foot.hub_tone)
    yield Line(words("status.data"), foot.as_of, foot.as_of_tone)
    if state.cache_damaged:
        yield Line(words("status.cache"), words("cache.damaged"), "bad")
    yield Line(words("status.hotkey"), facts.hotkey, "text" if facts.hotkey_works else "warn")
    yield Line(words("status.tray"), facts.tray or good)
    yield Line(words("status.settings"), facts.settings or good, "warn" if facts.settings else "text")


HUB_MARKS: dict[bool | None, tuple[str, Tone]] = {True: ("on", "good"), False: ("off", "warn"), None: ("none", "quiet")}


def _foot(state: State, facts: Facts, words: Words, now: datetime) -> Foot:
    as_of, as_of_tone = _as_of(state.answer, words, now)
    notice, notice_tone = _notice(state, facts, words)
    mark, hub_tone = HUB_MARKS[state.hub_connected]
    return Foot(as_of, as_of_tone, notice, notice_tone, words(f"hub.{mark}"), words(f"hub.{mark}_tip"), hub_tone)


def _notice(state: State, facts: Facts, words: Words) -> tuple[str, Tone]:
    if state.notice:
        tone: Tone = "good" if state.notice.key.startswith(("copied", "forgotten")) else "warn"
        return words(f"notice.{state.notice.key}", value=state.notice.value), tone
    if state.cache_damaged:
        return words("cache.damaged"), "bad"
    if state.results and (phone := _phone(state, words)):
        return phone, "warn"
    return ("", "quiet") if facts.hotkey_works else (words("hotkey.broken"), "warn")


def _as_of(answer: Answer | None, words: Words, now: datetime) -> tuple[str, Tone]:
    if answer is None:
        return "", "quiet"
    if answer.as_of is None:
        return words("asof.never"), "warn"
    text = words(f"asof.{answer.freshness}", time=spoken(answer.as_of, now, words))
    return text, "warn" if answer.freshness == "stale" else "quiet"
