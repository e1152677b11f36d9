"""What an import would do, row by row, without doing it.

Areas and branches are trees of a few thousand records at most, whose rows refer to each other in any order: they are
planned as a whole. The other kinds are planned in chunks, so that a file of any length streams through.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from data.errors import BadValueError
from data.fields import Doc, Field, FieldType, Json, Kind, text_list
from data.importing.columns import AREA_SUPPLY, Columns
from data.importing.csv_rows import Row
from data.importing.outcomes import Accepted, Rejected
from data.importing.references import RecordSource, References
from data.importing.rows import Draft, draft_row
from data.importing.trees import AreaTree, Tree
from data.names.area_codes import Readings

CHUNK = 1000

_TREES = frozenset({"area", "branch"})


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How an import is to be done.

    Attributes:
        readings_of: Gives the pinyin from which new areas get their codes.
        clear: An empty cell empties the stored field; otherwise it leaves it alone.
    """

    readings_of: Readings
    clear: bool = False


def plan_import(
    columns: Columns, rows: Iterable[Row], existing: RecordSource, options: ImportOptions
) -> Iterator[Accepted | Rejected]:
    """What becomes of every row: exactly one outcome each.

    The order is that of the rows, but for areas and branches, where a parent comes before its parts, and the rejected
    come last. After areas come the transformer areas (`row` None) that the column `transformer_areas` mentions; it
    adds areas to them and never takes one away.

    Args:
        columns: From `match_columns`.
        rows: The rows below the header.
        existing: The records that are stored; may already hold what this plan has yielded so far.
        options: How it is to be done.
    """
    plan, references = ImportPlan(columns, options), References(existing)
    for lot in plan.lots(rows):
        yield from plan.outcomes(lot, references)


class ImportPlan:
    """The plan of one file, lot by lot.

    Args:
        columns: From `match_columns`.
        options: How it is to be done.
    """

    def __init__(self, columns: Columns, options: ImportOptions) -> None:
        self._columns = columns
        self._kind = columns.kind
        self._options = options
        self._row_of: dict[str, int] = {}

    def lots(self, rows: Iterable[Row], together: int = CHUNK) -> Iterator[list[Row]]:
        """The rows that are planned together: all of those that refer to each other, else `together`."""
        remaining = iter(rows)
        while lot := list(islice(remaining, None if self._kind.name in _TREES else together)):
            yield lot

    def outcomes(self, lot: list[Row], references: References) -> Iterator[Accepted | Rejected]:
        """What becomes of the rows of a lot; lots come in their order, and any of them may come again later.

        Args:
            lot: From `lots`.
            references: To the records that are stored now.
        """
        planned = _PlannedLot(self._columns, references, self._options, self._row_of)
        return planned.tree(lot) if self._kind.name in _TREES else planned.stream(lot)


