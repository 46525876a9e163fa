"""Giving money back: the pages for it. The rules are in `payments.refunds`."""
