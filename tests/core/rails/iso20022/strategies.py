"""Any message that may be written, for Hypothesis."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import strategies as st

from openhall.base import money
from openhall.core.rails.iso20022 import (
    Account,
    Agent,
    Balance,
    BatchInformation,
    BatchStatus,
    Detail,
    Entry,
    EntryDetails,
    Notification,
    NotificationFile,
    Payout,
    PayoutBatch,
    Period,
    Reason,
    Statement,
    StatementFile,
    StatusCount,
    StatusReport,
    TransactionStatus,
)
from tests.core.rails.iso20022.samples import HALL, IBAN

currencies = st.sampled_from(["CNY", "JPY", "KWD", "EUR"])
ids = st.from_regex(r"[A-Za-z0-9?:().,'+-]{1,12}(/[A-Za-z0-9?:().,'+-]{1,12})?", fullmatch=True).filter(
    lambda text: text != "NOTPROVIDED"
)
texts = (
    st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1, max_size=40)
    .map(str.strip)
    .filter(bool)
)
days = st.dates(date(1990, 1, 1), date(2100, 1, 1))
zones = st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-3, minutes=-30))])
first, last = datetime.fromisoformat("1990-01-01"), datetime.fromisoformat("2100-01-01")
aware = st.datetimes(first, last, timezones=zones)
times = aware | st.datetimes(first, last)
accounts = st.sampled_from([HALL, Account(iban=IBAN)]) | ids.map(lambda text: Account(other=text))
agents = st.sampled_from([Agent(bic="COBADEFF"), Agent(cnaps="102100099996"), Agent("COBADEFFXXX", "105100000017")])
statuses = st.sampled_from(["ACSC", "ACCC", "ACSP", "ACTC", "PDNG", "RJCT"])
reasons = st.lists(st.builds(Reason, st.none() | ids, st.lists(texts, max_size=2).map(tuple)), max_size=2).map(tuple)


@st.composite
def batches(draw: st.DrawFn) -> PayoutBatch:
    """A batch with up to five payouts of one currency."""
    currency = draw(currencies)
    payout = st.builds(
        Payout,
        end_to_end_id=ids,
        amount=st.integers(1, money.MAX_AMOUNT),
        currency=st.just(currency),
        creditor=texts,
        creditor_account=accounts,
        creditor_agent=st.none() | agents,
        remittance=st.none() | texts,
    )
    payouts = draw(st.lists(payout, min_size=1, max_size=5, unique_by=lambda one: one.end_to_end_id))
    return PayoutBatch(
        message_id=draw(ids),
        created_at=draw(aware),
        initiating_party=draw(texts),
        debtor=draw(texts),
        debtor_account=draw(accounts),
        debtor_agent=draw(st.none() | agents),
        execution_date=draw(days),
        payouts=tuple(payouts),
        batch_booking=draw(st.booleans()),
    )


@st.composite
def reports(draw: st.DrawFn) -> StatusReport:
    """A report on up to six payouts whose counts and sums are right, each payout listed."""
    transaction = st.builds(
        TransactionStatus,
        end_to_end_id=ids,
        status=statuses,
        reasons=reasons,
        account_servicer_reference=st.none() | ids,
        amount=st.integers(0, 10**9),
        currency=st.just("CNY"),
    )
    listed = draw(st.lists(transaction, max_size=6, unique_by=lambda one: one.end_to_end_id))
    counts = tuple(
        StatusCount(
            status,
            sum(one.status == status for one in listed),
            sum((Decimal(one.amount or 0).scaleb(-2) for one in listed if one.status == status), Decimal(0)),
        )
        for status in sorted({one.status or "" for one in listed})
    )
    total = sum((count.control_sum or Decimal(0) for count in counts), Decimal(0))
    batch = BatchStatus(payment_information_id=draw(ids), transactions=tuple(listed))
    return StatusReport(
        message_id=draw(ids),
        created_at=draw(times),
        original_message_id=draw(ids),
        original_message_name="pain.001.001.09",
        status=draw(st.sampled_from(["PART", "ACTC", None])),
        reasons=draw(reasons),
        number_of_transactions=len(listed),
        control_sum=total,
        counts=counts,
        batches=(batch,) if listed else (),
    )


amounts = st.integers(-(10**12), 10**12)


@st.composite
def entries(draw: st.DrawFn, index: int) -> Entry:
    """An entry whose details, in up to two groups, add up to it."""
    groups = []
    for _ in range(draw(st.integers(0, 2))):
        details = [draw(_details(amount)) for amount in draw(st.lists(amounts, min_size=1, max_size=3))]
        total = sum(detail.amount or 0 for detail in details)
        batch = BatchInformation(
            message_id=draw(st.none() | ids),
            number_of_transactions=len(details),
            total=total,
        )
        groups.append(EntryDetails(draw(st.sampled_from([None, batch])), tuple(details)))
    inside = [detail.amount or 0 for group in groups for detail in group.transactions]
    return Entry(
        index=index,
        amount=sum(inside) if inside else draw(amounts),
        status="BOOK",
        booking_date=draw(st.none() | days),
        value_date=draw(st.none() | days),
        reference=draw(st.none() | ids),
        # Unique in its statement, as a bank's reference is.
        account_servicer_reference=draw(st.sampled_from([None, f"REF{index}"])),
        reversal=draw(st.booleans()),
        code=draw(st.sampled_from([None, "PMNT-ICDT-ESCT", "584", "NTRF+100"])),
        information=draw(st.none() | texts),
        groups=tuple(groups),
    )


def _details(amount: int) -> st.SearchStrategy[Detail]:
    returned = st.sampled_from([(False, None), (True, None), (True, "AC04"), (True, "bank's own")])
    return returned.flatmap(
        lambda mark: st.builds(
            Detail,
            amount=st.just(amount),
            end_to_end_id=st.none() | ids,
            transaction_id=st.none() | ids,
            payment_information_id=st.none() | ids,
            debtor=st.none() | texts,
            debtor_account=st.none() | accounts,
            creditor=st.none() | texts,
            remittance=st.lists(texts, max_size=2).map(tuple),
            returned=st.just(mark[0]),
            return_reason=st.just(mark[1]),
        )
    )


@st.composite
def statement_files(draw: st.DrawFn) -> StatementFile:
    """A file with up to two balanced statements."""
    found = []
    for number in range(draw(st.integers(1, 2))):
        listed = tuple(draw(entries(index)) for index in range(draw(st.integers(0, 3))))
        opening = draw(amounts)
        found.append(
            Statement(
                id=f"S{number}",
                account=draw(accounts),
                currency=draw(currencies),
                sequence=draw(st.none() | st.integers(0, 10**17)),
                created_at=draw(st.none() | times),
                period=draw(st.none() | st.builds(Period, times, times)),
                copy=draw(st.sampled_from([None, "COPY", "DUPL"])),
                opening=Balance(opening, draw(days)),
                closing=Balance(opening + sum(entry.amount for entry in listed), draw(days)),
                entries=listed,
            )
        )
    return StatementFile(message_id=draw(ids), created_at=draw(times), statements=tuple(found))


@st.composite
def notification_files(draw: st.DrawFn) -> NotificationFile:
    """A file with one notice of up to three entries."""
    listed = tuple(draw(entries(index)) for index in range(draw(st.integers(0, 3))))
    notice = Notification(id=draw(ids), account=draw(accounts), currency=draw(currencies), entries=listed)
    return NotificationFile(message_id=draw(ids), created_at=draw(times), notifications=(notice,))
