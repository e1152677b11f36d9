"""What was meant by what was heard: speech around a name left out, numbers and technical words as names write them.

All of this is for a text that finds nothing good as it stands: 那个 and 的 may be part of a name.
"""

import re
from collections.abc import Iterator

from assistant.lookup.house_numbers import NUMERAL, numeral_value
from assistant.lookup.query import plain_query

LEAST_LEFT = 2
"""Characters that must be left of a text: one says nothing."""

_HANZI = "[\u4e00-\u9fff]"
_PAUSE = r"[\s,.:;!?。、~…]*"
_ME = "(?:我们?|俺们?|咱们?|他们?|她)"
_BEFORE = re.compile(
    rf"^(?:那个|这个|那啥|就是说?|嗯+|啊+|哎+|呃+|喂+|您好|你好|请问(?:一下)?|麻烦(?:你|您)?(?:一下)?"
    rf"|(?:你|您)?帮(?:我|忙)?|(?:{_ME}|你|您)?(?:想|要)?(?:查询?|看|问|报修?|反映)(?:一?下|个)?"
    rf"|{_ME}(?:家|这边?|这儿|那边?|村|单位|公司|厂)?(?:是|就在|在)?(?:住在?|叫)?"
    rf"|(?:家|住|人)?在|家住|住|(?:用电|我的|家庭)?地址|(?:用户|客户)?(?:户名|姓名|名字|名称)|户主|名叫|叫|电话"
    rf"|(?:后|末|最后)[二三四五六2-6]位(?:数)?|尾号|户号|编号|客户编号){_PAUSE}(?:是|叫)?{_PAUSE}"
)
_AFTER = re.compile(
    rf"{_PAUSE}(?:(?:停|没|断|来|送|有)电|停了|跳闸|掉闸|故障|着火|冒火|缺相|电压低|灯不亮"
    rf"|(?:什么|啥)时候|几点|怎么回事|怎么|咋|为什么|为啥|是不是|有没有"
    rf"|这一?[边块带片]|那一?[边块带片]|[这那][里儿]|附近|一带|旁边|对面|全村|整个村|现在|今天|刚才?|又|也|都|全"
    rf"|先生|女士|师傅|老板|的|了|啦|吗|嘛|么|呢|吧|啊|呀|没有){_PAUSE}$"
)
_HOME = re.compile(rf"(?<={_HANZI}{{4}})家里?$")
"""邱营子唐磊丽家 is a person's home; of a shorter text it is sooner part of a village's name."""
_SIGNS = re.compile(rf"(?<={_HANZI})[()\[\]<>《》,、;:。.…·~!?\"'/\-]+(?={_HANZI}|$)|[()\[\]《》…]+")
_OF = re.compile(rf"(?<={_HANZI}{{2}})的(?={_HANZI}{{2}})")
_ALMOST_NUMBER = re.compile(r"(?<![0-9a-z])(?=[0-9ol]*[0-9]{3})[0-9ol]{6,}(?![0-9a-z])")
_READ_OUT = re.compile(
    r"(?<![十百])(?:[0-9零〇幺一二三四五六七八九两]{3,}|[0-9零〇一二三四五六七八九两]*幺[0-9零〇一二三四五六七八九幺两]*)(?![十百])"
)
_ONLY_DIGITS = re.compile("[0-9零〇幺一二三四五六七八九两 ]{3,}")
_DIGITS = str.maketrans("零〇幺一二三四五六七八九两", "0011234567892")
_HUNDREDS = re.compile(
    r"[一二两三四五六七八九]百(?:[一二三四五六七八九]十[一二三四五六七八九]?|零[一二三四五六七八九])?(?=线|开关|号|$)"
)
_VOLTS = re.compile(r"(?<=[0-9])\s*千伏(?!安)")
_OF_A_LINE = re.compile(
    r"线(?:路|路?\s*(?:第?[0-9]+[号#]*)?\s*"
    r"(?:柱上开关|开关|分支线?|支线|干线|主线|出线|断路器|刀闸|杆塔|杆|塔|台区|[公专配]变|变压器)(?:[0-9]+[号#]*)?)$"
)
_LINE_AND_NUMBER = re.compile(rf"(?<=线)路?\s*(?=[0-9]{{3,5}})|(?<=[0-9]{{3}})(?={_HANZI}{{2,}}线)")
_NUMBER_OF_A_LINE = re.compile(r"(?<=[0-9]{3})\s*(?:开关|出线|断路器|刀闸|线路|线)$")
_TRANSFORMER = re.compile(
    rf"\s*(?P<number>[0-9]{{1,3}}|[{NUMERAL}]{{1,3}})(?:号|#)*(?:公用|专用|公|专|配|箱|台)?(?:变压器|变台|台变|台区|变|台)(?:台区)?$"
)
_TWICE = re.compile(rf"^({_HANZI}{{2,}}?)\s*\1$")


