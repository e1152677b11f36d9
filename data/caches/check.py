"""Looking for damage in a cache file: its pages, its records against their sums, its index against its records.

A quick check reads every page once, counts, and looks a few random names and codes up. A thorough one reads every
record and every posting of the index anew; only that finds a byte that was changed to another that fits, too.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from typing import Literal

from data.caches import cache
from data.caches.index import FIRST_COMMON_NAME, KIND_STRIDE
from data.caches.recount import Bag, Recount, indexed_postings, named_postings, placed_postings
from data.caches.supply_counts import counted_afresh
from data.errors import DataError, SwitchboardError
from data.kinds import KINDS, RANKED
from data.names.tokens import code_tokens, name_tokens
from data.sqlite import Connection, DatabaseError, connect
from data.store.set_hash import SetSum, by_kind, differing

Part = Literal["file", "records", "names", "codes", "places", "counts"]
"""Where damage is: in the file's pages, in records, in an index (of names, of codes, of what lies where), in counts."""

_PARTS: dict[str, Part] = {
    "name_fts": "names",
    "code_fts": "codes",
    "place_fts": "places",
    "supply_count": "counts",
    "important_customer": "counts",
}
"""Parts of tables by how their names begin; every other is of the file: what it holds cannot be told from the rest."""

_MOST_LINES = 5
_SAMPLED = 200
_FOUND_AT_MOST = 20
_STEPS = 2000
"""Steps of SQLite's machine between two calls of `go_on`: a fraction of a millisecond."""

_NO_DAMAGE = ("SQLITE_INTERRUPT", "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_NOMEM", "SQLITE_FULL", "SQLITE_PROTOCOL")


class CheckStoppedError(SwitchboardError):
    """The check was broken off: it says nothing about the cache."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is wrong with a cache.

    Attributes:
        detail: What and where, without personal data.
    """

    part: Part
    detail: str

    @property
    def misleads(self) -> bool:
        """Whether an answer could say what is wrong; damage of an index only hides records from look-ups."""
        return self.part in {"file", "records"}


def check_cache(
    path: Path, *, thorough: bool, go_on: Callable[[], bool] = lambda: True, chance: Random | None = None
) -> list[Damage]:
    """What is wrong with a cache file; empty when nothing was found, and for a cache of another version.

    Reads one state of the cache on a connection of its own: nobody has to wait for it.

    Args:
        path: The cache file.
        thorough: Every record and posting, instead of counts and samples.
        go_on: Called over and over, at least every few milliseconds; it may sleep. False breaks the check off.
        chance: Picks the samples of a quick check.

    Raises:
        CheckStoppedError: `go_on` said so, or somebody held the file for too long.
    """
    found: list[Damage] = []
    try:
        with closing(connect(path, read_only=True)) as connection:
            connection.set_progress_handler(lambda: not go_on(), _STEPS)
            connection.execute("BEGIN")
            for part, check in _checks(connection, thorough=thorough, chance=chance or Random()):  # noqa: S311 - no secret
                known = {damage.part for damage in found}
                if not known & {"file", part}:  # whatever else is found there follows from that
                    found += _outcome(part, check)
    except DatabaseError as error:
        found += [_damage("file", error)]
    return found


def is_damage(error: DatabaseError) -> bool:
    """Whether what SQLite says may come of a damaged file, and not of one that is in use or a memory that is full."""
    return not str(getattr(error, "sqlite_errorname", "")).startswith(_NO_DAMAGE)


def _checks(connection: Connection, *, thorough: bool, chance: Random) -> Iterator[tuple[Part, Iterator[Damage]]]:
    if _of_another_version(connection):
        return
    yield "file", _structure(connection, "integrity_check" if thorough else "quick_check")
    if thorough:
        recount = Recount(connection)
        yield "records", _records(connection, recount)
        yield "names", _uses(connection)
        yield "names", _postings(connection, "names", "name_fts", named_postings)
        yield "codes", _postings(connection, "codes", "code_fts", lambda _: recount.codes)
        yield "places", _postings(connection, "places", "place_fts", placed_postings)
        yield "counts", _supply_counts(connection)
    else:
        yield "records", _counts(connection)
        yield "names", _sampled_names(connection, chance)
        yield "codes", _sampled_codes(connection, chance)


def _of_another_version(connection: Connection) -> bool:
    return cache.read_meta(connection).get("schema", "") != str(cache.SCHEMA)


def _outcome(part: Part, check: Iterator[Damage]) -> list[Damage]:
    """Everything that a check found, up to where it could not read on."""
    found: list[Damage] = []
    try:
        found.extend(check)
    except DatabaseError as error:
        found.append(_damage(part, error))
    except (DataError, ValueError, TypeError, AttributeError, KeyError) as error:
        found.append(Damage(part, f"a record is no record any more ({type(error).__name__})"))
    return found


def _damage(part: Part, error: DatabaseError) -> Damage:
    if not is_damage(error):
        raise CheckStoppedError(f"the check was broken off: {error}") from None
    return Damage(part, str(error).partition(" with text")[0])


def _structure(connection: Connection, pragma: str) -> Iterator[Damage]:
    """Pages, trees and the full-text tables' own structure; `integrity_check` looks into every index, too.

    Table by table: one that cannot be read hides what is wrong with the others.
    """
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (table,) in tables:
        parts = (part for beginning, part in _PARTS.items() if table.startswith(beginning))
        part: Part = next(parts, "file")
        yield from _outcome(part, _structure_of(connection, pragma, table, part))


def _structure_of(connection: Connection, pragma: str, table: str, part: Part) -> Iterator[Damage]:
    for (line,) in islice(connection.execute(f"PRAGMA {pragma}('{table}')"), _MOST_LINES):
        if line != "ok":
            yield Damage(part, f"{table}: {' '.join(line.split())}")


