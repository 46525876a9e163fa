"""Names that pretend to be the hall, an authority or a bank: what a display name may not say, all in this file.

Swindlers call themselves what a frightened person obeys. A display name is shown to strangers, so it may not be one
of these, however it is spelled: the words are compared without case, blanks, accents, disguises and old characters.
"""

import re
import unicodedata
from collections.abc import Iterable

# As many digits in a row are a telephone number, or the 12345 of a city's hall, and no name.
DIGITS = 5
# Found anywhere in a name.
CHINESE = (
    "客服", "官方", "公安", "警察", "警官", "派出所", "检察", "法院", "法官", "反诈", "政府", "政务",
    "银行", "银联", "税务", "社保", "医保", "公积金", "民政局", "市民大厅", "服务大厅", "办事大厅",
    "热线", "工作人员", "管理员", "安全中心", "风控中心", "退款中心", "系统通知", "系统消息", "人工服务",
    "支付宝", "微信支付", "财付通",
)  # fmt: skip
# Words of their own: a resident may well be called Banks.
ENGLISH = frozenset({
    "admin", "administrator", "bank", "cashdesk", "cityhall", "customs", "government", "helpdesk", "helpline",
    "hotline", "moderator", "official", "openhall", "operator", "police", "refunds", "staff", "support",
    "sysadmin", "system",
})  # fmt: skip
# Found in a name whose blanks were taken out.
JOINED = ("customerservice", "customersupport", "servicedesk", "helpdesk", "openhall", "cityhall", "securitycentre",
          "securitycenter", "alipay", "wechatpay", "unionpay", "peoplesbank")  # fmt: skip

_LOOKS = str.maketrans("аевкмнорстухіјѕԁԛԝһԍαβεικνορτυχ", "aebkmhopctyxijsdqwhgabeikvoptux")
# Digits written as letters; and l, i and 1 are one stroke.
_STROKES = str.maketrans("013l5", "oieis")
_OLD = str.maketrans(
    "號銀員務稅醫檢門證電話國聯絡處戶帳線詐積廳統訊風財專領導辦",
    "号银员务税医检门证电话国联络处户账线诈积厅统讯风财专领导办",
)
_ENGLISH = frozenset(word.translate(_STROKES) for word in ENGLISH)
_NOT_LETTERS = re.compile(r"[\W_]+")


def is_impostor(name: str, also: Iterable[str] = ()) -> bool:
    """Whether a display name pretends. `also`: names that are somebody's already, such as the hall's own."""
    words = [word for word in _NOT_LETTERS.split(_plain(name)) if word]
    joined = "".join(words)
    strokes = joined.translate(_STROKES)
    return (
        re.search(rf"\d{{{DIGITS}}}", joined) is not None
        or any(word in joined for word in CHINESE)
        or any(word.translate(_STROKES) in _ENGLISH for word in words)
        or any(word.translate(_STROKES) in strokes for word in JOINED)
        or any(own in joined for one in also if (own := _NOT_LETTERS.sub("", _plain(one))))
    )


def _plain(text: str) -> str:
    """Small letters of usual width, without accents, in the alphabet that they look like."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(letter for letter in apart if unicodedata.category(letter) not in ("Mn", "Me", "Cf"))
    return bare.translate(_LOOKS).translate(_OLD)
