"""Consent: what is done with people's data, on what ground, and what of it they agreed to.

Invariants, kept by the database and proved by `openhall check`:
- somebody agrees to words, in both languages, that never change afterwards; other words are another agreement;
- an agreement is given once at a time, and taken back once; who gave it, when, and how it ended stays for good;
- only what rests on consent can be given and taken back;
- what is done by consent is over before the consent is taken back, or does not happen.
"""

from openhall.core.consent.actions import consents_of, give, given, required, withdraw
from openhall.core.consent.types import Channel, Consent, Ending, Worded, Words
from openhall.core.consent.wording import worded

__all__ = [
    "Channel", "Consent", "Ending", "Worded", "Words", "consents_of", "give", "given", "required", "withdraw", "worded",
]  # fmt: skip
