"""What of a customer leaves the hub: names and addresses as they are, phones masked.

Masking happens where data leaves the hub, so that nothing beyond it (cache, index, log) ever holds what it hides.
"""

from data.kinds import CUSTOMER, Doc, Kind


def mask_phone(phone: str) -> str:
    """`phone` with only as much left as tells two numbers of one customer apart: `13812345678` → `138****5678`.

    Short numbers keep their last two digits.
    """
    if len(phone) >= 11:  # noqa: PLR2004 - a mobile number
        return phone[:3] + "*" * (len(phone) - 7) + phone[-4:]
    return "*" * max(0, len(phone) - 2) + phone[-2:]


def for_caches(kind: Kind, doc: Doc) -> Doc:
    """`doc`, in canonical form, as an agent's cache may hold it."""
    if kind is not CUSTOMER or not doc["phone"]:
        return doc
    return {**doc, "phone": mask_phone(str(doc["phone"]))}
