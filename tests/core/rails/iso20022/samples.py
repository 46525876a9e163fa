"""Small messages that the tests of the bank's files are made of, and ways to bend them."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from openhall.core.rails.iso20022 import (
    Account,
    Agent,
    Balance,
    BatchInformation,
    BatchStatus,
    Detail,
    Entry,
    EntryDetails,
    FileRefused,
    Notification,
    NotificationFile,
    Payout,
    PayoutBatch,
    Period,
    Reason,
    Refusal,
    Statement,
    StatementFile,
    StatusCount,
    StatusReport,
    TransactionStatus,
)

GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC)
DAY = date(2026, 11, 20)
HALL = Account(other="6222020200112233445")
IBAN = "DE89370400440532013000"

BATCH = PayoutBatch(
    message_id="B-20261120-1",
    created_at=NOW,
    initiating_party="云城市民服务大厅",
    debtor="云城市民服务大厅",
    debtor_account=HALL,
    debtor_agent=Agent(cnaps="102100099996"),
    execution_date=date(2026, 11, 21),
    payouts=(
        Payout(
            end_to_end_id="W1",
            amount=52680,
            currency="CNY",
            creditor="王记早餐 <馒头 & 豆浆>",
            creditor_account=Account(other="6217000010001234567"),
            creditor_agent=Agent(cnaps="105100000017"),
            remittance="11月20日结算",
        ),
        Payout(
            end_to_end_id="W2",
            amount=24,
            currency="CNY",
            creditor="Müller Imbiss",
            creditor_account=Account(iban=IBAN),
            creditor_agent=Agent(bic="COBADEFFXXX"),
        ),
    ),
)

REPORT = StatusReport(
    message_id="R-1",
    created_at=NOW,
    original_message_id="B-20261120-1",
    original_message_name="pain.001.001.09",
    status="PART",
    number_of_transactions=2,
    control_sum=Decimal("527.04"),
    counts=(StatusCount("ACSC", 1, Decimal("526.80")), StatusCount("RJCT", 1, Decimal("0.24"))),
    batches=(
        BatchStatus(
            payment_information_id="B-20261120-1",
            transactions=(
                TransactionStatus(
                    end_to_end_id="W1",
                    status="ACSC",
                    account_servicer_reference="77001",
                    amount=52680,
                    currency="CNY",
                ),
                TransactionStatus(
                    end_to_end_id="W2",
                    status="RJCT",
                    reasons=(Reason("AC04", ("账户已销户",)), Reason("bank-17"), Reason(None, ("call us",))),
                    amount=24,
                    currency="CNY",
                ),
            ),
        ),
    ),
)

ENTRIES = (
    Entry(
        index=0,
        amount=-52680,
        status="BOOK",
        booking_date=DAY,
        value_date=DAY,
        account_servicer_reference="77001",
        code="PMNT-ICDT-DMCT",
        groups=(
            EntryDetails(
                transactions=(
                    Detail(
                        amount=-52680,
                        end_to_end_id="W1",
                        message_id="B-20261120-1",
                        creditor="王记早餐",
                        creditor_account=Account(other="6217000010001234567"),
                        remittance=("11月20日结算",),
                    ),
                ),
            ),
        ),
    ),
    Entry(
        index=1,
        amount=24,
        status="BOOK",
        booking_date=DAY,
        account_servicer_reference="77002",
        reversal=True,
        information="Rückbuchung",
        groups=(
            EntryDetails(
                BatchInformation(payment_information_id="B-20261120-1", number_of_transactions=2, total=24),
                (
                    Detail(amount=20, end_to_end_id="W2", debtor_account=Account(iban=IBAN)),
                    Detail(amount=4, transaction_id="T9", returned=True, return_reason="AC04"),
                ),
            ),
        ),
    ),
    Entry(index=2, amount=0, status="BOOK"),
)

STATEMENT = Statement(
    id="S-325",
    account=HALL,
    currency="CNY",
    sequence=325,
    created_at=NOW,
    period=Period(datetime.fromisoformat("2026-11-20T00:00:00"), datetime.fromisoformat("2026-11-20T23:59:59")),
    opening=Balance(60000, date(2026, 11, 19)),
    closing=Balance(7344, DAY),
    entries=ENTRIES,
)
STATEMENTS = StatementFile(message_id="M-325", created_at=NOW, statements=(STATEMENT,))
NOTIFICATIONS = NotificationFile(
    message_id="N-9",
    created_at=NOW,
    notifications=(Notification(id="N-9-1", account=HALL, currency="CNY", copy="DUPL", entries=ENTRIES),),
)


@contextmanager
def refused(code: Refusal, path: str | None = None) -> Iterator[pytest.ExceptionInfo[FileRefused]]:
    """The file is refused with this code, at this path where one is given."""
    with pytest.raises(FileRefused) as caught:
        yield caught
    assert caught.value.code is code, caught.value
    assert path is None or caught.value.path == path, caught.value


def bent(content: bytes, old: str, new: str, *, times: int | None = None) -> bytes:
    """The file with one text replaced by another; it must have been there."""
    text = content.decode()
    assert old in text, old
    return text.replace(old, new, -1 if times is None else times).encode()


def without(content: bytes, name: str, *, inside: str = "") -> bytes:
    """The file without the elements of this name; `inside` is a text that only those have."""
    wanted: Callable[[re.Match[str]], str] = lambda found: "" if inside in found[0] else found[0]  # noqa: E731
    changed = re.sub(rf"\s*<{name}(?: [^>]*)?(?:/>|>.*?</{name}>)", wanted, content.decode(), flags=re.DOTALL)
    assert changed != content.decode(), name
    return changed.encode()


def as_version(content: bytes, version: str) -> bytes:
    """A camt file of ours (001.08) in the shape of another version of the same message."""
    text = content.decode().replace(".001.08", f".{version}")
    if version in ("001.02", "001.03", "001.04"):
        text = re.sub(r"<Sts>\s*<Cd>(\w+)</Cd>\s*</Sts>", r"<Sts>\1</Sts>", text)
        text = re.sub(r"</?Pty>", "", text)
    if version in ("001.02", "001.03"):
        text = re.sub(r"<TtlNetNtry>\s*<Amt>(.*?)</Amt>", r"<TtlNetNtryAmt>\1</TtlNetNtryAmt>", text)
        text = text.replace("</TtlNetNtry>", "")
    if version == "001.02":
        detail = r"(<TxDtls>(?:(?!</TxDtls>).)*?)<Amt(.*?)</Amt>(\s*<CdtDbtInd>\w+</CdtDbtInd>)"
        text = re.sub(detail, r"\1<AmtDtls><TxAmt><Amt\2</Amt></TxAmt></AmtDtls>", text, flags=re.DOTALL)
    return text.encode()
