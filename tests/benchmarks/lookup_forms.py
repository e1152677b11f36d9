"""Other ways to write what is meant: traditional and full-width characters, stray signs, slips of finger and ear."""

from collections.abc import Sequence
from random import Random

from data.names.syllables import SYLLABLES, sound_of, split_initial

_LETTERS = "abcdefghijklmnopqrstuwxyz"
_STRAY = " .,-·、，。'（"
_INSIDE = 0.25
# Typed by hand over the characters of Liaoning's names, so that the yardstick does not come from what it measures.
_PAIRS = """
    东東 乡鄉 县縣 区區 镇鎮 龙龍 马馬 鸟鳥 鱼魚 凤鳳 兰蘭 关關 兴興 农農 冯馮 刘劉 华華 卢盧 历歷 厂廠
    发發 吴吳 营營 园園 国國 图圖 圣聖 场場 坟墳 坝壩 坞塢 垄壟 墙牆 处處 头頭 夹夾 奋奮 孙孫 宁寧 宝寶
    实實 宾賓 尔爾 层層 岗崗 岭嶺 岛島 岚嵐 峡峽 币幣 师師 帅帥 庄莊 庆慶 库庫 庙廟 广廣 张張 弯彎 归歸
    户戶 护護 抚撫 拥擁 报報 挂掛 无無 时時 旧舊 显顯 晓曉 杨楊 条條 来來 极極 构構 枣棗 树樹 栾欒 桥橋
    梦夢 楼樓 欢歡 毕畢 汉漢 汤湯 沟溝 泽澤 洼窪 济濟 浑渾 涝澇 涧澗 温溫 湾灣 滨濱 满滿 潜潛 灵靈 炉爐
    热熱 烟煙 爱愛 牵牽 独獨 猎獵 环環 玛瑪 玺璽 画畫 畅暢 监監 盖蓋 盘盤 碱鹼 矿礦 砖磚 础礎 祯禎 种種
    积積 稳穩 穷窮 窝窩 笔筆 筑築 粮糧 红紅 纪紀 纬緯 线線 练練 经經 绿綠 绥綏 罗羅 义義 联聯 胜勝 脑腦
    腾騰 艺藝 节節 芦蘆 苏蘇 苇葦 荆荊 荣榮 药藥 莱萊 莲蓮 萝蘿 蒋蔣 虾蝦 蚂螞 补補 观觀 觉覺 许許 诚誠
    语語 谢謝 谭譚 贝貝 贡貢 贤賢 贵貴 贺賀 贾賈 赛賽 赵趙 跃躍 车車 轩軒 辉輝 辽遼 达達 迁遷 进進 连連
    运運 远遠 选選 邓鄧 邮郵 邹鄒 郑鄭 钓釣 钟鐘 钢鋼 铁鐵 铜銅 银銀 锅鍋 锦錦 锋鋒 长長 门門 闫閆 间間
    闻聞 阎閻 阳陽 阴陰 陆陸 陈陳 难難 静靜 韩韓 项項 顾顧 颜顏 风風 飞飛 饮飲 驼駝 骆駱 鲁魯 鲍鮑 鸡雞
    鸭鴨 鹅鵝 鹤鶴 鹰鷹 麦麥 黄黃 齐齊 龟龜 丰豐 丽麗 云雲 亚亞 伟偉 众眾 会會 传傳 党黨 军軍 凉涼 办辦
    务務 双雙 台臺 叶葉 后後 听聽 员員 响響 学學 宪憲 宽寬 尧堯 属屬 屿嶼 开開 强強 录錄 径徑 总總 恒恆
    恳懇 战戰 择擇 旷曠 昙曇 机機 权權 标標 桦樺 榄欖 气氣 沈瀋 泸瀘 淀澱
"""
_TRADITIONAL = {pair[0]: pair[1] for pair in _PAIRS.split()}


def traditional(text: str) -> str:
    """`text` in traditional characters, as far as they are known here."""
    return "".join(_TRADITIONAL.get(character, character) for character in text)


def full_width(text: str) -> str:
    """`text` with its letters and digits at full width."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def with_stray_signs(rng: Random, text: str) -> str:
    """`text` with one or two signs that do not belong there, not at its ends alone."""
    for _ in range(rng.randint(1, 2)):
        place = rng.randrange(1, len(text))
        text = text[:place] + rng.choice(_STRAY) + text[place:]
    return text


def pinyin_with_stray_signs(rng: Random, syllables: Sequence[str]) -> str:
    """`syllables` with signs between two of them, or, now and then, with one sign inside a syllable."""
    if rng.random() < _INSIDE:
        letters = "".join(syllables)
        place = rng.randrange(1, len(letters))
        return letters[:place] + rng.choice(_STRAY) + letters[place:]
    edges = {rng.randrange(1, len(syllables)) for _ in range(rng.randint(1, 2))}
    return "".join((rng.choice(_STRAY) if i in edges else "") + syllable for i, syllable in enumerate(syllables))


def misheard(rng: Random, syllable: str) -> str:
    """`syllable` as a north-eastern ear or mouth has it, itself where none of the mix-ups fits."""
    swaps = {"zh": "z", "ch": "c", "sh": "s", "z": "zh", "c": "ch", "s": "sh", "n": "l", "l": "n", "f": "h", "h": "f"}
    ends = {"ang": "an", "eng": "en", "ing": "in", "an": "ang", "en": "eng", "in": "ing"}
    initial, final = split_initial(syllable)
    others = [swaps.get(initial, initial) + final, initial + ends.get(final, final)]
    likely = [o for o in others if o != syllable and o in SYLLABLES and sound_of(o) == sound_of(syllable)]
    return rng.choice(likely) if likely else syllable


def wrong_one(rng: Random, typed: str, others: str = _LETTERS) -> str:
    """`typed` with one character, not the first, replaced by one of `others`."""
    place = rng.randrange(1, len(typed))
    return typed[:place] + rng.choice([other for other in others if other != typed[place]]) + typed[place + 1 :]


def missing_one(rng: Random, typed: str) -> str:
    """`typed` without one character, not the first."""
    place = rng.randrange(1, len(typed))
    return typed[:place] + typed[place + 1 :]


def swapped_two(rng: Random, typed: str) -> str:
    """`typed` with two neighbouring characters exchanged."""
    place = rng.randrange(1, len(typed))
    return typed[: place - 1] + typed[place] + typed[place - 1] + typed[place + 1 :]


def doubled_one(rng: Random, typed: str) -> str:
    """`typed` with one character twice."""
    place = rng.randrange(len(typed))
    return typed[:place] + typed[place] + typed[place:]
