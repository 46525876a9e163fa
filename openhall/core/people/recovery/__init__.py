"""Recovery: the way back in for a resident who lost the phone number, with two members of staff.

Invariants, kept by the database and proved by `openhall check`:
- one operator opens it, another one confirms it, and neither is the resident whose account it is;
- where somebody could still object, it is confirmed 24 hours later at the earliest; until it is used, any session of
  the resident can stop it;
- its code is told once, works for 15 minutes, grants five tries and is used once;
- whoever uses it has proved the new number; every older session is over then and every passkey switched off.
"""
