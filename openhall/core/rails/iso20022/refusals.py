"""Why a file is not read, and why a message is not written."""

from enum import StrEnum


class Refusal(StrEnum):
    """Why a file is refused, from the outside to the inside. A file is read whole or not at all."""

    TOO_LARGE = "too_large"  # more bytes than a file may have
    ENCODING = "encoding"  # not UTF-8, or it says that it is something else
    DTD = "dtd"  # a document type or an entity: no bank needs one, every bomb does
    NOT_XML = "not_xml"  # cut off, or never well-formed
    TOO_DEEP = "too_deep"  # elements in elements beyond all sense
    WRONG_MESSAGE = "wrong_message"  # another message than the one expected here, or none of ISO 20022
    UNSUPPORTED_VERSION = "unsupported_version"  # the right message in a version we do not read
    MISSING = "missing"  # an element we cannot do without
    REPEATED = "repeated"  # an element that may stand there once
    BAD_VALUE = "bad_value"  # a text that is too long, not a date, not one of the words allowed
    BAD_AMOUNT = "bad_amount"  # not a number, negative, too large, or smaller than the smallest coin
    PARTIAL = "partial"  # one page of several
    WRONG_ACCOUNT = "wrong_account"  # about an account that is not the hall's
    WRONG_CURRENCY = "wrong_currency"  # another currency than the account's
    DUPLICATE = "duplicate"  # the same statement, entry or payment twice
    DETAILS_DIFFER = "details_differ"  # the details do not add up to their entry or batch
    TOTALS_DIFFER = "totals_differ"  # the counts or control sums are not those of what is listed
    UNBALANCED = "unbalanced"  # opening balance + entries is not the closing balance
    CONTRADICTION = "contradiction"  # rejected as a whole, and yet some of it executed


class FileRefused(ValueError):  # noqa: N818  it is the file that is at fault
    """A file that is not read: why, where, and what stood there. Nothing of it may be used.

    `path` leads to the element as `Document/BkToCstmrStmt/Stmt/Ntry[2]/Amt` (counted from 1); empty for the whole file.
    `detail` may quote the file: for the operator and the log, not for the public.
    """

    def __init__(self, code: Refusal, *, path: str = "", detail: str = "") -> None:
        super().__init__(": ".join(part for part in (code.value, path, detail) if part))
        self.code = code
        self.path = path
        self.detail = detail


class NotWritable(ValueError):  # noqa: N818  read as what it says of the message
    """A message that cannot be written: a value is too long, empty, or has characters the standard does not allow.

    `field` is the element's name in the standard. It is a fault of whoever built the message, found before the bank is.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason
