"""What people write for a record, found: its id, or its number or name where only one has it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Protocol

from data.errors import BadValueError
from data.fields import Doc, Field
from data.kinds import KINDS

_REMEMBERED = 200_000
_LISTED = 5


class RecordSource(Protocol):
    """The records that are stored already, as an import asks for them."""

    def get(self, kind: str, ids: Collection[str]) -> Mapping[str, Doc]:
        """The whole documents with these ids, by id; an id that is not stored is left out."""
        ...

    def find(self, kind: str, field: str, texts: Collection[str]) -> Mapping[str, Collection[str]]:
        """The ids of the records whose `field` is exactly one of `texts`, by text.

        Asked for `number`, `code` and `name` only; a text that no record has may be left out.
        """
        ...

    def all(self, kind: str) -> Iterable[Doc]:
        """Every document of a kind, in any order; asked for areas and branches only, of which there are few."""
        ...


class References:
    """Finds the ids that texts stand for, asking the source once for each text.

    Attributes:
        stored: Where the records are.
    """

    def __init__(self, stored: RecordSource) -> None:
        self.stored = stored
        self._found: dict[tuple[str, str], tuple[str, ...]] = {}
        self._new_ids: dict[str, set[str]] = defaultdict(set)
        self._new_names: dict[tuple[str, str], set[str]] = defaultdict(set)

    def expect(self, kind: str, record_id: str, name: str) -> None:
        """Lets texts stand for a record that the file itself brings."""
        self._new_ids[kind].add(record_id)
        self._new_names[kind, name].add(record_id)

    def prepare(self, kind: str, texts: Iterable[str]) -> None:
        """Looks up all of `texts` at once, so that `resolve` has its answers."""
        unknown = {text for text in texts if (kind, text) not in self._found}
        if not unknown:
            return
        if len(self._found) + len(unknown) > _REMEMBERED:
            self._found.clear()
        ids = self._new_ids[kind].intersection(unknown).union(self.stored.get(kind, unknown))
        self._found |= {(kind, text): (text,) for text in ids}
        others = unknown - ids
        found: dict[str, set[str]] = {text: set(self._new_names.get((kind, text), ())) for text in others}
        for field in _lookup_fields(kind) if others else ():
            matches = self.stored.find(kind, field, {_as_stored(field, text) for text in others})
            for text in others:
                found[text].update(matches.get(_as_stored(field, text), ()))
        self._found |= {(kind, text): tuple(sorted(answering)) for text, answering in found.items()}

    def resolve(self, field: Field, text: str) -> str:
        """The id of the one record of the field's target kind that `text` stands for.

        Raises:
            BadValueError: none answers to it, or several do; then the reason lists them.
        """
        self.prepare(field.target, [text])
        matches = self._found[field.target, text]
        if len(matches) == 1:
            return matches[0]
        label = KINDS[field.target].label
        if not matches:
            raise BadValueError(field.name, text, f"no {label} ({field.target}) has this id, number or name")
        raise BadValueError(
            field.name, text, f"{len(matches)} {label} answer to this, give the id: {self._listed(field, matches)}"
        )

    def _listed(self, field: Field, ids: Collection[str]) -> str:
        shown = sorted(ids)[:_LISTED]
        docs = self.stored.get(field.target, shown)
        texts = [f"{one} {docs[one]['name']}" if one in docs else one for one in shown]
        return ", ".join(texts) + (", …" if len(ids) > len(shown) else "")


def _lookup_fields(kind: str) -> Iterator[str]:
    """What people write for a record instead of its id."""
    yield from (code for code in KINDS[kind].codes if code != "id")
    yield "name"


def _as_stored(field: str, text: str) -> str:
    return text.lower() if field == "code" else text
