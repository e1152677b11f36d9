"""What the card of a record shows."""

from collections.abc import Iterator
from datetime import datetime

from assistant.card.answer import CustomerView, Freshness, OutageView, Result, SupplyView
from assistant.forms.messages import FORM_KEYS, FormWanted
from assistant.model.popup_messages import MapWanted, OpenTree
from assistant.model.popup_state import phones
from assistant.model.popup_tree import key_of
from assistant.popup.blocks import Action, Actions, Block, Dial, Heading, Line, Remark, Script, Supply, Title, Window
from assistant.popup.moments import spoken
from assistant.popup.theme import STATE_MARKS, Tone
from assistant.tree.tree_nodes import Key, NodeKind
from assistant.words.wording import Words
from data.outages.windows import Phase
from data.outages.windows import State as PowerState

MOST_WINDOWS = 4
MOST_FEEDERS = 3
MOST_TRANSFORMER_AREAS = 6

TREE_KEY, IMPORTANT_KEY = "F6", "F7"
"""The keys that open the tree; as they are called on the keyboard and by Tk."""

MAP_KEY = "Ctrl+M"
"""The key that opens the map, as it is called on the keyboard; in the tree M alone does."""


def verdict_of(state: PowerState, freshness: Freshness, words: Words) -> tuple[str, str, Tone]:
    """Sign, word and tone of a state as data of this freshness knows it."""
    mark, tone = STATE_MARKS[state]
    word = words(f"state.{state}")
    if freshness == "stale" and state != "unknown":
        # old data may not say a bare "normal": the line may have gone out since
        return mark, words("unconfirmed", state=word), "warn" if tone == "good" else tone
    return mark, word, tone


def card_of(
    result: Result,
    freshness: Freshness,
    phone: int,
    actions: tuple[Action, ...],
    words: Words,
    now: datetime,
) -> Iterator[Block]:
    """The card of a result: the verdict, what to read out and to do, whom to call, and what it hangs on."""
    mark, verdict, tone = verdict_of(result.state, freshness, words)
    yield Title(result.name, _subtitle(result, words), mark, verdict, tone)
    if result.affected:
        out, of = result.affected
        yield Remark(words("affected", out=out, all=of), "bad" if out else "quiet")
    if result.suspicion:
        since, (some, of) = spoken(result.suspicion.since, now, words), result.suspicion.places
        told = words("suspicion", since=since, count=result.suspicion.signals)
        yield Remark(words("suspicion.part", some=some, all=of, told=told) if some < of else told, tone)
    if result.script:
        yield Script(result.said(english=words.english))
    if actions:
        yield Actions(actions)
    yield from windows(result.outages, words, now)
    yield from _dials(result, phone, words)
    if result.customer:
        yield Heading(words("heading.customer"))
        yield Line(words("field.customer_no"), result.id)
        yield from customer_lines(result.customer, words)
    yield from _supplies("feeder", result.feeders[:MOST_FEEDERS], result.feeder_total, freshness, words)
    shown = result.transformer_areas[:MOST_TRANSFORMER_AREAS]
    yield from _supplies("transformer_area", shown, result.transformer_area_total, freshness, words)


def entries(result: Result, words: Words) -> tuple[Action, ...]:
    """What is entered most about a result: a ticket, and where it is out that the caller waits for power."""
    out = any(window.phase in ("active", "overdue") for window in result.outages)
    return tuple(
        Action(words(f"action.{kind}"), key, FormWanted(kind))
        for key, kind in FORM_KEYS.items()
        if kind == "ticket" or (kind == "call_back" and out)
    )


def ways_onwards(result: Result, words: Words) -> tuple[Action, ...]:
    """What the map, and the tree where it has a place there, can show of a result."""
    on_map = Action(words("action.map"), MAP_KEY, MapWanted())
    key = key_of(result)
    if key is None:
        return (on_map,)
    actions = [Action(words("action.tree"), TREE_KEY, OpenTree(key)), on_map]
    if result.kind in ("feeder", "transformer_area"):
        actions.append(Action(words("action.important"), IMPORTANT_KEY, OpenTree(key, important=True)))
    return tuple(actions)


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


def windows(outages: tuple[OutageView, ...], words: Words, now: datetime) -> Iterator[Block]:
    """Outage windows under their heading; nothing where there are none."""
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


def customer_lines(customer: CustomerView, words: Words) -> Iterator[Block]:
    """What is known of a customer, a line each; what is not known has none."""
    for name, value in (("address", customer.address), ("phone", customer.phone)):
        if value:
            hidden = f"（{words('masked')}）" if name in customer.masked else ""
            yield Line(words(f"field.{name}"), value + hidden)
    if customer.contract_kva is not None:
        yield Line(words("field.contract_kva"), f"{customer.contract_kva:g} kVA")
    if marks := marks_of(customer, words):
        yield Line(words("field.importance"), " · ".join(marks), "bad")
    if customer.source:
        yield Line(words("field.source"), words.named("source", customer.source))


def marks_of(customer: CustomerView, words: Words) -> list[str]:
    """Why a customer is to be treated with care; empty for most."""
    marks = [words.named("importance", customer.importance)] if customer.importance else []
    return marks + [words(mark) for mark in ("high_risk", "sensitive") if getattr(customer, mark)]


def _supplies(
    kind: NodeKind, supplies: tuple[SupplyView, ...], total: int, freshness: Freshness, words: Words
) -> Iterator[Block]:
    """The first of those that supply a place or hang on it, and how many of the `total` are not shown."""
    if supplies:
        yield Heading(words(f"heading.{kind}s"))
    for supply in supplies:
        yield Supply(str(Key(kind, supply.id)), supply.name, supply.number, *verdict_of(supply.state, freshness, words))
    yield from _more(total - len(supplies), words)


def _more(count: int, words: Words) -> Iterator[Block]:
    if count > 0:
        yield Remark(words("more", count=count))
