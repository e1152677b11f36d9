"""A record source in memory, and a whole import in one call."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from data.fields import Doc, Json
from data.importing import Accepted, ImportOptions, Rejected, match_columns, plan_import
from data.importing.reading import Row
from data.kinds import KINDS


class RecordsInMemory:
    """Documents by kind and id."""

    def __init__(self) -> None:
        self.docs: dict[str, dict[str, Doc]] = {kind: {} for kind in KINDS}
        self.asked = 0

    def put(self, kind: str, /, **fields: Json) -> None:
        record = str(fields["id"])
        self.docs[kind][record] = KINDS[kind].canonical({**self.docs[kind].get(record, {}), **fields})

    def get(self, kind: str, ids: Collection[str]) -> Mapping[str, Doc]:
        self.asked += 1
        return {record: self.docs[kind][record] for record in ids if record in self.docs[kind]}

    def find(self, kind: str, field: str, texts: Collection[str]) -> Mapping[str, Collection[str]]:
        self.asked += 1
        found: dict[str, list[str]] = {}
        for record, doc in self.docs[kind].items():
            if doc[field] in texts:
                found.setdefault(str(doc[field]), []).append(record)
        return found

    def all(self, kind: str) -> Iterable[Doc]:
        return list(self.docs[kind].values())


PINYIN = {"塔": "ta", "山": "shan", "台": "tai", "乡": "xiang", "村": "cun", "朱": "zhu", "家": "jia", "诸": "zhu"}


def readings_of(text: str) -> str:
    return " ".join(PINYIN.get(character, character) for character in text)


def outcomes(
    source: RecordsInMemory, kind: str, header: Sequence[str], *rows: Sequence[str], clear: bool = False
) -> list[Accepted | Rejected]:
    columns = match_columns(KINDS[kind], header)
    numbered = [Row(number, tuple(cells)) for number, cells in enumerate(rows, start=2)]
    return list(plan_import(columns, numbered, source, ImportOptions(readings_of, clear=clear)))


def one(planned: list[Accepted | Rejected]) -> Accepted | Rejected:
    (outcome,) = planned
    return outcome


def reason(outcome: Accepted | Rejected) -> str:
    assert isinstance(outcome, Rejected), outcome
    return "; ".join(problem.reason for problem in outcome.problems)


def doc(outcome: Accepted | Rejected) -> Doc:
    assert isinstance(outcome, Accepted), outcome
    return outcome.doc
