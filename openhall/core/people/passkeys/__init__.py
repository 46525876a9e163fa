"""Passkeys: a key in the resident's own device, opened by face, fingerprint or screen lock.

Invariants, kept by the database and proved by `openhall check`:
- a credential belongs to one resident for good, and works only for the site of this hall (its public address);
- every question to a passkey is random, lives five minutes, serves one purpose and one session, and is gone with the
  first answer to it, right or wrong;
- a counter that goes back switches the passkey off, and its owner is told;
- no session is strong by a passkey that was removed or switched off.
"""
