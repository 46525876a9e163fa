"""The people of the demo market, made up from a fixed seed: who sells what, how much, and since when by code."""

import random
from datetime import date, timedelta
from uuid import UUID

from msgspec import Struct

from openhall.core import people

# MCC, what the sign says, how many of a hundred stalls, share of large orders in thousandths
_GOODS = (
    ("5441", ("干果", "炒货", "糖果"), 14, 320),
    ("5499", ("蔬菜", "水果", "调料", "豆制品"), 26, 260),
    ("5422", ("牛羊肉", "水产", "冻品"), 12, 300),
    ("5921", ("酒水", "饮料"), 7, 420),
    ("5331", ("日杂", "塑料", "百货"), 13, 240),
    ("5691", ("童装", "女装", "袜业"), 11, 380),
    ("5661", ("鞋业", "布鞋"), 5, 360),
    ("5943", ("文具", "纸品"), 5, 280),
    ("5251", ("五金", "灯具"), 5, 200),
    ("5814", ("小吃", "面馆"), 2, 10),
)
_FAMILIES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程魏苏吕丁任沈姚卢姜崔钟谭陆汪范金"
    "石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万"
)
_GIVEN = "伟芳娜敏静丽强磊洋艳勇军杰娟涛明超霞平刚桂英华玉兰建国红梅志"
_ENDINGS = ("行", "店", "批发", "商行", "铺", "总汇")
# Of ten stalls six took codes from the first day on; most of the others came to it in the weeks that followed.
_FROM_THE_START, _LATER = 60, 32
# Number ranges that no operator has given out: nobody's real phone.
_PHONES = 8_617_000_000_000


class Stall(Struct, frozen=True):
    """A stall: `trade` is payments a day in thousandths, `wholesale` the share of large ones in thousandths; `adopted`
    the date of the first payment by code."""

    place: int
    shop: UUID
    owner: UUID
    account: UUID
    name: str
    category: str
    trade: int
    wholesale: int
    adopted: date


class Person(Struct, frozen=True):
    """Somebody of the market, who owns a stall or buys there."""

    id: UUID
    phone: str
    wallet: UUID
    name: str


def draw(
    seed: int, *, shops: int, buyers: int, first: date, days: int
) -> tuple[list[Stall], list[Person], list[Person]]:
    """The stalls, their owners in the same order, and the buyers: the same for the same numbers, on every machine."""
    chance = random.Random(seed)
    phones = iter(range(_PHONES + 1, _PHONES + 1 + shops + buyers))
    owners = [_person(chance, next(phones)) for _ in range(shops)]
    stalls = [_stall(chance, place, owner, first, days) for place, owner in enumerate(owners, start=1)]
    return stalls, owners, [_person(chance, next(phones)) for _ in range(buyers)]


def buyer_rows(buyers: list[Person]) -> list[dict[str, object]]:
    """The buyers as the generator reads them, numbered from 0."""
    return [
        {"number": number, "resident": one.id, "wallet": one.wallet, "masked": people.masked(one.phone)}
        for number, one in enumerate(buyers)
    ]


def _person(chance: random.Random, phone: int) -> Person:
    name = chance.choice(_FAMILIES) + "".join(chance.sample(_GIVEN, chance.randint(1, 2)))
    return Person(_id(chance), f"+{phone}", _id(chance), name)


def _stall(chance: random.Random, place: int, owner: Person, first: date, days: int) -> Stall:
    (category, goods, _, wholesale) = chance.choices(_GOODS, weights=[kind[2] for kind in _GOODS])[0]
    row, number = divmod(place - 1, 100)
    name = f"{chr(65 + row % 26)}{number + 1:02d} {owner.name[0]}记{chance.choice(goods)}{chance.choice(_ENDINGS)}"
    luck = chance.randrange(100)
    if luck < _FROM_THE_START:
        adopted = first
    elif luck < _FROM_THE_START + _LATER:
        adopted = first + timedelta(days=chance.randrange(1, max(days, 2)))
    else:
        adopted = first + timedelta(days=10 * days)
    # Few stalls are busy and many are quiet, as in any market.
    trade = 1_500 + chance.randrange(1_000) * chance.randrange(1_000) // 70 if category != "5814" else 9_000
    return Stall(place, _id(chance), owner.id, _id(chance), name, category, trade, wholesale, adopted)


def _id(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)
