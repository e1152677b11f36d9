"""What the team chooses: counted at the hub without anybody's name, published where two PCs agree.

A sum belongs to a beginning of a query and a record. It says of which device it is only while it is of one alone, and
then in a form that joins no two sums; from the second device on it is everybody's. What is published are records of
the kind `team_choice`, so the change log carries it to every cache like any other record.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from hashlib import blake2b

from sqlalchemy import Connection, delete, func, insert, select, update

from data.caches.cache import codes_of, names_of
from data.choice_weight import MOST_PREFERRED, holds_number, mass_of, prefixes
from data.clock import to_iso
from data.fields import Doc, Kind
from data.kinds import KINDS, TEAM_CHOICE
from data.names.pinyin import readings_of
from data.names.tokens import VOLTAGE, plain_code, searchable
from data.store import change_log
from data.store.rows import chunks, get_docs
from data.store.schema import CHOICE_BATCH, CHOICE_SUM, RECORDS
from data.store.store import Writing

MOST_PUBLISHED = 20_000
MOST_SUMS = 100_000

_BATCHES_REMEMBERED = timedelta(days=30)
_LEAST_WEIGHT = 0.25
_WORTH_TELLING = 1.25
"""How much a sum has to outgrow what is published before every agent is sent it anew."""


@dataclass(frozen=True, slots=True)
class TeamChoice:
    """How often one PC chose a record of a public kind for a query since it last told."""

    query: str
    kind: str
    id: str
    count: int


@dataclass(slots=True)
class _Sum:
    id: str
    query: str
    record_kind: str
    record: str
    mass: float
    only_device: str


def count_batch(writing: Writing, device: str, key: str, choices: Sequence[TeamChoice]) -> bool:
    """Adds a batch to the sums, and publishes what has become worth it.

    What does not stand for its record's name or code is dropped without a word: it may be personal.

    Args:
        writing: The transaction.
        device: Id of the device that sends the batch.
        key: The batch's own, the same at every try.
        choices: At most as many as a batch holds.

    Returns:
        False where the batch was counted before: nothing has changed.
    """
    change_log.lock(writing.connection)  # on PostgreSQL two hubs would else read the same sum before either adds to it
    known = select(CHOICE_BATCH.c.key).where(CHOICE_BATCH.c.key == key)
    if writing.connection.execute(known).first() is not None:
        return False
    now = writing.clock.now()
    writing.connection.execute(insert(CHOICE_BATCH).values(key=key, at=to_iso(now)))
    counts: dict[tuple[str, str, str], int] = {}
    for choice in _fitting(writing.connection, choices):
        for prefix in prefixes(choice.query):
            place = prefix, choice.kind, choice.id
            counts[place] = counts.get(place, 0) + choice.count
    if counts:
        sums = _sums(writing.connection, sorted({query for query, _, _ in counts}))
        _add(writing.connection, sums, counts, mass_of(now), device)
        _publish(writing, sums)
    return True


def clean_team_choices(writing: Writing) -> None:
    """Drops what has faded, what is too much, and the keys of batches that nobody sends any more."""
    connection, now, published = writing.connection, writing.clock.now(), RECORDS[TEAM_CHOICE.name]
    connection.execute(delete(CHOICE_BATCH).where(CHOICE_BATCH.c.at < to_iso(now - _BATCHES_REMEMBERED)))
    least = _LEAST_WEIGHT * mass_of(now)
    connection.execute(delete(CHOICE_SUM).where(CHOICE_SUM.c.mass < least))
    faded = connection.execute(select(published.c.id).where(published.c.mass < least)).scalars()
    writing.delete(TEAM_CHOICE.name, [*faded])
    best_first = select(published.c.id).order_by(published.c.mass.desc(), published.c.id)
    writing.delete(TEAM_CHOICE.name, [*connection.execute(best_first.offset(MOST_PUBLISHED)).scalars()])


def stands_for(query: str, kind: Kind, doc: Doc) -> bool:
    """Whether `query` is nothing but a code of a record, or its name or another one, in characters or pinyin.

    Any part of a code will do; of a name, characters or the beginnings of their readings, in order, some left out.
    """
    typed = plain_code(query)
    if not typed or typed != query:  # signs are no part of a name, and one of them parts the ids of sums
        return False
    if any(typed in plain_code(code) for code in codes_of(kind, doc)):
        return True
    voltage = VOLTAGE.match(typed)
    spoken = typed[voltage.end() :] if voltage else typed
    return any(_spells(spoken, name) for name in names_of(kind, doc))


def _spells(typed: str, name: str) -> bool:
    plain, groups, _ = searchable(name, readings_of(name))
    reached = {0}
    for character, group in zip(plain, groups, strict=True):
        readings = group.split("|")
        forms = {character, *(reading[:end] for reading in readings for end in range(1, len(reading) + 1))}
        reached |= {place + len(form) for place in reached for form in forms if typed.startswith(form, place)}
    return len(typed) in reached


def _fitting(connection: Connection, choices: Sequence[TeamChoice]) -> Iterator[TeamChoice]:
    ids: dict[str, list[str]] = {}
    for choice in choices:
        ids.setdefault(choice.kind, []).append(choice.id)
    docs = {kind: get_docs(connection, kind, keys) for kind, keys in ids.items()}
    for choice in choices:
        doc = docs[choice.kind].get(choice.id)
        if doc is not None and not holds_number(choice.query) and stands_for(choice.query, KINDS[choice.kind], doc):
            yield choice


def _sums(connection: Connection, queries: Iterable[str]) -> dict[str, _Sum]:
    """Every sum of these beginnings, by id."""
    found: dict[str, _Sum] = {}
    for chunk in chunks(queries):
        for row in connection.execute(select(CHOICE_SUM).where(CHOICE_SUM.c.query.in_(chunk))).mappings():
            found[row["id"]] = _Sum(**row)
    return found


def _add(
    connection: Connection,
    sums: dict[str, _Sum],
    counts: Mapping[tuple[str, str, str], int],
    mass: float,
    device: str,
) -> None:
    """Puts the counts into `sums` and into their table; once that is full, no new sum is begun."""
    room = MOST_SUMS - connection.execute(select(func.count()).select_from(CHOICE_SUM)).scalar_one()
    for (query, kind, record), count in counts.items():
        key = f"{query}|{kind}|{record}"
        whose, one = blake2b(f"{device}|{key}".encode(), digest_size=8).hexdigest(), sums.get(key)
        if one is not None:
            one.mass += count * mass
            one.only_device = whose if one.only_device == whose else ""
            new = {"mass": one.mass, "only_device": one.only_device}
            connection.execute(update(CHOICE_SUM).where(CHOICE_SUM.c.id == key).values(new))
        elif room > 0:
            room -= 1
            sums[key] = _Sum(key, query, kind, record, count * mass, whose)
            connection.execute(insert(CHOICE_SUM).values(asdict(sums[key])))


def _publish(writing: Writing, sums: Mapping[str, _Sum]) -> None:
    """Makes what is published of the beginnings in `sums` the best on which two devices agree."""
    shared: dict[str, list[_Sum]] = {}
    for one in sums.values():
        of_query = shared.setdefault(one.query, [])
        if not one.only_device:
            of_query.append(one)
    best = {
        one.id: one
        for of_query in shared.values()
        for one in sorted(of_query, key=lambda one: (-one.mass, one.id))[:MOST_PREFERRED]
    }
    published = _published(writing.connection, shared)
    writing.delete(TEAM_CHOICE.name, sorted(published.keys() - best.keys()))
    grown = [one for one in best.values() if one.mass >= _WORTH_TELLING * published.get(one.id, 0.0)]
    writing.put_many(
        TEAM_CHOICE.name,
        [
            {"id": one.id, "query": one.query, "record_kind": one.record_kind, "record": one.record, "mass": one.mass}
            for one in grown
        ],
    )


def _published(connection: Connection, queries: Iterable[str]) -> dict[str, float]:
    table, found = RECORDS[TEAM_CHOICE.name], dict[str, float]()
    for chunk in chunks(queries):
        found |= dict(connection.execute(select(table.c.id, table.c.mass).where(table.c.query.in_(chunk))).all())
    return found