def reworded(typed: str) -> Iterator[str]:
    """The texts that may have been meant by a text, the likeliest first; none where it is as names are.

    `那个…塔山朱家` is 塔山朱家, `请问邱营子停电了吗` 邱营子, `户号二幺四二七二幺幺零四` 2142721104, `塔山线616开关`
    塔山线 616, `大窑沟一号变` 大窑沟 1号台区.
    """
    plain = plain_query(typed)
    said = _without_speech(plain)
    for text in dict.fromkeys(_as_written(said)):
        if text != plain and len(text) >= LEAST_LEFT:
            yield text


def heard_once(typed: str) -> str:
    """The text, or what of it can only have been meant: 上坡 of 上坡上坡, 1104 of 幺幺零四."""
    if typed.isascii():
        return typed
    if "幺" in typed and _ONLY_DIGITS.fullmatch(typed.strip()):
        return typed.strip().translate(_DIGITS)
    half = (len(typed) + 1) // 2
    return _TWICE.sub(r"\1", typed) if typed[:1] == typed[half : half + 1] else typed


def _without_speech(plain: str) -> str:
    """What is left when what callers and agents say around a name is taken away; the text where nothing would be."""
    left, before = plain, ""
    while left != before:
        before = left
        for around in (_BEFORE, _AFTER):
            rest = around.sub("", left, count=1)
            if len(rest.strip()) >= LEAST_LEFT:
                left = rest.strip()
    return left


def _as_written(said: str) -> Iterator[str]:
    digits = _with_digits(said)
    text = _SIGNS.sub(" ", _OF.sub(" ", _VOLTS.sub("kv", digits))).strip()
    line = _LINE_AND_NUMBER.sub(" ", _NUMBER_OF_A_LINE.sub("", text))
    if home := _HOME.search(line):
        yield line[: home.start()]
    if transformer := _TRANSFORMER.search(text):
        place, number = text[: transformer.start()], _number(transformer["number"])
        yield f"{place} {number}号台区".strip()
        yield f"{place} {number}号".strip()
    elif "线" in line:
        yield line
        yield _OF_A_LINE.sub("线", line)
    else:
        yield line.replace("小区", "社区")
        yield line


def _with_digits(said: str) -> str:
    """The text with numbers that were read out in digits: 二幺四 is 214, 六百零六线 is 606线."""
    if said.isascii():
        return _ALMOST_NUMBER.sub(lambda found: found[0].replace("o", "0").replace("l", "1"), said)
    text = _HUNDREDS.sub(lambda found: str(numeral_value(found[0])), said)
    text = _READ_OUT.sub(lambda found: found[0].translate(_DIGITS), text)
    return _ALMOST_NUMBER.sub(lambda found: found[0].replace("o", "0").replace("l", "1"), text)


def _number(said: str) -> int:
    return int(said) if said.isdigit() else numeral_value(said)
