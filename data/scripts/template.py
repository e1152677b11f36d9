"""Templates: text with `{facts}` in it and `[optional parts]`, which vanish where a fact in them is not known.

Nothing that is filled in is read as a template again, so that no reason or name can say more than itself.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from data.errors import DataError
from data.scripts.cases import CASES, FACTS

LONGEST = 500
"""Characters of a template."""

_SIGN = re.compile(r"\{[^{}\[\]]*\}|[\[\]{}]|[^\[\]{}]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")


class ScriptError(DataError):
    """A template that cannot be used; the message says where and why, in Chinese and English."""


@dataclass(frozen=True, slots=True)
class Fact:
    """The place of a fact in a template."""

    name: str


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a template that is said as a whole or, if `optional`, not at all."""

    pieces: tuple[str | Fact, ...]
    optional: bool

    @property
    def facts(self) -> frozenset[str]:
        """The names of the facts in it."""
        return frozenset(piece.name for piece in self.pieces if isinstance(piece, Fact))


@dataclass(frozen=True, slots=True)
class Template:
    """A template taken apart."""

    parts: tuple[Part, ...]

    def fill(self, facts: Mapping[str, str]) -> str:
        """The sentence: optional parts only where all their facts are there.

        Raises:
            ScriptError: a fact outside the optional parts is missing.
        """
        said = (part for part in self.parts if not part.optional or part.facts <= facts.keys())
        return "".join(_said(piece, facts) for part in said for piece in part.pieces)


def parse(text: str) -> Template:
    """The template in `text`.

    Raises:
        ScriptError: it is empty or too long, a bracket has no partner, or a fact is not of `FACTS`.
    """
    if not text.strip():
        raise ScriptError("话术不能为空 the template must not be empty").about("script_empty")
    if len(text) > LONGEST:
        refused = ScriptError(f"话术有 {len(text)} 个字符，最多 {LONGEST} 个 at most {LONGEST} characters")
        raise refused.about("field_too_long", field="text", most=LONGEST)
    if _CONTROL.search(text):
        raise ScriptError("话术要写在一行里 write the template in one line").about("script_lines")
    parts: list[Part] = []
    pieces: list[str | Fact] = []
    inside = False
    for sign in _SIGN.findall(text):
        if sign in "[]":
            if (sign == "[") == inside:
                raise ScriptError(_BRACKETS).about("script_brackets")
            _finish(parts, pieces, optional=inside)
            pieces, inside = [], sign == "["
        elif sign in "{}":
            refused = ScriptError(f"“{sign}” 没有配对，占位符要写成 {{place}} 这样 a lone {sign}")
            raise refused.about("script_lone_brace", sign=sign)
        else:
            pieces.append(_fact(sign) if sign.startswith("{") else sign)
    if inside:
        raise ScriptError(_BRACKETS).about("script_brackets")
    _finish(parts, pieces, optional=False)
    return Template(tuple(parts))


_BRACKETS = "方括号 [ ] 要成对，且不能套在一起 square brackets must come in pairs, none inside another"


def check(text: str, case: str) -> Template:
    """The template in `text`, fit for a case.

    Raises:
        ScriptError: it is no template, or names a fact that is not known then, or not always known and not optional.
    """
    template, known = parse(text), CASES[case]
    for part in template.parts:
        allowed = known.always | known.sometimes if part.optional else known.always
        for name in sorted(part.facts - allowed):
            label = known.label
            if name in known.sometimes:
                told = (
                    f"{{{name}}} 不一定有，请放进方括号，例如 [，{{{name}}}] "
                    f"{{{name}}} is not always known: put it into square brackets"
                )
                raise ScriptError(told).about("fact_not_always", sign=f"{{{name}}}")
            told = f"“{label[0]}”时没有 {{{name}}}（{FACTS[name][0]}） {{{name}}} is not known in the case {label[1]!r}"
            raise ScriptError(told).about("fact_not_then", sign=f"{{{name}}}")
    return template


def _finish(parts: list[Part], pieces: list[str | Fact], *, optional: bool) -> None:
    part = Part(tuple(pieces), optional)
    if optional and not part.facts:
        refused = ScriptError("方括号里要有占位符 an optional part needs a placeholder in it")
        raise refused.about("script_optional_empty")
    if part.pieces:
        parts.append(part)


def _fact(sign: str) -> Fact:
    name = sign[1:-1].strip()
    if name not in FACTS:
        refused = ScriptError(f"没有占位符 {sign}，可用的有 no such placeholder; give one of: " + " ".join(FACTS))
        raise refused.about("no_such_fact", sign=sign, listed=" ".join(FACTS))
    return Fact(name)


def _said(piece: str | Fact, facts: Mapping[str, str]) -> str:
    if isinstance(piece, str):
        return piece
    if piece.name not in facts:
        raise ScriptError(f"{{{piece.name}}} 未知 is not known")
    return facts[piece.name]
