"""What single values of records must look like: phones, fax numbers, e-mail addresses, postcodes, capacities, places.

Pure: a value that does not fit is told with what would be right.
"""

import re
import unicodedata

from data.phone_numbers import normal_form

_SHORT = re.compile(r"1[0-2]\d|9\d{4}|1[02]\d{3}|12345", re.ASCII)
"""Service numbers: 110 to 129, 95598 and its like, 10086 and 12398."""

_BETWEEN_NUMBERS = re.compile(r"\s*[;,、/]\s*")
_LOCAL_DIGITS = (7, 8)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}", re.ASCII)
_LONGEST_EMAIL = 254
_POSTCODE = re.compile(r"[0-8]\d{5}", re.ASCII)

RANGES: dict[tuple[str, str], tuple[float, float, str]] = {
    ("transformer_area", "kva"): (1.0, 20_000.0, "kVA"),
    ("customer", "contract_kva"): (0.1, 1_000_000.0, "kVA"),
    ("feeder", "kv"): (0.2, 1_000.0, "kV"),
    ("area", "lon"): (73.0, 136.0, "°"),
    ("area", "lat"): (3.0, 54.0, "°"),
}
"""By kind and field: the least and the most that can be meant, and the unit. Beyond them a unit was mistaken, as W for
kW, a digit typed twice, or two fields exchanged."""


def phone_trouble(text: str, *, several: bool = False) -> str | None:
    """What is wrong with a phone number, or None.

    Args:
        text: Mobile, landline with its area code, 400 or 800, abroad with `+`, or a short service number.
        several: It may be a list, split by `;`.
    """
    for number in _BETWEEN_NUMBERS.split(text) if several else [text]:
        plain = unicodedata.normalize("NFKC", number).strip()
        form = normal_form(plain)
        if form is not None and len(form) in _LOCAL_DIGITS and not form.startswith("+"):
            return f"{number}: 请写上区号，如 0429-{plain} write the area code too"
        if form is None and not _SHORT.fullmatch(plain):
            return f"{number or '—'}: 不是完整的号码，如 13812345678、0429-3123456、95598 no whole phone number"
    return None


def fax_trouble(text: str) -> str | None:
    """What is wrong with a fax number, or None: a landline with its area code."""
    form = normal_form(text)
    if form is not None and form.startswith(("0", "+")):
        return None
    return "传真请写区号和号码，如 0429-3123456 a fax number has its area code"


def email_trouble(text: str) -> str | None:
    """What is wrong with an e-mail address, or None."""
    if len(text) <= _LONGEST_EMAIL and _EMAIL.fullmatch(text) and ".." not in text:
        return None
    return "不是电子邮箱，如 wang@example.com no e-mail address"


def postcode_trouble(text: str) -> str | None:
    """What is wrong with a Chinese postcode, or None: six digits, of which the first is no 9."""
    return None if _POSTCODE.fullmatch(text) else "邮政编码是 6 位数字，如 125001 a postcode has 6 digits"


def range_trouble(kind: str, field: str, amount: float) -> str | None:
    """What is wrong with a capacity, a voltage or a position in China, or None; also for fields that are none."""
    if (kind, field) not in RANGES:
        return None
    least, most, unit = RANGES[kind, field]
    if least <= amount <= most:
        return None
    return f"应在 {least:g} 至 {most:g} {unit} 之间 must be {least:g} to {most:g} {unit}"
