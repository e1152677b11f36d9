"""Writes data/characters/simplified.txt: `make_simplified.py UNIHAN_FOLDER OUTPUT`; needs the package `opencc`."""

import sys
from pathlib import Path

import opencc
from unihan import read_fields, standard_characters

_FIRST, _LAST = 0x4E00, 0x9FFF


def main(unihan: str, output: str) -> None:
    """One line a simplified character, followed by the traditional ones that become it.

    OpenCC's first choice is the commonest (乾 becomes 干); Unihan adds those it leaves alone, where its one simplified
    form is a standard character and the traditional one is not.
    """
    fields = read_fields(Path(unihan), "kTGH", "kSimplifiedVariant")
    standard = standard_characters(fields)
    convert = opencc.OpenCC("t2s").convert
    forms: dict[str, str] = {}
    for character in map(chr, range(_FIRST, _LAST + 1)):
        simple = convert(character)
        if simple == character and character not in standard:
            variants = fields["kSimplifiedVariant"].get(character, "").split()
            simple = chr(int(variants[0].removeprefix("U+"), 16)) if len(variants) == 1 else character
            simple = simple if simple in standard else character
        if simple != character and (simple in standard or ord(simple) <= _LAST):
            forms[character] = simple
    for character, simple in forms.items():
        forms[character] = forms.get(simple, simple)
    lines = (
        f"{simple}{''.join(one for one in forms if forms[one] == simple)}\n" for simple in sorted(set(forms.values()))
    )
    Path(output).write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
