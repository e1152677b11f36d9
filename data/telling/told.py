"""The customers who have to be told of each outage, with what was tried and what is still to be told."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, insert, or_, select

from data.clock import from_iso, to_iso, usable
from data.errors import NotFoundError
from data.fields import Doc
from data.kinds import CUSTOMER, KINDS, importance_rank
from data.masking import HIDDEN, LEAST, for_caches
from data.outages.describing import network, shown_outages
from data.outages.documents import outage_from_doc
from data.outages.rules import NAME_AT_MOST, REASON_AT_MOST, readable
from data.outages.stored import find_outage
from data.outages.windows import OutageWindow, affected_by, touches
from data.readers import EVERYBODYS, Reader
from data.store.buckets import buckets_of_scope
from data.store.desk_tables import TOLD
from data.store.rows import chunks, from_row, get_docs
from data.store.schema import RECORDS
from data.store.store import Writing
from data.telling.concerned import Concerned
from data.telling.errors import TellingError
from data.telling.news import (
    MEANS,
    NEWS,
    RESULTS,
    TAKEN_BACK,
    Attempt,
    News,
    end_of,
    last_telling,
    that_count,
    to_tell,
)
from data.telling.rules import telling_rules

KEPT_AFTER_END = timedelta(days=7)
"""For so long whoever was told of an outage is still to be told of its end."""

ItemStatus = Literal["open", "done", "missed"]


@dataclass(frozen=True, slots=True)
class ToTell:
    """A customer on the list of a window.

    Attributes:
        customer: Its document, with the phone masked; only the id where the customer is gone from the store.
        attempts: Oldest first.
        news: What is to be told; None where nothing is.
        in_scope: The window takes the customer out, as scope and network are now; False for one who was told before.
        back: The customer's part of the scope has power again.
    """

    customer: Doc
    attempts: tuple[Attempt, ...]
    news: News | None
    in_scope: bool
    back: bool

    @property
    def status(self) -> ItemStatus:
        """`missed`: the outage was over before anybody was reached."""
        if self.news:
            return "open"
        return "done" if last_telling(self.attempts) else "missed"


@dataclass(frozen=True, slots=True)
class ToldList:
    """Everybody who has to be told of a window, the most important first."""

    window: OutageWindow
    customers: tuple[ToTell, ...]

    @property
    def open(self) -> int:
        """How many are still to be told something."""
        return sum(one.status == "open" for one in self.customers)


@dataclass(frozen=True, slots=True)
class NewAttempt:
    """What somebody notes after a try to tell a customer.

    Attributes:
        outage: The window's id.
        customer: The customer's number.
        means: A key of `MEANS`.
        result: A key of `RESULTS`; `not_needed` takes a note that says why, `taken_back` undoes the note before.
        whom: Who was spoken to; needed where somebody was told by phone or visit.
        news: What was on the list when it was told; None: what is on it now.
        etr: The promise that was told; None: the one that stands.
    """

    outage: str
    customer: str
    means: str
    result: str
    whom: str = ""
    note: str = ""
    news: str | None = None
    etr: datetime | None = None


def told_list(connection: Connection, outage: str, at: datetime, reader: Reader = EVERYBODYS) -> ToldList:
    """The list of one window, whether it is shown or not.

    Raises:
        NotFoundError: there is no such window.
    """
    window = find_outage(connection, outage)
    return _lists(connection, [window], at, reader)[0]


def told_lists(connection: Connection, at: datetime, reader: Reader = EVERYBODYS) -> list[ToldList]:
    """The lists that somebody has to look at, by start.

    They are of the windows that are shown, and of those over where customers who were told are still to hear of that.

    Args:
        connection: Of the store.
        at: The moment.
        reader: Who asks: customers of other branches are not listed, and what they may not read is hidden.
    """
    lists = _lists(connection, _windows(connection, at), at, reader)
    shown = [one for one in lists if one.open or (one.customers and one.window.phase(at))]
    return sorted(shown, key=lambda one: (one.window.start, one.window.id))


def open_told(connection: Connection, at: datetime, reader: Reader = EVERYBODYS) -> int:
    """How many customers are still to be told something, over all windows: one of two windows counts twice.

    Args:
        connection: Of the store.
        at: The moment.
        reader: Who asks: customers of other branches are not listed, and what they may not read is hidden.
    """
    return sum(one.open for one in _lists(connection, _windows(connection, at), at, reader, described=False))


def find_told(connection: Connection, outage: str, customer: str, at: datetime, reader: Reader = EVERYBODYS) -> ToTell:
    """A customer as the list of a window has it.

    Raises:
        NotFoundError: there is no such window, or it neither takes this customer out nor did anybody try to tell them.
    """
    return _item(connection, find_outage(connection, outage), customer, at, reader)


def record_attempt(writing: Writing, new: NewAttempt, by: str, reader: Reader = EVERYBODYS) -> ToTell:
    """Notes a try to tell a customer.

    Args:
        writing: The transaction.
        new: How it went.
        by: Who tried.
        reader: Who asks: customers of other branches are not listed, and what they may not read is hidden.

    Returns:
        The customer as the list then has it.

    Raises:
        NotFoundError: there is no such window, or it neither takes this customer out nor did anybody try to tell them.
        TellingError: means, result or news is none, or what has to be said is missing.
        BadValueError: the promise is no usable time.
        OutageError: a text is too long or cannot be read out.
    """
    now = writing.clock.now()
    window = find_outage(writing.connection, new.outage)
    before = _item(writing.connection, window, new.customer, now, reader)
    whom, note = _checked(new)
    if new.result == TAKEN_BACK and not that_count(before.attempts):
        raise TellingError("there is nothing to take back 没有可撤回的登记").about("nothing_to_take_back")
    news = (
        new.news
        or before.news
        or end_of(window, now, back=before.back)
        or ("etr" if that_count(before.attempts) else "outage")
    )
    row = {
        "outage": new.outage,
        "customer": new.customer,
        "at": to_iso(now),
        "by": by,
        "means": new.means,
        "result": new.result,
        "whom": whom,
        "note": note,
        "news": news,
        "etr": to_iso(usable(new.etr, "etr") if new.etr else window.etr),
    }
    writing.connection.execute(insert(TOLD).values(row))
    writing.note(by, "tell_customer", f"{new.outage} {new.customer} {news} {new.result}")
    return _item(writing.connection, window, new.customer, now, reader)


def _checked(new: NewAttempt) -> tuple[str, str]:
    for name, value, choices in (("means", new.means, MEANS), ("result", new.result, RESULTS)):
        if value not in choices:
            raise TellingError(f"{name} {value!r} is not known: give one of {', '.join(choices)}")
    if new.news is not None and new.news not in NEWS:
        raise TellingError(f"news {new.news!r} is not known: give one of {', '.join(NEWS)}")
    whom = readable("name of who was told", new.whom, NAME_AT_MOST) or ""
    note = readable("note", new.note, REASON_AT_MOST) or ""
    if new.result == "told" and new.means != "sms" and not whom:
        raise TellingError("say who was told 请填写告知对象").about("whom_needed")
    if new.result == "not_needed" and not note:
        raise TellingError("say why nobody need be told 请填写不需通知的原因").about("why_not_needed")
    return whom, note


def _item(connection: Connection, window: OutageWindow, customer: str, at: datetime, reader: Reader) -> ToTell:
    attempts = _attempts(connection, [window.id], reader).get((window.id, customer), ())
    doc = _docs(connection, {customer}, reader).get(customer)
    net = network(connection)
    place = net.place("customer", customer)
    in_scope = doc is not None and touches(place, affected_by(window.scope, net))
    if doc is None or not (attempts or in_scope):
        told = f"customer {customer} is not on the list of outage {window.id} 该户不在本次停电的通知名单上"
        raise NotFoundError(told).about("not_on_the_list", name=customer)
    back = in_scope and touches(place, affected_by(window.restored_items(at), net))
    news = to_tell(window, attempts, at, telling_rules(connection).moved, back=back)
    return ToTell(doc, attempts, news, in_scope, back)


def _lists(
    connection: Connection,
    windows: Sequence[OutageWindow],
    at: datetime,
    reader: Reader,
    *,
    described: bool = True,
) -> list[ToldList]:
    rules, buckets = telling_rules(connection), buckets_of_scope(connection, reader.branches)
    concerned = Concerned(connection, rules, buckets)
    attempts = _attempts(connection, [one.id for one in windows], reader)
    named = {window.id: concerned.of(window) for window in windows}
    on_list = {window.id: set(named[window.id]) for window in windows}
    for outage, customer in attempts:
        on_list[outage].add(customer)
    keys = set[str]().union(*on_list.values())
    docs = _docs(connection, keys, reader) if described else _numbers(_within(connection, keys, buckets))

    def item(window: OutageWindow, key: str, restored: frozenset[str]) -> ToTell:
        tried, back = attempts.get((window.id, key), ()), key in restored
        news = to_tell(window, tried, at, rules.moved, back=back)
        return ToTell(docs[key], tried, news, key in named[window.id], back)

    lists = []
    for window in windows:
        restored = concerned.touched_by(window.restored_items(at))
        items = [item(window, key, restored) for key in on_list[window.id] if key in docs]
        lists.append(ToldList(window, tuple(sorted(items, key=_order))))
    return lists


def _order(one: ToTell) -> tuple[bool, int, bool, str]:
    rank = importance_rank(one.customer.get("importance"))
    return one.status != "open", rank, not one.customer.get("high_risk"), str(one.customer["id"])


def _docs(connection: Connection, keys: set[str], reader: Reader) -> dict[str, Doc]:
    """The customers' documents; of one who is gone only the id, for those who may see every customer."""
    buckets = buckets_of_scope(connection, reader.branches)
    docs = get_docs(connection, "customer", _within(connection, keys, buckets))
    seen = {key: for_caches(CUSTOMER, doc, reader.sees) for key, doc in docs.items()}
    return (_numbers(keys) if buckets is None else {}) | seen


