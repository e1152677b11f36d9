"""Pinyin syllables: which there are, which sound alike in the north-east, and what a slip of the finger makes of them.

Pure tables over about 420 syllables. A *sound* is a two-character code shared by the syllables that callers and agents
mix up: zh/z, ch/c, sh/s, n/l, f/h at the start, ang/an, eng/en, ing/in at the end.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

INITIALS = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw")
"""Consonants that a syllable starts with, two letters before one, so that the first match is the longest."""

_FINALS_OF = {
    "": "a ai an ang ao e ei en eng er o ou",
    "b": "a ai an ang ao ei en eng i ian iao ie in ing o u",
    "p": "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
    "m": "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
    "f": "a an ang ei en eng iao o ou u",
    "d": "a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo",
    "t": "a ai an ang ao e ei eng i ian iao ie ing ong ou u uan ui un uo",
    "n": "a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan un uo v ve",
    "l": "a ai an ang ao e ei en eng i ia ian iang iao ie in ing iu o ong ou u uan un uo v ve",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "k": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "zh": "a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
    "r": "an ang ao e en eng i ong ou u ua uan ui un uo",
    "z": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "c": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "s": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "y": "a an ang ao e i in ing o ong ou u uan ue un",
    "w": "a ai an ang ei en eng o u",
}
SYLLABLES = frozenset(initial + final for initial, finals in _FINALS_OF.items() for final in finals.split())
"""Every syllable of standard Chinese without its tone; ü is written `v`, as it is typed."""

_ALIKE_INITIALS = {"zh": "z", "ch": "c", "sh": "s", "n": "l", "f": "h"}
_ALIKE_FINALS = {"iang": "ian", "uang": "uan", "ang": "an", "eng": "en", "ing": "in", "v": "u", "ve": "ue"}
_BEFORE_V = frozenset("jqxyln")
"""Initials after which people type `v` for ü, by the book or not."""
_FINALS_AFTER_H = {"ui": "ei", "un": "en", "uo": "o"}
"""What is left of hui, hun, huo when it is said as fei, fen, fo."""

_FINALS = [
    "a",
    "o",
    "e",
    "i",
    "u",
    "v",
    "ai",
    "ei",
    "ui",
    "ao",
    "ou",
    "iu",
    "ie",
    "ue",
    "er",
    "an",
    "en",
    "in",
    "un",
    "ong",
    "iong",
    "ia",
    "iao",
    "ian",
    "ua",
    "uai",
    "uan",
    "uo",
    "on",
    "ve",
    "io",
    "ng",
    "m",
    "n",
    "ueng",
    "eng",
    "ang",
]
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_OTHER_FINAL = "z"


def split_initial(syllable: str) -> tuple[str, str]:
    """The consonant that `syllable` starts with ("" if none) and the rest."""
    for initial in INITIALS:
        if syllable.startswith(initial):
            return initial, syllable[len(initial) :]
    return "", syllable


def _fold(syllable: str) -> tuple[str, str]:
    initial, final = split_initial(syllable)
    initial = _ALIKE_INITIALS.get(initial, initial)
    final = _ALIKE_FINALS.get(final, final)
    if initial == "h" and len(final) > 1 and final[0] == "u":
        final = _FINALS_AFTER_H.get(final, final[1:])
    return initial, final


def _sound(syllable: str) -> str:
    initial, final = _fold(syllable)
    digit = _DIGITS[_FINALS.index(final)] if final in _FINALS[: len(_DIGITS)] else _OTHER_FINAL
    return (initial or final[0]) + digit


def _misheard(syllable: str) -> set[str]:
    """Spellings that fold to the same sound as `syllable`, syllables of standard Chinese or not."""
    initial, final = split_initial(syllable)
    pairs = [(a, b) for a, b in _ALIKE_INITIALS.items() if initial in (a, b)]
    initials = {initial, *(side for pair in pairs for side in pair)}
    alike = [(a, b) for a, b in _ALIKE_FINALS.items() if a[0] != "v" or initial in _BEFORE_V]
    finals = {final, *(b for a, b in alike if a == final)} | {a for a, b in alike if b == final}
    if initial in ("h", "f"):
        back = {b: a for a, b in _FINALS_AFTER_H.items()}
        finals |= {back.get(f, "u" + f) for f in finals} | {f[1:] for f in finals if f[0] == "u" and len(f) > 1}
    return {spelling for i in initials for f in finals if _sound(spelling := i + f) == _sound(syllable)}


_SOUND_OF = {syllable: _sound(syllable) for syllable in SYLLABLES}
_MISSPELT = {
    spelling: sound
    for syllable, sound in _SOUND_OF.items()
    for spelling in _misheard(syllable)
    if spelling not in SYLLABLES
}


def _by_beginning() -> dict[str, tuple[str, ...]]:
    sounds: defaultdict[str, set[str]] = defaultdict(set)
    for syllable, sound in _SOUND_OF.items():
        for length in range(1, len(syllable) + 1):
            sounds[syllable[:length]].add(sound)
    return {beginning: tuple(sorted(found)) for beginning, found in sounds.items()}


_BEGINNINGS = _by_beginning()


def sound_of(reading: str) -> str:
    """The two-character sound code of one reading.

    Letters and digits that are no syllable (a name's own, such as the k of 10kV) answer `i` and their first
    character; a reading that is not known (`_`) answers `iz`.
    """
    return _SOUND_OF.get(reading) or ("i" + reading[0] if reading[:1].isalnum() and reading.isascii() else "iz")


def typed_sound(spelling: str) -> tuple[str, bool] | None:
    """The sound of a typed spelling and whether it is standard, or None when no syllable is spelt or heard so."""
    if spelling in _SOUND_OF:
        return _SOUND_OF[spelling], True
    sound = _MISSPELT.get(spelling)
    return (sound, False) if sound else None


def sounds_beginning(letters: str) -> tuple[str, ...]:
    """The sounds of all syllables that start with `letters`, sorted; empty when there is none."""
    return _BEGINNINGS.get(letters, ())


def _without_one(spelling: str) -> Iterator[str]:
    yield spelling
    for i in range(len(spelling)):
        yield spelling[:i] + spelling[i + 1 :]


def _by_deletion(syllables: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for syllable in sorted(syllables):
        for shorter in dict.fromkeys(_without_one(syllable)):
            found[shorter].append(syllable)
    return {shorter: tuple(syllables) for shorter, syllables in found.items()}


_DELETIONS = _by_deletion(SYLLABLES)


def syllables_near(spelling: str) -> list[str]:
    """Syllables that one slip turns into `spelling` or nearly so, sorted: a superset to be checked by edit distance.

    Source:
        Symmetric deletion: two words one edit apart share a word with at most one letter taken out of each.
    """
    return sorted({near for shorter in _without_one(spelling) for near in _DELETIONS.get(shorter, ())})
