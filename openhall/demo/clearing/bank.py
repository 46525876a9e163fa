"""The bank: takes payouts, decides, books, and tells. One step at a time, each of them safe to repeat."""

import os
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from openhall.base import clock, money
from openhall.core import ledger
from openhall.core.rails import iso20022
from openhall.core.rails.iso20022 import (
    BatchStatus,
    Detail,
    Entry,
    EntryDetails,
    Notification,
    NotificationFile,
    Reason,
    StatusReport,
    TransactionStatus,
)
from openhall.demo.clearing import plans
from openhall.demo.outside.books import Books, Row

_SQL = Path(__file__).with_name("books.sql")
# Enough for a city at play.
OPENING_BALANCE = 1_000_000_000_00
_CODE = "PMNT-ICDT-DMCT"
_BACK_CODE = "PMNT-ICDT-RRTN"


class Clearing:
    """The bank at one folder, with one customer: the hall, whose account is `account`."""

    def __init__(self, files: Path, data: Path, *, account: str, currency: str = "CNY") -> None:
        self.out, self.incoming, self.taken = files / "out", files / "in", data / "taken"
        for folder in (self.out, self.incoming, self.taken):
            folder.mkdir(parents=True, exist_ok=True)
        self.books = Books(data / "clearing.sqlite", _SQL)
        self._data = data
        self._account = iso20022.Account(other=account)
        self._currency = currency

    def close(self) -> None:
        self.books.close()

    def step(self) -> None:
        """Take what lies in out/, answer, book, tell; end the days that are over. Safe to repeat at any point."""
        for path in sorted(self.out.glob("*.xml")):
            self._take(path)
        self._answer()
        self._book()
        self._tell()
        today = ledger.business_date(clock.now())
        self.end_days(today - timedelta(days=1))
        asked = self._data / "end-day"
        if asked.exists():
            self.end_days(today, at_least=today)
            asked.unlink()
        self._lay()

    def _take(self, path: Path) -> None:
        """Book in what a file asks for, once by its message id, and take it out of the folder."""
        content = path.read_bytes()
        try:
            batch = iso20022.read_payouts(content)
        except iso20022.FileRefused:
            path.replace(self.taken / f"refused-{path.name}")
            return
        with self.books.transaction():
            if self.books.row("message", id=batch.message_id) is None:
                self.books.run("add_message", id=batch.message_id, bytes=content)
                for payout in batch.payouts:
                    self._add(batch.message_id, payout)
            else:
                self._decline_copy(batch.message_id)
        path.replace(self.taken / path.name)

    def _decline_copy(self, message: str) -> None:
        """A further copy of a message is rejected whole, as banks do; what the first one asked for goes on."""
        report = StatusReport(
            message_id=self._next("status"),
            created_at=clock.now(),
            original_message_id=message,
            original_message_name="pain.001.001.09",
            status="RJCT",
            reasons=(Reason("DU01"),),
        )
        self._write(f"copy-{message}", iso20022.write_status_report(report))

    def _add(self, message: str, payout: iso20022.Payout) -> None:
        plan = self._plan(payout.creditor_account.number)
        self.books.run(
            "add_payout",
            end_to_end_id=payout.end_to_end_id,
            message=message,
            amount=payout.amount,
            currency=payout.currency,
            creditor=payout.creditor,
            account=payout.creditor_account.number,
            fate=plan.what if plan else plans.PLAIN,
            reason=plan.reason if plan else "",
        )

    def _plan(self, account: str | None) -> plans.Plan | None:
        """The plan for this payout (or, without an account, for this file), counted down."""
        for number, plan in enumerate(plans.load(self._data / "plans.jsonl")):
            fits = plan.what == "again" if account is None else plan.what != "again" and account.endswith(plan.account)
            used = self.books.row("used", number=number)
            if fits and (used["times"] if used else 0) < plan.times:
                self.books.run("use_plan", number=number)
                return plan
        return None

    def _answer(self) -> None:
        """A status report for each message: rejected at once, or accepted; of what goes missing not a word."""
        with self.books.transaction():
            for message in self.books.rows("unanswered"):
                payouts = self.books.rows("payouts_of", message=message["id"])
                self._write(
                    f"status-{message['id']}", iso20022.write_status_report(self._status(message["id"], payouts))
                )
                self.books.run("answered", message=message["id"])

    def _status(self, message: str, payouts: list[Row]) -> StatusReport:
        total = money.decimal(sum(payout["amount"] for payout in payouts), self._currency)
        return StatusReport(
            message_id=self._next("status"),
            created_at=clock.now(),
            original_message_id=message,
            original_message_name="pain.001.001.09",
            number_of_transactions=len(payouts),
            control_sum=Decimal(total),
            batches=(
                BatchStatus(
                    payment_information_id=message,
                    transactions=tuple(
                        TransactionStatus(
                            end_to_end_id=payout["end_to_end_id"],
                            status="RJCT" if payout["fate"] == "reject" else "ACSP",
                            reasons=(Reason(payout["reason"]),) if payout["fate"] == "reject" else (),
                            amount=payout["amount"],
                            currency=payout["currency"],
                        )
                        for payout in payouts
                        if payout["fate"] != "missing"
                    ),
                ),
            ),
        )

    def _book(self) -> None:
        with self.books.transaction():
            for payout in self.books.rows("to_give_back"):
                self._enter(payout, payout["amount"], reason=payout["reason"])
                self.books.run("set_step", end_to_end_id=payout["end_to_end_id"], step="over")
            for payout in self.books.rows("to_book"):
                fate = payout["fate"]
                if fate != "late":
                    for _ in range(2 if fate == "double" else 1):
                        self._enter(payout, -payout["amount"] - (fate == "wrong"), silent=fate == "silent")
                step = "held" if fate == "late" else "booked" if fate == "give_back" else "over"
                self.books.run("set_step", end_to_end_id=payout["end_to_end_id"], step=step)

    def _enter(self, payout: Row, amount: int, *, reason: str | None = None, silent: bool = False) -> None:
        self.books.run(
            "add_entry",
            end_to_end_id=payout["end_to_end_id"],
            message=payout["message"],
            creditor=payout["creditor"],
            amount=amount,
            reason=reason,
            day=ledger.business_date(clock.now()).isoformat(),
            told=int(silent),
        )

    def _tell(self) -> None:
        """A notice of what was booked since the last one."""
        with self.books.transaction():
            rows = self.books.rows("to_tell")
            if not rows:
                return
            name = self._next("notice")
            notice = Notification(
                id=name, account=self._account, currency=self._currency, entries=tuple(self._entries(rows))
            )
            file = NotificationFile(message_id=name, created_at=clock.now(), notifications=(notice,))
            self._write(f"notice-{name}", iso20022.write_notifications(file))
            self.books.run("told")

    def end_days(self, until: date, at_least: date | None = None) -> None:
        """A statement for each day until this one that had entries, and for `at_least`; then books what was late."""
        with self.books.transaction():
            days = {date.fromisoformat(row["day"]) for row in self.books.rows("open_days", until=until.isoformat())}
            days |= {at_least} if at_least else set()
            for day in sorted(days):
                self._state(day)
            if days:
                self.books.run("late_to_book")

    def _state(self, day: date) -> None:
        rows = self.books.rows("entries_of_day", day=day.isoformat())
        before = self.books.row("balance")
        opening = before["closing"] if before else OPENING_BALANCE
        closing = opening + sum(row["amount"] for row in rows)
        name = self._next("statement")
        statement = iso20022.Statement(
            id=name,
            account=self._account,
            currency=self._currency,
            created_at=clock.now(),
            opening=iso20022.Balance(opening, day),
            closing=iso20022.Balance(closing, day),
            entries=tuple(self._entries(rows)),
        )
        file = iso20022.StatementFile(message_id=name, created_at=clock.now(), statements=(statement,))
        self._write(f"statement-{name}", iso20022.write_statements(file))
        self.books.run("add_statement", id=name, day=day.isoformat(), opening=opening, closing=closing)
        self.books.run("stated", day=day.isoformat())

    def _entries(self, rows: list[Row]) -> Iterator[Entry]:
        for index, row in enumerate(rows):
            day, back = date.fromisoformat(row["day"]), row["reason"] is not None
            detail = Detail(
                amount=row["amount"],
                end_to_end_id=row["end_to_end_id"],
                message_id=row["message"],
                creditor=row["creditor"],
                returned=back,
                return_reason=row["reason"],
            )
            yield Entry(
                index=index,
                amount=row["amount"],
                status="BOOK",
                booking_date=day,
                value_date=day,
                account_servicer_reference=f"E{row['id']}",
                code=_BACK_CODE if back else _CODE,
                groups=(EntryDetails(transactions=(detail,)),),
            )

    def _next(self, kind: str) -> str:
        return f"DEMO-{kind.upper()}-{self._count(kind)}"

    def _count(self, kind: str) -> int:
        row = self.books.row("count", name=kind)
        assert row is not None
        return int(row["value"])

    def _write(self, name: str, content: bytes) -> None:
        """Remember a file in the transaction that made it; it is laid out afterwards."""
        again = self._plan(None)
        # Numbered, so that the hall reads them in the order in which they were written.
        number = self._count("file")
        self.books.run("add_file", name=f"{number:06}-{name}.xml", bytes=content, times=2 if again else 1)

    def _lay(self) -> None:
        """Lay out what was written and is not laid out yet. Killed in between, the same file is laid out again."""
        for row in self.books.rows("to_lay"):
            name = row["name"] if not row["laid"] else f"again-{row['name']}"
            half = self.incoming / f".{name}.part"
            with half.open("wb") as file:
                file.write(row["bytes"])
                file.flush()
                os.fsync(file.fileno())
            half.replace(self.incoming / name)
            with self.books.transaction():
                self.books.run("laid", name=row["name"], laid=row["laid"] + 1)
