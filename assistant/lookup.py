"""The lookup: from what an agent typed to the records it may mean, the best first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant import candidates, records
from assistant.query import Query, parse
from assistant.ranking import EXACT, Candidate, NameMatch, Ranker, Span
from assistant.records import Record
from assistant.segmentation import Segmentation, corrected
from assistant.slips import SlipRanker
from data.sqlite import Connection
from data.tokens import plain_code

_ANYWHERE, _AT_START, _WHOLE, _CODES = 192, 128, 96, 400
_MISSING, _WRONG, _CORRECTED = 128, 192, 256
_SHORTEST_SLIP, _SHORTEST_CORRECTION = 2, 4
_GOOD = 80.0
"""With enough matches as good as this nobody looks for slips."""
_ENOUGH_GOOD, _LONG_WRITTEN, _LONG_TYPED = 5, 3, 5
_NAMESAKE_LOSS, _MOST_NAMESAKE_LOSS = 0.4, 4.0
_KIND_BONUS = (1.5, 1.0, 0.8, 0.0)
_MOST_CORRECTIONS = 40
_CODE_EXACT, _CODE_PREFIX, _CODE_PART, _CODE_COVERAGE, _CODE_END = 100.0, 92.0, 80.0, 6.0, 3.0
_SHORTEST_CODE = 2


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that a query found.

    Attributes:
        code: The code that people type for it: an area's short code, a number, a customer number.
        score: 0 to 100; under 60 it is a guess.
        reason: `code`, `number`, `name`, `name_prefix`, `pinyin`, `initials`, `mixed`, `sounds_like` or `fuzzy`.
        spans: `[start, end)` stretches of `name` that the query stands for; empty where another name or a code matched.
    """

    kind: str
    id: str
    rid: int
    name: str
    code: str | None
    score: float
    reason: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    record: Record
    score: float
    reason: str
    spans: tuple[Span, ...]
    uses: int = 0


class LookupEngine:
    """Answers queries from one open cache.

    Args:
        connection: An open cache; it is only read.
        own_branches: Ids of the branches whose namesakes come first.
    """

    def __init__(self, connection: Connection, own_branches: frozenset[str] = frozenset()) -> None:
        self._connection = connection
        self._own_branches = own_branches

    def search(self, text: str, limit: int = 10) -> list[Hit]:
        """The records that `text` may mean, the best first; empty when nothing comes near. Takes any text at all.

        An exact code or name comes first; then by score, own branches before others, kinds in the order of
        `data.kinds.RANKED`, names that more records bear, name, id.
        """
        query = parse(text, self._readings_of)
        if not query.compact or limit < 1:
            return []
        shortlist = _Shortlist(limit)
        for record, score, reason in self._by_code(query):
            shortlist.add(_Entry(record, score, reason, ()))
        for match in self._names(query):
            if not shortlist.has_room_for(match.score):
                break
            for entry in self._bearers(match):
                shortlist.add(entry)
        return self._in_order(shortlist)

    def _readings_of(self, character: str) -> tuple[str, ...]:
        row = self._connection.execute("SELECT readings FROM hanzi WHERE character = ?", (character,)).fetchone()
        return tuple(row[0].split("|")) if row else ()

    # Codes and numbers

    def _by_code(self, query: Query) -> list[tuple[Record, float, str]]:
        code = query.code
        if len(code) < _SHORTEST_CODE or not code.isascii():
            return []
        found = records.with_code_prefix(self._connection, "area", code)
        if any(map(str.isdigit, code)):
            found += records.with_code_prefix(self._connection, "customer", code)
            rows = self._rows("code_fts", candidates.part_of_code(code), _CODES)
            found += records.at_code_rows(self._connection, rows)
        graded = ((record, _code_score(code, plain_code(record.code or ""))) for record in found)
        return [(record, score, "code" if record.kind == "area" else "number") for record, score in graded if score]

    # Names

    def _names(self, query: Query) -> list[NameMatch]:
        ranker = Ranker(query)
        ids = self._candidate_ids(query)
        matches = [match for candidate in self._load(ids) if (match := ranker.aligned(candidate))]
        if _may_hold_a_slip(query, matches):
            matched = {match.candidate.nid for match in matches}
            slips = SlipRanker(query)
            others = [nid for nid in dict.fromkeys([*self._slip_ids(query), *ids]) if nid not in matched]
            matches += [match for candidate in self._load(others) if (match := slips.nearly(candidate))]
        return sorted(matches, key=lambda match: (-match.score, match.candidate.rank, match.candidate.text))

    def _candidate_ids(self, query: Query) -> dict[int, None]:
        """Names worth grading: those that hold the query; where too many do, also those that start with or are it."""
        ids: dict[int, None] = {}
        ways = query.segmentations
        if ways and (expression := candidates.written(ways[0])):
            ids.update(dict.fromkeys(self._rows("name_fts", expression, _ANYWHERE)))
        for at_start, at_end, most in ((False, False, _ANYWHERE), (True, False, _AT_START), (True, True, _WHOLE)):
            expression = candidates.any_expression(
                candidates.alike(units, at_start=at_start, at_end=at_end) for units in ways
            )
            rows = self._rows("name_fts", expression, most)
            ids.update(dict.fromkeys(rows))
            if len(rows) < most:
                break
        return ids

    def _slip_ids(self, query: Query) -> dict[int, None]:
        ids: dict[int, None] = {}
        for units in query.segmentations[:2]:
            ids.update(dict.fromkeys(self._rows("name_fts", candidates.one_missing(units), _MISSING)))
            ids.update(dict.fromkeys(self._rows("name_fts", candidates.one_wrong(units), _WRONG)))
        letters = query.compact
        if len(letters) >= _SHORTEST_CORRECTION and letters.isascii() and letters.isalpha():
            ways = self._occurring(corrected(letters))[:_MOST_CORRECTIONS]
            for at_start in (True, False):
                expression = candidates.any_expression(candidates.alike(units, at_start=at_start) for units in ways)
                ids.update(dict.fromkeys(self._rows("name_fts", expression, _CORRECTED)))
        return ids

    def _occurring(self, ways: Iterable[Segmentation]) -> list[Segmentation]:
        """Those ways of which every two neighbouring sounds stand together in some name."""
        known: dict[str, bool] = {}

        def occurs(pair: Segmentation) -> bool:
            expression = candidates.alike(pair)
            if expression not in known:
                known[expression] = bool(self._rows("name_fts", expression, 1))
            return known[expression]

        return [units for units in ways if all(occurs(units[i : i + 2]) for i in range(max(1, len(units) - 1)))]

    def _rows(self, table: str, expression: str, most: int) -> list[int]:
        if not expression:
            return []
        found = self._connection.execute(f"SELECT rowid FROM {table} WHERE {table} MATCH ? LIMIT ?", (expression, most))
        return [row for (row,) in found]

    def _load(self, ids: Iterable[int]) -> list[Candidate]:
        listed = ",".join(map(str, ids))
        rows = self._connection.execute(f"SELECT nid, text, readings, rank, uses FROM name WHERE nid IN ({listed})")
        return [Candidate(*row) for row in rows]

    # From names to hits

    def _bearers(self, match: NameMatch) -> Iterator[_Entry]:
        """Hits for every record that bears the name; the more namesakes stand before one, the lower its score.

        So thirty villages of one name do not hide the next name that answers as well. Not where the name itself was
        typed in full.
        """
        name = match.candidate
        namesakes = records.bearing_name(self._connection, name.nid, name.rank)
        if self._own_branches and len(namesakes) > 1:
            namesakes.sort(key=lambda record: (not self._is_own(record), record.order))
        for before, record in enumerate(namesakes):
            spans = match.spans if record.name == name.text else ()
            score = min(match.score + _KIND_BONUS[record.order], EXACT)
            if match.score < EXACT:
                score -= min(before * _NAMESAKE_LOSS, _MOST_NAMESAKE_LOSS)
            yield _Entry(record, score, match.reason, spans, name.uses)

    def _is_own(self, record: Record) -> bool:
        return bool(self._own_branches) and records.branch_of(self._connection, record) in self._own_branches

    def _in_order(self, shortlist: "_Shortlist") -> list[Hit]:
        def order(entry: _Entry) -> tuple[float, bool, int, int, str, str]:
            record = entry.record
            return -entry.score, not self._is_own(record), record.order, -entry.uses, record.name, record.id

        return [_hit(entry) for entry in sorted(shortlist.in_reach(), key=order)[: shortlist.limit]]


