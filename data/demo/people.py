"""Invented names of persons and companies, distributed as they are in Liaoning: few names shared by many."""

from dataclasses import dataclass

from data.demo.chance import Chance, Weighted

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴"
    "夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文单解仇盖曲佟关那富"
)
_GIVEN = (
    "伟芳娜敏静秀英丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉建华玲红玉国志海春林成龙凤云梅永德生东洪立福庆宝金忠晓宇鹏飞"
    "雪莉萍浩博凯欣怡子涵轩梓晨雨佳琪思源俊峰长贵有才树森淑珍素琴芹芝雅婷嘉豪振兴广财连喜万山青松柏年新民利亚楠冬秋"
    "夏月莹琳瑶慧颖璐瑞祥泽铭家旺宏远大光景维学继先守义仁礼信孝廉占全印双来顺昌盛荣耀恩惠玖程美艺诗曼彤悦可心如意然若"
    "冰倩丹婧妍茜"
)
_FORTUNE = "鑫宏盛泰恒隆兴达利源丰顺华诚信瑞祥福天海龙金宇星辰中联建安通博远志新东方润德嘉禾康民惠万"
_PLACES = ("葫芦岛市", "葫芦岛", "兴城市", "绥中县", "建昌县", "连山区", "龙港区", "南票区", "辽宁", "")

SMALL = (50.0, 80.0, 100.0, 125.0, 160.0, 200.0)
MEDIUM = (200.0, 250.0, 315.0, 400.0, 500.0, 630.0, 800.0)
LARGE = (1000.0, 1250.0, 1600.0, 2000.0, 3150.0, 5000.0, 6300.0, 10000.0)


@dataclass(frozen=True, slots=True)
class Trade:
    """A sort of company.

    Attributes:
        suffix: How its name ends.
        weight: How many there are beside the others.
        kva: Its usual contract capacities, kVA.
        importance: Share of such customers that are important ones, 0 to 1.
        high_risk: All of them are high-risk customers.
        sensitive: Share of such customers that are sensitive ones, 0 to 1.
    """

    suffix: str
    weight: float
    kva: tuple[float, ...] = SMALL
    importance: float = 0.0
    high_risk: bool = False
    sensitive: float = 0.0


_TRADES = (
    Trade("商贸有限公司", 8),
    Trade("超市", 9),
    Trade("饭店", 8),
    Trade("药房", 5),
    Trade("农资商店", 5),
    Trade("汽车修理厂", 5),
    Trade("建材经销处", 5),
    Trade("养殖场", 6, sensitive=0.05),
    Trade("果蔬专业合作社", 5),
    Trade("粮油加工厂", 4, MEDIUM),
    Trade("机械制造有限公司", 4, MEDIUM),
    Trade("塑料制品有限公司", 3, MEDIUM),
    Trade("食品有限公司", 3, MEDIUM),
    Trade("物业服务有限公司", 4, MEDIUM, sensitive=0.05),
    Trade("建筑安装工程有限公司", 3),
    Trade("房地产开发有限公司", 2, MEDIUM),
    Trade("宾馆", 3, MEDIUM),
    Trade("砖厂", 2, MEDIUM),
    Trade("石材厂", 2, MEDIUM),
    Trade("冷库", 2, MEDIUM),
    Trade("加油站", 3, high_risk=True),
    Trade("通信基站", 5, sensitive=0.1),
    Trade("村民委员会", 4),
    Trade("充电站", 2, MEDIUM),
    Trade("幼儿园", 3, sensitive=0.3),
    Trade("小学", 3, sensitive=0.5),
    Trade("卫生所", 3, sensitive=0.2),
    Trade("泵业有限公司", 2, LARGE),
    Trade("船舶配套有限公司", 1.5, LARGE),
    Trade("供热有限公司", 0.8, LARGE, importance=0.5, sensitive=0.5),
    Trade("自来水厂", 0.4, LARGE, importance=0.8),
    Trade("水泥厂", 0.6, LARGE),
    Trade("化工有限公司", 0.6, LARGE, importance=0.4, high_risk=True),
    Trade("煤矿", 0.4, LARGE, importance=0.8, high_risk=True),
    Trade("钼矿", 0.4, LARGE, importance=0.5, high_risk=True),
    Trade("中心医院", 0.5, LARGE, importance=0.9, high_risk=True, sensitive=1.0),
)

_SURNAME = Weighted(_SURNAMES, [1 / (rank + 6) for rank in range(len(_SURNAMES))])
_CHARACTER = Weighted(_GIVEN, [1 / (rank + 20) for rank in range(len(_GIVEN))])
_TRADE = Weighted(_TRADES, [trade.weight for trade in _TRADES])
_SHORT_NAMES = 0.14


def person(chance: Chance) -> str:
    """A person's name of two or three characters."""
    name = _SURNAME.pick(chance) + _CHARACTER.pick(chance)
    return name if chance.fraction() < _SHORT_NAMES else name + _CHARACTER.pick(chance)


def company(chance: Chance, stem: str) -> tuple[str, Trade]:
    """A company's name and trade; about a third are named after the place `stem`."""
    luck = chance.pick(_FORTUNE) + chance.pick(_FORTUNE)
    core = chance.pick((stem, luck, stem + luck))
    trade = _TRADE.pick(chance)
    return chance.pick(_PLACES) + core + trade.suffix, trade
