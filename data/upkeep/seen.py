"""Records as they are shown to whoever keeps them: a customer's phone is masked, and stays as it is unless retyped."""

from collections.abc import Mapping

from data.fields import Doc
from data.kinds import KINDS
from data.masking import for_caches, is_masked
from data.upkeep.drafting import texts_of
from data.upkeep.errors import FieldErrors


def as_shown(kind: str, doc: Doc) -> Doc:
    """`doc` with its masked values masked."""
    return for_caches(KINDS[kind], doc)


def retyped(kind: str, seen: Doc, texts: Mapping[str, str]) -> dict[str, str]:
    """Those of `texts` that are not what was shown.

    Args:
        kind: Of record.
        seen: As `as_shown` gave it.
        texts: By field, as a form holds them.

    Raises:
        FieldErrors: a part of a masked value was typed over: the rest is not known.
    """
    shown = texts_of(kind, seen)
    other = {name: text for name, text in texts.items() if text.strip() != shown.get(name, "")}
    partly = [name for name, text in other.items() if KINDS[kind].by_name[name].personal and is_masked(name, text)]
    if partly:
        raise FieldErrors(dict.fromkeys(partly, "号码已遮盖，请完整重填 masked: type the whole number anew"))
    return other