class _Shortlist:
    """The best entry of every record found so far."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._entries: dict[tuple[str, int], _Entry] = {}

    def add(self, entry: _Entry) -> None:
        key = entry.record.kind, entry.record.rid
        if key not in self._entries or self._entries[key].score < entry.score:
            self._entries[key] = entry

    def has_room_for(self, score: float) -> bool:
        """Whether a name with this score could still bring a hit that is shown."""
        return score + max(_KIND_BONUS) >= self._bar()

    def in_reach(self) -> list[_Entry]:
        """The entries among which the shown ones are, in no order."""
        bar = self._bar()
        return [entry for entry in self._entries.values() if entry.score >= bar]

    def _bar(self) -> float:
        scores = sorted((entry.score for entry in self._entries.values()), reverse=True)
        return scores[self.limit - 1] if len(scores) >= self.limit else 0.0


def _may_hold_a_slip(query: Query, matches: list[NameMatch]) -> bool:
    """Whether names that do not answer the query as it stands are worth the time."""
    if len(query.compact) < _SHORTEST_SLIP:
        return False
    good = sum(match.score >= _GOOD for match in matches)
    if not good:
        return True
    long = len(query.compact) >= (_LONG_WRITTEN if query.is_written else _LONG_TYPED)
    return long and good < _ENOUGH_GOOD and max(match.score for match in matches) < EXACT


def _code_score(typed: str, code: str) -> float:
    """0 to 100 for a code that is, starts with or holds what was typed; 0 for another one."""
    if typed == code:
        return _CODE_EXACT
    place = code.find(typed)
    if place < 0:
        return 0.0
    base = _CODE_PART if place else _CODE_PREFIX
    return base + _CODE_COVERAGE * len(typed) / len(code) + (_CODE_END if place and code.endswith(typed) else 0.0)


def _hit(entry: _Entry) -> Hit:
    record = entry.record
    score = round(min(entry.score, _CODE_EXACT), 1)
    return Hit(record.kind, record.id, record.rid, record.name, record.code, score, entry.reason, entry.spans)