def _records(connection: Connection, recount: Recount) -> Iterator[Damage]:
    """Every record, its links and other names, against the cache's sums and tables."""
    for kind in cache.kinds_in(connection).values():
        nameless = recount.add_all(kind)
        if nameless:
            yield Damage("records", f"{kind.name}: {nameless} records whose name is not there")
    stored = cache.read_sums(connection)
    for part in differing(recount.sums, stored):
        have, should = recount.sums.get(part, SetSum()), stored.get(part, SetSum())
        where = f"{part[1]}: {have.rows} records in {part[0] or 'no bucket'}"
        yield Damage("records", f"{where} that are not the {should.rows} of its checksum")
    links, aliases = Bag(), Bag()
    for row in connection.execute("SELECT kind, id, field, target FROM link"):
        links.add(row)
    if links != recount.links:
        yield Damage("records", f"link: {links.count} rows that are not the {recount.links.count} of the records")
    for row in connection.execute("SELECT kind, rid, text FROM alias LEFT JOIN name USING (nid)"):
        aliases.add(row)
    if aliases != recount.aliases:
        yield Damage("names", f"alias: {aliases.count} rows that are not the {recount.aliases.count} of the records")


def _uses(connection: Connection) -> Iterator[Damage]:
    bearers = [kind for kind in RANKED if KINDS[kind].named]
    counts = " + ".join(f"(SELECT count(*) FROM {kind} WHERE name_id = name.nid)" for kind in bearers)
    borne = f"{counts} + (SELECT count(*) FROM alias WHERE alias.nid = name.nid)"
    wrong, first = connection.execute(f"SELECT count(*), min(nid) FROM name WHERE uses != {borne}").fetchone()
    if wrong:
        yield Damage("names", f"name: {wrong} names with a wrong number of bearers, the first is {first}")


def _postings(connection: Connection, part: Part, table: str, count: Callable[[Connection], Bag]) -> Iterator[Damage]:
    indexed, expected = indexed_postings(connection, table), count(connection)
    if indexed != expected:
        yield Damage(part, f"{table}: {indexed.count} postings that are not the {expected.count} of the records")


def _supply_counts(connection: Connection) -> Iterator[Damage]:
    expected, stored = Bag(), Bag()
    for row in counted_afresh(connection):
        expected.add(row)
    for table in ("supply_count", "important_customer"):
        for row in connection.execute(f"SELECT * FROM {table}"):
            stored.add((table, row))
    if stored != expected:
        yield Damage("counts", f"supply_count: {stored.count} rows that are not the {expected.count} of the records")


def _counts(connection: Connection) -> Iterator[Damage]:
    sums = by_kind(cache.read_sums(connection))
    for name in KINDS:
        should = sums.get(name, SetSum()).rows
        (have,) = connection.execute(f"SELECT count(*) FROM {name}").fetchone()
        if have != should:
            yield Damage("records", f"{name}: {have} records, should be {should}")


def _sampled_names(connection: Connection, chance: Random) -> Iterator[Damage]:
    for some in (f"nid < {FIRST_COMMON_NAME}", f"nid >= {FIRST_COMMON_NAME}"):
        for nid in _sample(connection, "name", "nid", chance, some):
            text, readings = connection.execute("SELECT text, readings FROM name WHERE nid = ?", (nid,)).fetchone()
            tokens = name_tokens(text, readings)
            if not tokens:
                continue
            if not _finds(connection, "name_fts", tokens, nid):
                yield Damage("names", f"name_fts: its tokens do not find name {nid}")
                break
            for stray in _found_in_vain(connection, chance.choice(tokens)):
                yield Damage("names", f"name_fts: finds name {stray}, which is not there")
                return


def _sampled_codes(connection: Connection, chance: Random) -> Iterator[Damage]:
    for rank, name in enumerate(RANKED):
        kind = KINDS[name]
        columns = ", ".join(kind.codes)
        for rid in _sample(connection, name, "rid", chance):
            codes = connection.execute(f"SELECT {columns} FROM {name} WHERE rid = ?", (rid,)).fetchone()
            tokens = [token for code in codes if code for token in code_tokens(code)]
            if tokens and not _finds(connection, "code_fts", tokens, rid * KIND_STRIDE + rank):
                yield Damage("codes", f"code_fts: the codes of {name} row {rid} do not find it")
                break


def _sample(connection: Connection, table: str, key: str, chance: Random, where: str = "true") -> Iterator[int]:
    """Numbers of random rows, those after a gap a little more often; none where there are none."""
    first, last = connection.execute(f"SELECT min({key}), max({key}) FROM {table} WHERE {where}").fetchone()
    for _ in range(_SAMPLED if first is not None else 0):
        aim = chance.randint(first, last)
        yield connection.execute(f"SELECT min({key}) FROM {table} WHERE {where} AND {key} >= ?", (aim,)).fetchone()[0]


def _finds(connection: Connection, table: str, tokens: list[str], row: int) -> bool:
    wanted = " AND ".join(f'"{token}"' for token in tokens)
    found = connection.execute(f"SELECT 1 FROM {table} WHERE {table} MATCH ? AND rowid = ?", (wanted, row)).fetchone()
    return found is not None


def _found_in_vain(connection: Connection, token: str) -> list[int]:
    """Of the first names that a token finds, those that are not there."""
    sql = f"SELECT rowid AS row FROM name_fts WHERE name_fts MATCH ? LIMIT {_FOUND_AT_MOST}"
    missing = f"SELECT row FROM ({sql}) WHERE row NOT IN (SELECT nid FROM name)"
    return [row for (row,) in connection.execute(missing, (f'"{token}"',)).fetchall()]
