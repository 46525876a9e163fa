"""The use cases of payouts, by verb."""
