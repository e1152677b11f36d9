"""Areas and branches: records whose parents are records of the same kind, in the store or in the same file."""

from collections import defaultdict
from collections.abc import Mapping

from data.fields import Doc
from data.importing.rows import Draft
from data.names.area_codes import Readings, UncodedArea, assign_codes, county_of


class Tree:
    """The stored records of one kind, with the rows of a file taken in one by one.

    Args:
        stored: The stored documents by id.
    """

    def __init__(self, stored: Mapping[str, Doc]) -> None:
        self._docs: dict[str, Doc] = dict(stored)

    def admit(self, drafts: list[Draft]) -> list[Draft]:
        """Those of `drafts` that fit into the tree, parents first; the others are given a problem.

        Args:
            drafts: Without problems so far, each id once, in the order of the file.
        """
        accepted: list[Draft] = []
        waiting = drafts
        while waiting:
            ready = [draft for draft in waiting if self._parent(draft) is None or self._parent(draft) in self._docs]
            if not ready:
                break
            taken = {id(draft) for draft in ready}
            waiting = [draft for draft in waiting if id(draft) not in taken]
            accepted += [draft for draft in ready if self._take(draft)]
        for draft in waiting:
            draft.refuse("parent_id", self._parent(draft), "its own row is rejected, or is below this one")
        return accepted

    def _parent(self, draft: Draft) -> str | None:
        parent = draft.doc.get("parent_id")
        return str(parent) if parent else None

    def _take(self, draft: Draft) -> bool:
        """Takes the draft into the tree if it fits there."""
        blank: Doc = dict.fromkeys(draft.columns.kind.by_name)
        merged = {**blank, **self._docs.get(draft.id, {}), **draft.doc}
        if self._is_below_itself(draft.id, merged):
            draft.refuse("parent_id", merged["parent_id"], "this lies within the record itself")
            return False
        self._docs[draft.id] = merged
        return True

    def _is_below_itself(self, record_id: str, doc: Doc) -> bool:
        seen = set()
        parent = doc["parent_id"]
        while isinstance(parent, str) and parent not in seen:
            if parent == record_id:
                return True
            seen.add(parent)
            parent = self._docs[parent]["parent_id"] if parent in self._docs else None
        return False


class AreaTree(Tree):
    """The tree of areas, which also keeps their codes unique within each county.

    Args:
        stored: The stored areas by id.
        readings_of: Gives the pinyin of a name.
    """

    def __init__(self, stored: Mapping[str, Doc], readings_of: Readings) -> None:
        super().__init__(stored)
        self._readings_of = readings_of
        self._owners: dict[tuple[str, str], str] = {
            (county_of(area, self._docs), str(doc["code"])): area for area, doc in self._docs.items() if doc["code"]
        }

    def admit(self, drafts: list[Draft]) -> list[Draft]:
        """Those of `drafts` that fit, parents first; each area that has no code yet gets one."""
        accepted = super().admit(drafts)
        uncoded = [
            UncodedArea(
                draft.id,
                str(self._docs[draft.id]["name"]),
                str(self._docs[draft.id]["level"]),
                county_of(draft.id, self._docs),
            )
            for draft in accepted
            if not self._docs[draft.id]["code"]
        ]
        taken: dict[str, list[str]] = defaultdict(list)
        for county, code in self._owners:
            taken[county].append(code)
        codes = assign_codes(uncoded, taken, self._readings_of)
        for draft in accepted:
            if draft.id in codes:
                draft.doc["code"] = codes[draft.id]
        return accepted

    def _take(self, draft: Draft) -> bool:
        before = self._docs.get(draft.id)
        if not super()._take(draft):
            return False
        code = self._docs[draft.id]["code"]
        county = county_of(draft.id, self._docs)
        owner = self._owners.setdefault((county, str(code)), draft.id) if code else draft.id
        if owner == draft.id:
            return True
        draft.refuse("code", code, f"{self._docs[owner]['name']} ({owner}) in the same county has it")
        if before is None:
            del self._docs[draft.id]
        else:
            self._docs[draft.id] = before
        return False
