"""Other networks are known by name."""

import pytest

from openhall.core.payments import codes
from openhall.core.payments.codes import CodeError, Network, Reason, mpm
from tests.core.payments.codes import vectors as v


def payload(*objects: tuple[str, str]) -> str:
    body = "".join(f"{tag}{len(value):02d}{value}" for tag, value in objects)
    return mpm.seal("000201" + body)


def guid(identifier: str) -> str:
    return f"00{len(identifier):02d}{identifier}"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (v.PROMPTPAY_PHONE, "PromptPay"),
        (v.PROMPTPAY_NATIONAL_ID, "PromptPay"),
        (v.PROMPTPAY_WALLET, "PromptPay"),
        (v.PROMPTPAY_AMOUNT, "PromptPay"),
        (v.PAYNOW, "PayNow"),
        (v.FPS, "FPS"),
        (v.PIX_RECURRENCE, "Pix"),
        (v.PIX_DYNAMIC, "Pix"),
        (payload(("26", guid("BR.GOV.BCB.PIX"))), "Pix"),
        (payload(("38", guid("A000000727"))), "VietQR"),
        (payload(("29", guid("someone@bank")), ("58", "KH")), "KHQR"),
        (
            payload(("26", guid("SG.PAYNOW")), ("27", guid("SG.COM.NETS")), ("51", guid("SG.SGQR"))),
            "SGQR (PayNow, NETS)",
        ),
        (payload(("51", guid("SG.SGQR"))), "SGQR"),
        (payload(("02", "4000123456789012")), "Visa"),
        (payload(("05", "5555000011112222")), "Mastercard"),
        (payload(("07", "12345678")), "EMVCo"),
        (payload(("25", "12345678")), "EMVCo"),
        (payload(("10", "6011000990139424")), "Discover"),
        (payload(("12", "378282246310005")), "American Express"),
        (payload(("13", "3530111333300000")), "JCB"),
        (payload(("15", "6222021234567890")), "UnionPay"),
        (payload(("02", "4000123456789012"), ("04", "5555000011112222")), "Visa, Mastercard"),
        (v.ANNEX_B, ""),
        (payload(("29", guid("someone@bank")), ("58", "TH")), ""),
        ("upi://pay?pa=shop@bank&pn=Shop&cu=INR", "UPI"),
        ("UPI://PAY?pa=shop@bank", "UPI"),
        ("https://qr.alipay.com/fkx0000abcdef", "Alipay"),
        ("HTTPS://QR.ALIPAY.COM/FKX0000ABCDEF", "Alipay"),
        ("wxp://f2f0abcdef", "WeChat Pay"),
        ("http://payapp.weixin.qq.com/qr/abc", "WeChat Pay"),
        ("https://qr.95516.com/00010000/62", "UnionPay"),
    ],
)
def test_a_shop_s_code_of_another_network_is_named(text: str, name: str) -> None:
    assert codes.read(text) == Network(name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("28763443825664394", "Alipay"),
        ("289431869362714645", "Alipay"),
        ("135112298638468293", "WeChat Pay"),
        ("6212345678901234567", "UnionPay"),
        (v.CPM, ""),
        (v.CPM[:-9], ""),
    ],
)
def test_a_payer_s_own_code_is_told_apart_from_a_shop_s(text: str, name: str) -> None:
    assert codes.read(text) == Network(name, payer=True)


def test_a_payer_s_code_of_a_card_network_is_named_by_the_beginning_of_its_application_id() -> None:
    assert codes.read("hQVDUFYwMWEJTwegAAAAAxAQ") == Network("Visa", payer=True)


@pytest.mark.parametrize(
    "text", ["https://example.org/?x=https://qr.alipay.com/", "6212345678901234567890123", "wxpay"]
)
def test_a_likeness_is_not_enough(text: str) -> None:
    with pytest.raises(CodeError) as caught:
        codes.read(text)
    assert caught.value.reason in {Reason.NOT_A_CODE, Reason.SHORT_LENGTH}
