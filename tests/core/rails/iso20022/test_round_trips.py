"""Whatever may be written is read back as it was, and the independent library takes every file of ours."""

from hypothesis import HealthCheck, given, settings

from openhall.core.rails import iso20022
from openhall.core.rails.iso20022 import NotificationFile, PayoutBatch, StatementFile, StatusReport
from tests.core.rails.iso20022 import oracle, strategies

quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(strategies.batches())
def test_any_batch_of_payouts_comes_back_as_it_was(batch: PayoutBatch) -> None:
    content = iso20022.write_payouts(batch)
    assert iso20022.read_payouts(content) == batch
    assert iso20022.write_payouts(batch) == content
    oracle.assert_legal(content, "pain.001.001.09")


@quick
@given(strategies.reports())
def test_any_status_report_comes_back_as_it_was(report: StatusReport) -> None:
    content = iso20022.write_status_report(report)
    assert iso20022.read_status_report(content) == report
    oracle.assert_legal(content, "pain.002.001.10")


@quick
@given(strategies.statement_files())
def test_any_statement_comes_back_as_it_was(file: StatementFile) -> None:
    content = iso20022.write_statements(file)
    assert iso20022.read_statements(content) == file
    oracle.assert_legal(content, "camt.053.001.08")


@quick
@given(strategies.notification_files())
def test_any_notification_comes_back_as_it_was(file: NotificationFile) -> None:
    content = iso20022.write_notifications(file)
    assert iso20022.read_notifications(content) == file
    oracle.assert_legal(content, "camt.054.001.08")