def _within(connection: Connection, keys: set[str], buckets: Sequence[str] | None) -> list[str]:
    """Those of the customers that are in these buckets."""
    if buckets is None:
        return sorted(keys)
    table, seen = RECORDS["customer"], list[str]()
    for chunk in chunks(sorted(keys)):
        seen += connection.execute(
            select(table.c.id).where(table.c.id.in_(chunk), table.c.bucket.in_(buckets))
        ).scalars()
    return seen


def _numbers(keys: Iterable[str]) -> dict[str, Doc]:
    return {key: {"id": key} for key in keys}


def _attempts(
    connection: Connection, outages: Sequence[str], reader: Reader
) -> dict[tuple[str, str], tuple[Attempt, ...]]:
    found: defaultdict[tuple[str, str], list[Attempt]] = defaultdict(list)
    for chunk in chunks(outages):
        for row in connection.execute(select(TOLD).where(TOLD.c.outage.in_(chunk)).order_by(TOLD.c.id)):
            whom = HIDDEN if row.whom and reader.sees == LEAST else row.whom
            found[row.outage, row.customer].append(
                Attempt(from_iso(row.at), row.by, row.means, row.result, whom, row.note, row.news, from_iso(row.etr))
            )
    return {key: tuple(attempts) for key, attempts in found.items()}


def _windows(connection: Connection, at: datetime) -> list[OutageWindow]:
    """Those that are shown, and those that are over not for long, of which somebody was told."""
    table, since = RECORDS["outage"], to_iso(at - KEPT_AFTER_END)
    told = table.c.id.in_(select(TOLD.c.outage).where(TOLD.c.result == "told"))
    over = select(table).where(told, or_(table.c.withdrawn_at > since, table.c.restored_at > since))
    rows = connection.execute(over).mappings()
    lately = [outage_from_doc(from_row(KINDS["outage"], row)) for row in rows]
    return [*{one.id: one for one in [*shown_outages(connection, at), *lately]}.values()]