class _PlannedLot:
    """One lot under way; `row_of` holds the rows that have an id, of all lots so far."""

    def __init__(
        self, columns: Columns, references: References, options: ImportOptions, row_of: dict[str, int]
    ) -> None:
        self._columns = columns
        self._kind = columns.kind
        self._existing = references.stored
        self._options = options
        self._references = references
        self._row_of = row_of

    def stream(self, rows: Iterable[Row]) -> Iterator[Accepted | Rejected]:
        """Outcomes of a kind whose records do not refer to each other."""
        drafts = self._drafts(rows)
        self._resolve(drafts)
        stored = self._existing.get(self._kind.name, {draft.id for draft in drafts if draft.id})
        for draft in drafts:
            self._check(draft, stored.get(draft.id))
            yield _outcome(draft)

    def tree(self, rows: Iterable[Row]) -> Iterator[Accepted | Rejected]:
        """Outcomes of a kind whose records have parents of the same kind."""
        drafts = self._drafts(rows)
        for draft in drafts:
            if not draft.problems:
                self._references.expect(self._kind.name, draft.id, str(draft.doc.get("name") or ""))
        self._resolve(drafts)
        supply = {draft.row: text_list(draft.doc.pop(AREA_SUPPLY.name, [])) for draft in drafts}
        stored = {str(doc["id"]): doc for doc in self._existing.all(self._kind.name)}
        for draft in drafts:
            self._check(draft, stored.get(draft.id))
        is_area = self._kind.name == "area"
        tree = AreaTree(stored, self._options.readings_of) if is_area else Tree(stored)
        accepted = tree.admit([draft for draft in drafts if not draft.problems])
        yield from (_outcome(draft) for draft in accepted)
        yield from (_outcome(draft) for draft in drafts if draft.problems)
        if is_area:
            yield from self._supplied({draft.id: supply[draft.row] for draft in accepted})

    def _drafts(self, rows: Iterable[Row]) -> list[Draft]:
        return [draft_row(self._columns, row, clear=self._options.clear) for row in rows]

    def _resolve(self, drafts: list[Draft]) -> None:
        """Puts ids where the drafts' references are."""
        for field in self._columns.fields:
            if field is None or field.type not in {FieldType.REF, FieldType.REFS}:
                continue
            self._references.prepare(field.target, (text for draft in drafts for text in _texts(draft, field)))
            for draft in drafts:
                if draft.doc.get(field.name):
                    draft.doc[field.name] = self._ids(draft, field)

    def _ids(self, draft: Draft, field: Field) -> Json:
        ids: list[Json] = []
        for text in _texts(draft, field):
            try:
                ids.append(self._references.resolve(field, text))
            except BadValueError as error:
                draft.refuse(field.name, text, error.reason)
        if field.type is FieldType.REFS:
            return ids
        return ids[0] if ids else None

    def _check(self, draft: Draft, stored: Doc | None) -> None:
        """Refuses an id that an earlier good row has, and a record that would not be whole."""
        earlier = self._row_of.get(draft.id)
        if earlier not in {None, draft.row}:
            draft.refuse("id", draft.id, f"row {earlier} has it already")
        _complete(self._kind, draft, stored)
        if not draft.problems:
            self._row_of[draft.id] = draft.row

    def _supplied(self, transformer_areas_of: dict[str, list[str]]) -> Iterator[Accepted]:
        """The transformer areas that supply more areas than before."""
        areas_of: dict[str, set[str]] = {}
        for area, ids in transformer_areas_of.items():
            for transformer_area in ids:
                areas_of.setdefault(transformer_area, set()).add(area)
        for transformer_area, doc in sorted(self._existing.get("transformer_area", areas_of.keys()).items()):
            before = set(text_list(doc["areas"]))
            after: list[Json] = [*sorted(before | areas_of[transformer_area])]
            if len(after) > len(before):
                yield Accepted(None, "transformer_area", transformer_area, {"id": transformer_area, "areas": after})


def _complete(kind: Kind, draft: Draft, stored: Doc | None) -> None:
    """Checks the record that the draft would make of the stored one, and puts the draft in canonical form."""
    if draft.problems:
        return
    try:
        whole = kind.canonical({**(stored or {}), **draft.doc})
    except BadValueError as error:
        draft.refuse(error.field, error.value, error.reason)
        return
    if kind.name == "customer" and not (whole["transformer_area"] or whole["feeder"]):
        draft.refuse("transformer_area", "", "a customer needs a transformer area or a feeder")
    draft.doc = {name: whole[name] for name in whole if name in draft.doc}


def _texts(draft: Draft, field: Field) -> list[str]:
    value = draft.doc.get(field.name)
    return text_list(value) if isinstance(value, list) else [str(value)] if value else []


def _outcome(draft: Draft) -> Accepted | Rejected:
    if draft.problems:
        return Rejected(draft.row, tuple(draft.problems))
    return Accepted(draft.row, draft.columns.kind.name, draft.id, draft.doc)
