"""Records in words: what a field is called, and what its value says to whoever reads it."""

import re
from collections.abc import Sequence

from sqlalchemy import Connection

from data.fields import LISTS, Doc, Field, FieldType, Json, text_list
from data.kinds import KINDS
from data.store.rows import get_docs
from data.upkeep.drafting import texts_of
from data.upkeep.history import RecordChange
from data.upkeep.seen import as_shown
from sync.language import Language

KIND_WORDS = {
    "area": ("区域", "Areas"),
    "contact": ("联系人", "Contacts"),
    "feeder": ("线路", "Feeders"),
    "transformer_area": ("台区", "Transformer areas"),
    "customer": ("客户", "Customers"),
}
_ENGLISH = {
    "parent_id": "Lies in",
    "kva": "Capacity, kVA",
    "contract_kva": "Contract capacity, kVA",
    "kv": "Voltage, kV",
    "manager": "Area manager",
    "lon": "Longitude, °",
    "lat": "Latitude, °",
}
_CHINESE = {
    "parent_id": "上级区域",
    "kva": "配变容量（kVA）",
    "contract_kva": "合同容量（kVA）",
    "kv": "电压等级（kV）",
    "lon": "经度（°）",
    "lat": "纬度（°）",
}
_LABEL = re.compile(r".*（([^（）]+)）")
_NOTHING = "—"
_FLAGS: dict[Language, tuple[str, str]] = {"zh": ("否", "是"), "en": ("no", "yes")}


def field_words(field: Field) -> tuple[str, str]:
    """What a field is called, in Chinese and English."""
    english = _ENGLISH.get(field.name, field.name.replace("_", " ").capitalize())
    return _CHINESE.get(field.name, field.headers[0] if field.headers else field.name), english


class RecordWords:
    """Values of records as people read them; each record that is referred to is read once.

    Args:
        connection: To the store.
        language: Of the reader.
    """

    def __init__(self, connection: Connection, language: Language = "zh") -> None:
        self._connection = connection
        self._language = language
        self._known: dict[tuple[str, str], Doc | None] = {}

    def label(self, kind: str, key: str) -> str:
        """`塔山供电所（B1）`; the id alone where there is no such record."""
        doc = self._doc(kind, key)
        return f"{doc['name']}（{key}）" if doc else key

    def value(self, field: Field, value: Json) -> str:
        """A value in words; a dash for none."""
        if field.type in LISTS:
            items = text_list(value)
            return "；".join(self.label(field.target, one) if field.target else one for one in items) or _NOTHING
        if value is None or value == "":
            return _NOTHING
        if field.type is FieldType.REF:
            return self.label(field.target, str(value))
        if field.choices:
            return str(value).replace("_", " ") if self._language == "en" else field.choices.get(str(value), str(value))
        if field.type is FieldType.FLAG:
            return _FLAGS[self._language][bool(value)]
        return f"{value:g}" if isinstance(value, float) else str(value)

    def entered(self, kind: str, doc: Doc) -> dict[str, str]:
        """The values as fields of a form hold them: references by name and id, so that both can be read."""
        texts = texts_of(kind, doc)
        for field in KINDS[kind].fields:
            if field.type is FieldType.REF and doc.get(field.name):
                texts[field.name] = self.label(field.target, str(doc[field.name]))
            if field.type is FieldType.REFS:
                texts[field.name] = "；".join(self.label(field.target, one) for one in text_list(doc.get(field.name)))
        return texts

    def ids_in(self, field: Field, text: str) -> str:
        """What `entered` made of references, as ids again; anything else stays as it was typed."""
        if field.type not in {FieldType.REF, FieldType.REFS}:
            return text
        parts = re.split("[;；]", text) if field.type is FieldType.REFS else [text]
        return ";".join(self._id_in(field.target, part.strip()) for part in parts if part.strip())

    def change(self, change: RecordChange) -> list[tuple[Field, str, str]]:
        """For each field that it changed, the value before and after, in words."""
        before, after = (as_shown(change.kind, doc) if doc else {} for doc in (change.before, change.after))
        fields = [KINDS[change.kind].by_name[name] for name in change.fields if name != "id"]
        return [(one, self.value(one, before.get(one.name)), self.value(one, after.get(one.name))) for one in fields]

    def learn(self, kind: str, keys: Sequence[str]) -> None:
        """Reads records at once, before each is asked for."""
        found = get_docs(self._connection, kind, keys)
        self._known |= {(kind, key): found.get(key) for key in keys}

    def _id_in(self, kind: str, text: str) -> str:
        found = _LABEL.fullmatch(text)
        return found[1] if found and self.label(kind, found[1]) == text else text

    def _doc(self, kind: str, key: str) -> Doc | None:
        if (kind, key) not in self._known:
            self.learn(kind, [key])
        return self._known[kind, key]
