"""Readings of names, made once at the hub; nothing on the desktop imports this."""

from collections.abc import Callable, Iterator
from functools import lru_cache

from data.tokens import UNREADABLE, plain_character

MAX_READINGS = 3

# pypinyin's dictionary also holds readings from classical texts (王 yu, 家 gu, 台 yi) and reads 长庆 as zhang.
# Readings that no place, firm or family in the region has would only make noise and a larger index.
_ONE_READING = frozenset(
    "家屯台南房园前王红白沙庄甸古胜太土青明路族寨合洼市坨荒寺活英立方于厂洞景身苑汤团广朱吴草桃育尚港丁砬潘果"
    "百幸姚董虹泥洋池皋杜冯温月蓝甘夏蔡棵溪芦半蒲齐才陶号汪鑫阿烟柴有眼治巨冷机堆碱贾信底皇圣炮波陆格技术祝年"
    "栗御尹转邢哨暖莫块示鹿女喜横他狼施登增邓郝蒿艾蛇儿勿革潭共祁司余肥彭其不畜乃思涌央裴叭排怀尺平地哈塔"
)
# Best first. 堡 is bao in castles, bu in villages, pu on old post roads, and callers use all three; 圈 is juan in
# 马圈; the others follow Xiandai Hanyu Cidian's common reading in names where pypinyin's single-character default
# is a rarer one.
_OVERRIDES = {
    "堡": ("bao", "pu", "bu"),
    "长": ("chang", "zhang"),
    "朝": ("chao", "zhao"),
    "圈": ("juan", "quan"),
    "什": ("shi", "shen"),
    "佛": ("fo", "fu"),
    "绿": ("lv", "lu"),
    "咀": ("zui", "ju"),
    "窖": ("jiao",),
    "夹": ("jia", "ga"),
    "疃": ("tuan",),
    "峪": ("yu",),
    "砬": ("la",),
    "泊": ("bo", "po"),
    "重": ("chong", "zhong"),
    "曾": ("zeng", "ceng"),
    "翟": ("zhai", "di"),
    "卜": ("bu", "bo"),
    "虹": ("hong",),
    "大": ("da", "dai"),
    "石": ("shi", "dan"),
    "行": ("hang", "xing"),
}
# The family name's reading, where it is not the everyday one.
_FAMILY_NAMES = {
    "单": "shan",
    "解": "xie",
    "仇": "qiu",
    "曾": "zeng",
    "盖": "ge",
    "朴": "piao",
    "查": "zha",
    "区": "ou",
    "乐": "yue",
    "任": "ren",
    "华": "hua",
    "翟": "zhai",
    "尉": "wei",
    "员": "yun",
    "种": "chong",
    "繁": "po",
    "秘": "bi",
    "召": "shao",
    "缪": "miao",
    "冼": "xian",
    "洗": "xian",
    "那": "na",
    "宁": "ning",
    "祭": "zhai",
    "黑": "he",
    "折": "she",
    "燕": "yan",
    "纪": "ji",
    "谌": "chen",
}
# Words at a name's end whose characters have one reading there: 会 is never kuai in 委员会.
_ENDINGS = {
    "村民委员会": "cun min wei yuan hui",
    "居民委员会": "ju min wei yuan hui",
    "村委会": "cun wei hui",
    "居委会": "ju wei hui",
    "开发区": "kai fa qu",
    "有限公司": "you xian gong si",
    "办事处": "ban shi chu",
    "社区": "she qu",
    "街道": "jie dao",
    "台区": "tai qu",
    "小区": "xiao qu",
}
_PLACE_LIKE = frozenset("省市县区乡镇村屯街道路线站队组场厂店园院社坊堡沟子山岭河")
_PERSON_LENGTH = 3
_FIRST_HANZI, _LAST_HANZI = 0x4E00, 0x9FFF


@lru_cache(maxsize=1)
def _library() -> tuple[Callable[..., list[list[str]]], Callable[..., list[str]], object]:
    # Loading its dictionaries takes a quarter of a second and 30 MB: only those who make readings pay.
    import pypinyin  # noqa: PLC0415

    return pypinyin.pinyin, pypinyin.lazy_pinyin, pypinyin.Style.NORMAL


@lru_cache(maxsize=65536)
def readings_of_character(character: str) -> tuple[str, ...]:
    """Readings of one character without tones, ü as `v`, best first; letters and digits stand for themselves.

    At most `MAX_READINGS`; `("_",)` for what cannot be read out.
    """
    character = plain_character(character)
    if character.isascii():
        return (character if character.isalnum() else UNREADABLE,)
    if character in _OVERRIDES:
        return _OVERRIDES[character]
    heteronyms, _, style = _library()
    found = heteronyms(character, style=style, heteronym=True, errors="ignore")
    readings = tuple(dict.fromkeys(r for r in (found[0] if found else ()) if r.isascii() and r.isalpha()))
    return readings[: 1 if character in _ONE_READING else MAX_READINGS] or (UNREADABLE,)


def readings_of(text: str) -> str:
    """Readings of a name: one group a character, groups separated by a space, alternatives by `|`, best first.

    Empty for empty text. What the phrase says goes first (大夫 is dai fu), the others stay as alternatives, since a
    caller may say any of them.
    """
    ending = next((word for word in _ENDINGS if text.endswith(word)), "")
    stem = text[: len(text) - len(ending)]
    groups = [readings_of_character(character) for character in stem]
    if any(len(group) > 1 for group in groups):
        groups = _in_context(stem, groups, is_person=not ending and _looks_like_a_person(text))
    parts = ["|".join(group) for group in groups]
    if ending:
        parts.append(_ENDINGS[ending])
    return " ".join(parts)


def _looks_like_a_person(text: str) -> bool:
    return len(text) <= _PERSON_LENGTH and text[-1] not in _PLACE_LIKE


def _in_context(text: str, groups: list[tuple[str, ...]], *, is_person: bool) -> list[tuple[str, ...]]:
    if is_person:
        # No phrase dictionary knows given names, and asking it costs more than all the rest.
        family = _FAMILY_NAMES.get(text[0])
        return [_with_first(groups[0], family), *groups[1:]] if family else groups
    _, in_phrase, style = _library()
    phrase = in_phrase(text, style=style, errors=list)
    if len(phrase) != len(text):
        return groups
    return [
        _with_first(group, reading) if len(group) > 1 and character not in _OVERRIDES else group
        for character, group, reading in zip(text, groups, phrase, strict=True)
    ]


def _with_first(group: tuple[str, ...], reading: str) -> tuple[str, ...]:
    if not (reading.isascii() and reading.isalpha()):
        return group
    return (reading, *(other for other in group if other != reading))[:MAX_READINGS]


def character_readings() -> Iterator[tuple[str, str]]:
    """Every common Chinese character with its readings joined by `|`: what a typed character may sound like."""
    for codepoint in range(_FIRST_HANZI, _LAST_HANZI + 1):
        readings = readings_of_character(chr(codepoint))
        if readings != (UNREADABLE,):
            yield chr(codepoint), "|".join(readings)
