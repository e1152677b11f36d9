"""Phone numbers in the one form in which they are compared; only a whole number has one.

Pure: the hub hashes the form, and an agent's PC asks it whether a text is a phone number at all.
"""

import re
import unicodedata

_MOBILE = r"1[3-9]\d{9}"
_WITH_AREA_CODE = r"0(?:10|2\d)\d{8}|0[3-9]\d{2}\d{7,8}"
_BUSINESS = r"[48]00\d{7}"
_LOCAL = re.compile(r"[2-9]\d{6,7}", re.ASCII)
_NATIONAL = re.compile(f"{_MOBILE}|{_WITH_AREA_CODE}|{_BUSINESS}", re.ASCII)
_MOBILE_BEHIND_PREFIX = re.compile(rf"(?:0|86|860)({_MOBILE})", re.ASCII)
_ABROAD = re.compile(r"[1-9]\d{7,14}", re.ASCII)
_AREA_CODE = re.compile(r"0\d{2,3}", re.ASCII)

_BETWEEN_DIGITS = re.compile(r"[\s().‐‑‒–—−-]+")
_EXTENSION = re.compile(r"(?:转|轉|分机|ext\.?|x|#)\s*\d{1,6}$", re.IGNORECASE | re.ASCII)
_DASHED_EXTENSION = re.compile(r"-\s*\d{1,6}$", re.ASCII)
_BETWEEN_NUMBERS = re.compile(r"[;,、/|\n]")
_RUN_OF_DIGITS = re.compile(r"\+?\d[\d()-]*", re.ASCII)


def normal_form(text: str) -> str | None:
    """The one form of the whole phone number that `text` is; None where it is anything else, or a part of one.

    Full-width digits, spaces, dashes and brackets do not count; an extension is dropped.

    Returns:
        Digits alone: a mobile number (11), a landline with its area code (`04293123456`), one without (7 or 8), a
        400 or 800 number (10). A number abroad keeps its `+` and country code. Short service numbers have no form.
    """
    if _NATIONAL.fullmatch(text):
        return text  # nearly all of a million customers
    plain = unicodedata.normalize("NFKC", text).strip()
    return _without_extension(plain) or _digits_form(plain)


def numbers_in(field: str) -> tuple[str, ...]:
    """The forms of all whole numbers in a record's phone field, in order, each once.

    Several are separated by `;`, `,`, `、`, `/`, or stand among names.
    """
    if _NATIONAL.fullmatch(field):
        return (field,)
    found: dict[str, None] = {}
    for part in _BETWEEN_NUMBERS.split(unicodedata.normalize("NFKC", field)):
        whole = normal_form(part)
        runs = [whole] if whole else [normal_form(run) for run in _RUN_OF_DIGITS.findall(part)]
        found.update(dict.fromkeys(form for form in runs if form))
    return tuple(found)


def same_number(form: str, area_code: str) -> tuple[str, ...]:
    """The forms under which a record may hold the number of `form`, itself first.

    Args:
        form: From `normal_form`.
        area_code: That of the place, such as `0429`, which people there leave out; empty where none is known.
    """
    if area_code and _LOCAL.fullmatch(form):
        return form, area_code + form
    if area_code and form.startswith(area_code) and _LOCAL.fullmatch(form[len(area_code) :]):
        return form, form[len(area_code) :]
    return (form,)


def is_area_code(text: str) -> bool:
    """Whether `text` can be the area code of a place: 0 and two or three digits."""
    return _AREA_CODE.fullmatch(text) is not None


def _without_extension(text: str) -> str | None:
    """The form of what stands before an extension, if that is a whole number."""
    for extension in (_EXTENSION, _DASHED_EXTENSION):
        before = extension.sub("", text)
        form = _digits_form(before) if before != text else None
        # Numbers abroad come in groups of any length: their last one is no extension.
        if form and not (extension is _DASHED_EXTENSION and form.startswith("+")):
            return form
    return None


def _digits_form(text: str) -> str | None:
    digits = _BETWEEN_DIGITS.sub("", text)
    if mobile := _MOBILE_BEHIND_PREFIX.fullmatch(digits):
        return mobile[1]
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if digits.startswith("+86"):
        return _from_abroad(digits[3:])
    if digits.startswith("+"):
        return digits if _ABROAD.fullmatch(digits[1:]) else None
    return digits if _NATIONAL.fullmatch(digits) or _LOCAL.fullmatch(digits) else None


def _from_abroad(digits: str) -> str | None:
    """The form of a number as it is dialled after +86: an area code has lost its 0 there, or kept it in brackets."""
    if mobile := _MOBILE_BEHIND_PREFIX.fullmatch(digits):
        return mobile[1]
    return next((number for number in (digits, "0" + digits) if _NATIONAL.fullmatch(number)), None)
