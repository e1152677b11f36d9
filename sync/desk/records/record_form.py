"""The form of a record: its fields as a page draws them, and what came back from it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection
from starlette.datastructures import FormData, UploadFile

from data.errors import BadValueError
from data.fields import Doc, Field, FieldType, canonical_json
from data.kinds import CUSTOMER, KINDS
from data.upkeep.kept import kept_fields
from data.upkeep.seen import as_shown
from sync.desk.records.record_words import RecordWords, field_words

LONGEST = 2_000
"""Characters of one field."""

_HINTS = {
    "code": ("留空则自动编码", "Left empty, it is made from the initials"),
    "aliases": ("多个用；分开", "Several are split by ;"),
    "phone": ("手机，或带区号的座机，或 95598 一类短号", "Mobile, landline with area code, or a short number"),
    "fax": ("带区号", "With the area code"),
    "postcode": ("6 位数字", "6 digits"),
    "areas": ("输入名称、编码或编号后选择", "Type a name, code or id and choose"),
    "transformer_areas": ("输入名称或编号后选择", "Type a name or number and choose"),
}


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of the form.

    Attributes:
        words: What it is called, in Chinese and English.
        hint: How to fill it in, in both.
        text: What stands in it.
        error: What is wrong with that; empty where nothing is.
        fixed: It cannot be changed here.
    """

    name: str
    words: tuple[str, str]
    hint: tuple[str, str]
    text: str
    error: str
    fixed: bool
    required: bool
    type: str
    choices: Mapping[str, str] | None
    target: str

    @property
    def items(self) -> list[str]:
        """Of a list of references, those that are in it; each can be taken out by itself."""
        return [one.strip() for one in re.split("[;；]", self.text) if one.strip()] if self.type == "references" else []


@dataclass(frozen=True, slots=True)
class Entered:
    """What came back from the form.

    Attributes:
        texts: By field, as they were typed.
        seen: The record as it was shown; None for a new one.
        confirmed: The person was told what the record resembles, and wants it all the same.
    """

    texts: dict[str, str] = field(default_factory=dict)
    seen: Doc | None = None
    confirmed: bool = False


def form_fields(
    kind: str, texts: Mapping[str, str], errors: Mapping[str, str], changeable: frozenset[str], *, new: bool
) -> list[FormField]:
    """The fields of a form, in order; a new record is asked for its id as well: last where it seldom has one."""
    key = (KINDS[kind].fields[0],) if new else ()
    fields = key + kept_fields(kind) if kind == CUSTOMER.name else kept_fields(kind) + key
    return [
        FormField(
            name=one.name,
            words=("编号", "Id") if one.name == "id" and kind != CUSTOMER.name else field_words(one),
            hint=_hint(kind, one),
            text=texts.get(one.name, ""),
            error=errors.get(one.name, ""),
            fixed=one.name not in changeable and one.name != "id",
            required=one.required and (one.name != "id" or kind == CUSTOMER.name),
            type=_type(one),
            choices=one.choices,
            target=one.target,
        )
        for one in fields
    ]


def entered_in(kind: str, form: FormData) -> Entered:
    """What a person sent; fields that the form did not offer are left out.

    Raises:
        BadValueError: a field is too long, or what was shown is missing or spoiled.
    """
    texts = {name: _joined(form.getlist(name)) for name in KINDS[kind].by_name if name in form}
    offered = {name for name in str(form.get("flags", "")).split() if name in KINDS[kind].by_name}
    texts |= {name: "是" if name in form else "否" for name in offered}
    for name, text in texts.items():
        if len(text) > LONGEST:
            refused = BadValueError(name, text[:20] + "…", f"at most {LONGEST} characters 太长")
            raise refused.about("field_too_long", field=name, most=LONGEST)
    return Entered(texts, _seen(kind, form.get("seen")), bool(form.get("confirmed")))


def as_ids(connection: Connection, kind: str, texts: Mapping[str, str]) -> dict[str, str]:
    """The texts with references as ids, where the form showed names."""
    words = RecordWords(connection)
    return {name: words.ids_in(KINDS[kind].by_name[name], text) for name, text in texts.items()}


def seen_text(kind: str, doc: Doc) -> str:
    """The record as it is shown, for the form to bear."""
    return canonical_json(as_shown(kind, doc))


def _joined(values: list[UploadFile | str]) -> str:
    """The one value of a field; the items of a list of references, which come one by one."""
    return "；".join(value for value in values if isinstance(value, str) and value.strip()) if values else ""


def _seen(kind: str, text: object) -> Doc | None:
    if not text:
        return None
    try:
        seen = json.loads(str(text))
        if isinstance(seen, dict):
            return KINDS[kind].canonical(seen)
    except (ValueError, RecursionError, BadValueError):
        pass
    raise BadValueError("seen", "", "open the record again 请重新打开这条记录").about("open_again")


def _type(one: Field) -> str:
    if one.choices is not None:
        return "choice"
    if one.type is FieldType.FLAG:
        return "flag"
    if one.type is FieldType.REFS:
        return "references"
    return "number" if one.type is FieldType.REAL else "reference" if one.type is FieldType.REF else "text"


def _hint(kind: str, one: Field) -> tuple[str, str]:
    if one.name == "id":
        if kind == CUSTOMER.name:
            return "10 位户号", "10 digits"
        return "国家代码或编号；没有就留空", "A national code or other id; leave it empty where there is none"
    if one.name == "phone" and one.personal:
        return (
            "多个用；分开；遮盖的号码不改动就保持原样",
            "Several are split by ;. A masked number stays unless retyped",
        )
    if one.type is FieldType.REF:
        return "输入名称或编号后选择", "Type a name or number and choose"
    return _HINTS.get(one.name, ("", ""))
