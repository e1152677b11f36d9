"""What of a customer leaves the hub, by the class of its reader.

Masking happens where data leaves the hub, so that nothing beyond it (cache, index, log) ever holds what it hides.
"""

from collections.abc import Sequence
from typing import Any

from data.fields import Doc, Kind
from data.kinds import CUSTOMER

STANDARD, LEAST = "standard", "least"
READERS = {STANDARD: "姓名、地址可见，电话遮盖", LEAST: "姓名、地址、电话都不给"}
"""The classes of readers, and what they see."""

HIDDEN = "***"
"""What stands where the least class may not read."""

_LEAST_BUCKET = "least:"
_PHONE = list(CUSTOMER.by_name).index("phone")


def mask_phone(phone: str) -> str:
    """`phone` with only as much left as tells two numbers of one customer apart: `13812345678` → `138****5678`.

    Short numbers keep their last two digits.
    """
    if len(phone) >= 11:  # noqa: PLR2004 - a mobile number
        return phone[:3] + "*" * (len(phone) - 7) + phone[-4:]
    return "*" * max(0, len(phone) - 2) + phone[-2:]


def for_caches(kind: Kind, doc: Doc, reader: str = STANDARD) -> Doc:
    """`doc`, in canonical form, as the cache of a device of this class of reader may hold it."""
    if kind is not CUSTOMER:
        return doc
    if reader == LEAST:
        return {**doc, **{name: HIDDEN for name in PERSONAL if doc[name]}}
    return {**doc, "phone": mask_phone(str(doc["phone"]))} if doc["phone"] else doc


def columns_for_caches(kind: Kind, columns: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
    """The values of each field of many documents, as the caches of standard readers may hold them: see `for_caches`."""
    if kind is not CUSTOMER:
        return columns
    return [*columns[:_PHONE], [mask_phone(one) if one else one for one in columns[_PHONE]], *columns[_PHONE + 1 :]]


PERSONAL = tuple(field.name for field in CUSTOMER.fields if field.personal)
"""The fields of a customer that not everybody may read."""


def is_masked(field: str, value: str) -> bool:
    """Whether the value of a personal field is shown masked."""
    return value == HIDDEN or (field == "phone" and "*" in value)


def counted_bucket(bucket: str, reader: str) -> str:
    """Under which name the store counts what readers of this class hold of a bucket's customers."""
    return _LEAST_BUCKET + bucket if reader == LEAST else bucket


def bucket_counted(name: str) -> tuple[str, str]:
    """The bucket and the class of reader of a name that `counted_bucket` gave."""
    return (name.removeprefix(_LEAST_BUCKET), LEAST) if name.startswith(_LEAST_BUCKET) else (name, STANDARD)
